import { MsgpackWriter } from "../rpc/mod.ts";
import { keyBytes, keyOf, shortValue } from "./keys.ts";
import { withConnections } from "./load_connection.ts";
import type { LoadValue } from "./load_protocol.ts";
import type { LoadTarget } from "./load_target.ts";

/** Requests that are sent at once: so many, or fewer whose values take so many bytes. */
const batchRequests = 1_000;
const batchBytes = 1024 * 1024;

/** How long that may take, whatever the server: so many keys a second are the least. */
const keysPerSecondMin = 10_000;

/** Puts the first `count` keys, at the target's first address. */
export async function fill(
  target: LoadTarget,
  count: number,
  bytes = keyBytes,
  value: LoadValue = shortValue,
): Promise<void> {
  const batch = Math.min(batchRequests, Math.ceil(batchBytes / value.length));
  const writer = new MsgpackWriter(batchRequests * 128);
  await withConnections(target, 1, count / keysPerSecondMin, async ([connection]) => {
    for (let first = 0; first < count; first += batch) {
      writer.clear();
      const requests = Math.min(batch, count - first);
      for (let i = 0; i < requests; i++) {
        target.protocol.writeRequest(writer, i, "Put", keyOf(first + i, bytes), value);
      }
      await connection.exchange(writer.written(), requests);
    }
  });
}
