import { ActorSystem } from "../../actor/mod.ts";

/** Starts what answers as the system port of a server that is still reading its data. */
export async function startingSystem(): Promise<ActorSystem & AsyncDisposable> {
  const system = await ActorSystem.start({ hostname: "127.0.0.1", port: 0 });
  return Object.assign(system, { [Symbol.asyncDispose]: () => system.close() });
}
