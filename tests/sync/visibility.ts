import type { Client } from "../../kvclient/mod.ts";
import type { Cluster } from "./cluster.ts";
import { atPace, until } from "./until.ts";

/** Times from a Put's request to the first Get that shows it, in milliseconds. */
export interface Visibility {
  /** On the other query actors of the same server. */
  localMs: number[];
  /** On those of other servers. */
  remoteMs: number[];
}

/** How often an actor is asked whether it shows a Put. */
const askEveryMs = 20;

/** Puts a key at a time, on each query actor in turn, and asks all others for it until they have it. */
export async function measureVisibility(
  { clients }: Cluster,
  { puts, everyMs, timeoutMs }: { puts: number; everyMs: number; timeoutMs: number },
): Promise<Visibility> {
  const visibility: Visibility = { localMs: [], remoteMs: [] };
  const actors = clients.flatMap((ofServer, server) =>
    ofServer.map((client) => ({ client, server }))
  );
  await atPace(puts, everyMs, async (i) => {
    const from = actors[i % actors.length];
    const key = `visible/${i}`;
    const startMs = performance.now();
    const whenShown = (client: Client) =>
      until(`${key} is shown`, async () => await client.get(key) !== undefined, {
        timeoutMs,
        everyMs: askEveryMs,
      });
    await from.client.put(key, "yes");
    await Promise.all(actors.map(async (to) => {
      if (to === from) return;
      await whenShown(to.client);
      const { localMs, remoteMs } = visibility;
      (to.server === from.server ? localMs : remoteMs).push(performance.now() - startMs);
    }));
  });
  return visibility;
}
