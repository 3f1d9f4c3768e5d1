import { QueryActor } from "../../kvserver/query/query_actor.ts";
import { readReply } from "../../kvserver/query/query_message.ts";
import { Store } from "../../kvserver/store/mod.ts";
import type { ActorContext } from "../../actor/mod.ts";
import { defaultLimits } from "../../limits.ts";
import { MsgpackReader } from "../../rpc/mod.ts";
import { startProbe, startSystem } from "../support/actors.ts";
import type { SimulatedWorld } from "../../simulate/world/simulated_environment.ts";
import { writeCommands } from "../support/kvserver/query_messages.ts";

/** What a query actor replied to commands. */
export interface Replied {
  /** The lines of all replies, with spaces in between. */
  readonly replies: string;
  /** How many bytes of the commands were executed. */
  readonly consumed: number;
}

/** Has a query actor execute inline commands. @param commands with `; ` in between */
export type Ask = (commands: string) => Promise<Replied>;

/** Runs `body` with a query actor in virtual time. @param of its context, other ones */
export async function withRedisActor(
  world: SimulatedWorld,
  body: (ask: Ask) => Promise<void>,
  of: Partial<Pick<ActorContext, "limits" | "monotonicMs">> = { limits: defaultLimits },
): Promise<void> {
  const { system } = await startSystem(world);
  const syncActor = startProbe(system).ref;
  const options = { version: "", syncActor, ready: true, isAlone: false, store: new Store() };
  const actor = system.startActor((context) => new QueryActor({ ...context, ...of }, options));
  let last: Replied | undefined;
  const { ref: { counter } } = system.openInbox((bytes, start, end) => {
    const { replies, consumed } = readReply(new MsgpackReader(bytes, start, end));
    const text = new TextDecoder().decode(replies);
    last = { replies: text.replaceAll("\r\n", " ").trim(), consumed };
  });
  await body(async (commands) => {
    const bytes = new TextEncoder().encode(commands.replaceAll("; ", "\n") + "\n");
    writeCommands(system.beginMessage(), counter, 1, bytes);
    system.tellWritten(actor);
    await world.advance(0);
    return last!;
  });
  await system.close();
}
