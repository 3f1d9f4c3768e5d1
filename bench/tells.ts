import { type ActorContext, type ActorRef, ActorSystem } from "../actor/mod.ts";
import { defaultLimits } from "../limits.ts";
import { type CountMessage, type CountReport, newCounter } from "./counter.ts";

/**
 * An actor tells another one of its thread small messages for so long.
 *
 * @param signal ends it early when it is aborted
 * @returns marshalled tells per second.
 */
export async function measureTells(seconds: number, signal?: AbortSignal): Promise<number> {
  const system = await ActorSystem.start({ hostname: "127.0.0.1", port: 0 });
  const endMs = performance.now() + seconds * 1000;
  const timeoutMs = seconds * 1000 + defaultLimits.callTimeoutMs;
  const { ref: replyTo, response } = system.newChannelRef<CountReport>({ timeoutMs });
  const counter = system.startActor(newCounter);
  const sender = system.startActor((context) => {
    let sent = 0;
    return {
      onMessage() {
        for (let i = 0; i < inFlight; i++) {
          context.tell(counter, { type: "count", i: sent++ } satisfies CountMessage);
        }
        if (context.monotonicMs() < endMs && !signal?.aborted) context.tell(context.self, null);
        else context.tell(counter, { type: "end", replyTo } satisfies CountMessage);
      },
    };
  });
  system.tell(sender, null);
  const { received, elapsedMs } = await response;
  await system.close();
  return received / elapsedMs * 1000;
}

type BallMessage = { type: "ball"; hits: number; from: ActorRef };

/**
 * Two actors tell each other messages for so long, each with the ref that the next one goes to.
 *
 * @param signal ends it early when it is aborted
 * @returns marshalled tells per second, between actors of one thread.
 */
export async function measureBalls(seconds: number, signal?: AbortSignal): Promise<number> {
  const system = await ActorSystem.start({ hostname: "127.0.0.1", port: 0 });
  const endMs = performance.now() + seconds * 1000;
  const { ref: replyTo, response } = system.newChannelRef();
  const newPlayer = (context: ActorContext) => {
    let received = 0;
    return {
      onMessage({ hits, from }: BallMessage) {
        // Looking at the clock costs as much as a tell: only now and then.
        const looks = ++received % 1024 === 0;
        if (looks && (context.monotonicMs() >= endMs || signal?.aborted)) {
          context.tell(replyTo, hits);
        } else context.tell(from, { type: "ball", hits: hits + 1, from: context.self });
      },
    };
  };
  const [first, second] = [system.startActor(newPlayer), system.startActor(newPlayer)];
  const startMs = performance.now();
  for (let i = 0; i < inFlight; i++) {
    system.tell(first, { type: "ball", hits: 1, from: second });
  }
  await response;
  const tells = system.stats().messagesSentActor;
  const elapsedSeconds = (performance.now() - startMs) / 1000;
  await system.close();
  return tells / elapsedSeconds;
}

/** Messages in flight: enough that a turn of an actor is longer than its scheduling. */
const inFlight = 64;
