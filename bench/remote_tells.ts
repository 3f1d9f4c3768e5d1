import { type ActorContext, type ActorRef, ActorSystem } from "../actor/mod.ts";
import { defaultLimits } from "../limits.ts";
import type { CountMessage, CountReport } from "./counter.ts";
import { startOwnProcess } from "./own_process.ts";

/** What a measurement of remote tells found. */
export interface RemoteTellResult extends CountReport {
  sent: number;
  perSecond: number;
}

/**
 * Tells an actor in another process small messages over loopback, as fast as the link takes them.
 *
 * @param signal ends the other process when it is aborted
 */
export async function measureRemoteTells(
  seconds: number,
  signal?: AbortSignal,
): Promise<RemoteTellResult> {
  const timeoutMs = seconds * 1000 + defaultLimits.callTimeoutMs;
  const receiver = await startOwnProcess(["receive-tells"], signal);
  const ref: ActorRef = JSON.parse(receiver.firstLine);
  const system = await ActorSystem.start({ hostname: "127.0.0.1", port: 0 });
  try {
    const { ref: sender, response: sent } = system.newChannelRef<number>({ timeoutMs });
    system.startActor((context) => newSender(context, ref, sender, seconds));
    const count = await sent;
    const { ref: replyTo, response } = system.newChannelRef<CountReport>({ timeoutMs });
    system.expose(replyTo);
    system.tell(ref, { type: "end", replyTo } satisfies CountMessage);
    const report = await response;
    return { ...report, sent: count, perSecond: report.received / (report.elapsedMs / 1000) };
  } finally {
    await system.close();
    await receiver.stop();
  }
}

/** Messages that a sender tells in one turn. */
const turnMessages = 500;

/** Bytes that the messages of one turn take at the most. */
const turnBytes = turnMessages * 64;

/** Tells for so long, only as much as its link has room for, and then says how many that were. */
function newSender(context: ActorContext, receiver: ActorRef, replyTo: ActorRef, seconds: number) {
  let sent = 0;
  let endMs = Infinity;
  // Ordinary messages may fill half of a link.
  const hasRoom = () =>
    context.link(receiver).roomBytes > defaultLimits.linkBytesMax / 2 + turnBytes;
  context.tell(context.self, null);
  return {
    onMessage() {
      if (context.link(receiver).isUp) {
        if (sent === 0) endMs = context.monotonicMs() + seconds * 1000;
        if (hasRoom()) {
          for (let i = 0; i < turnMessages; i++) {
            context.tell(receiver, { type: "count", i: sent++ } satisfies CountMessage);
          }
        }
        if (context.monotonicMs() >= endMs) return context.tell(replyTo, sent);
      }
      if (hasRoom() && sent > 0) context.tell(context.self, null);
      else context.tellAfter(context.self, null, 1);
    },
  };
}
