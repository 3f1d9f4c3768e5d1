import type { Client } from "../kvclient/mod.ts";
import { pause, realEnvironment } from "../rpc/mod.ts";

/** How Puts are made and looked for. */
export interface VisibilityOptions {
  puts: number;
  /** From one Put to the next. */
  everyMs: number;
  /** From one question to the next: how exact the result is. */
  askEveryMs: number;
  /** A Put that takes longer to show is an error. */
  timeoutMs: number;
}

/** Times from a Put's request to the first Get that shows it, in milliseconds. */
export interface Visibility {
  /** On the other query actors of the same server. */
  localMs: number[];
  /** On those of other servers. */
  remoteMs: number[];
}

/**
 * Puts a key at a time, on each query actor in turn, and asks all others for it until they have it.
 *
 * @param servers by server, a client of each of its query actors
 */
export async function measureVisibility(
  servers: readonly (readonly Client[])[],
  { puts, everyMs, askEveryMs, timeoutMs }: VisibilityOptions,
): Promise<Visibility> {
  const visibility: Visibility = { localMs: [], remoteMs: [] };
  const actors = servers.flatMap((clients, server) =>
    clients.map((client) => ({ client, server }))
  );
  const show = async (i: number) => {
    await pause(realEnvironment, i * everyMs);
    const from = actors[i % actors.length];
    const key = `visible/${i}`;
    const startMs = performance.now();
    await from.client.put(key, "yes");
    await Promise.all(actors.map(async (to) => {
      if (to === from) return;
      while (await to.client.get(key) === undefined) {
        if (performance.now() - startMs > timeoutMs) {
          throw new Error(`A Put was not visible everywhere within ${timeoutMs} ms`);
        }
        await pause(realEnvironment, askEveryMs);
      }
      const { localMs, remoteMs } = visibility;
      (to.server === from.server ? localMs : remoteMs).push(performance.now() - startMs);
    }));
  };
  await Promise.all(Array.from({ length: puts }, (_, i) => show(i)));
  return visibility;
}
