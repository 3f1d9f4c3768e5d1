import type { Client } from "../../../kvclient/mod.ts";
import { keysPerLoad, type Load, valueBytes } from "./load.ts";

/** Keys of each load that each other server is asked for: enough for a few percent. */
const sampleKeys = 500;

/**
 * Asks each server for some of the keys that were put at the others, and compares.
 *
 * @returns by server, about how many bytes of the values that were taken last elsewhere it does not show
 */
export async function missingBytes(
  clients: readonly Client[],
  loads: readonly Load[],
): Promise<number[]> {
  const counts = loads.map((load) => load.keyCount);
  return await Promise.all(clients.map(async (client, server) => {
    const missing = await Promise.all(
      loads.map(async (load, at) =>
        at === server ? 0 : await missingShare(client, load) * counts[at]
      ),
    );
    return missing.reduce((sum, keys) => sum + keys, 0) * valueBytes;
  }));
}

/** Of the keys of a load that have a value, which part the server shows another one of, or none. */
async function missingShare(client: Client, load: Load): Promise<number> {
  const begin = Math.floor(Math.random() * keysPerLoad);
  const keys = Array.from(
    { length: sampleKeys },
    (_, i) => (begin + Math.floor(i * keysPerLoad / sampleKeys)) % keysPerLoad,
  ).filter((i) => load.lastTaken(i) !== undefined);
  if (keys.length === 0) return 0;
  const isMissing = await Promise.all(keys.map(async (i) => {
    const last = load.lastTaken(i);
    return await client.get(load.keyOf(i)) !== last;
  }));
  return isMissing.filter((is) => is).length / keys.length;
}
