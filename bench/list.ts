import { fill } from "./fill.ts";
import { prefixOf100 } from "./keys.ts";
import { type LoadResult, runLoad } from "./load.ts";
import type { LoadTarget } from "./load_target.ts";
import { RequestPool } from "./request_pool.ts";

/**
 * Lists 100 entries of many, over one connection that sends one request at a time.
 *
 * @param keys how many entries there are, at least 100
 */
export async function measureList(
  target: LoadTarget,
  keys: number,
  seconds: number,
): Promise<LoadResult> {
  await fill(target, keys);
  const requests = new RequestPool({
    protocol: target.protocol,
    method: "List",
    depth: 1,
    key: () => prefixOf100(Math.floor(Math.random() * keys)),
  });
  await runLoad(target, { requests, connections: 1, seconds: seconds / 4 });
  return await runLoad(target, { requests, connections: 1, seconds });
}
