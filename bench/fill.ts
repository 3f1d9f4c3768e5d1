import { MsgpackWriter } from "../rpc/mod.ts";
import { keyBytes, keyOf, valueBytes } from "./keys.ts";
import { withConnections } from "./load_connection.ts";
import type { LoadTarget } from "./load_target.ts";

/** Requests that are sent at once. */
const batchRequests = 1_000;

/** How long that may take, whatever the server: so many keys a second are the least. */
const keysPerSecondMin = 10_000;

/** Puts the first `count` keys, at the target's first address. */
export async function fill(target: LoadTarget, count: number, bytes = keyBytes): Promise<void> {
  const value = "v".repeat(valueBytes);
  const writer = new MsgpackWriter(batchRequests * 128);
  await withConnections(target, 1, count / keysPerSecondMin, async ([connection]) => {
    for (let first = 0; first < count; first += batchRequests) {
      writer.clear();
      const requests = Math.min(batchRequests, count - first);
      for (let i = 0; i < requests; i++) {
        target.protocol.writeRequest(writer, i, "Put", keyOf(first + i, bytes), value);
      }
      await connection.exchange(writer.written(), requests);
    }
  });
}
