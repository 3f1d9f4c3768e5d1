import { ActorSystem } from "../actor/mod.ts";
import { newCounter } from "./counter.ts";

/**
 * The other side of `measureRemoteTells`: starts an actor that counts.
 *
 * @returns its ref as JSON, and what ends it.
 */
export async function startTellReceiver(): Promise<{ ref: string; close(): Promise<void> }> {
  const system = await ActorSystem.start({ hostname: "127.0.0.1", port: 0 });
  const counter = system.startActor(newCounter);
  system.expose(counter);
  return { ref: JSON.stringify(counter), close: () => system.close() };
}
