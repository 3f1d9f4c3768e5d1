/**
 * The client library. Needs nothing of the server but its address.
 *
 * ```ts
 * import { Client, FixedRouter, isRetriable } from "./mod.ts";
 *
 * const client = new Client(new FixedRouter("127.0.0.1:6001"), { timeoutMs: 1000 });
 * try {
 *   await client.put("city/pittsburgh", "302,971");
 *   console.log(await client.get("city/pittsburgh"));
 *   for await (const [key, value] of client.scan("city/")) console.log(key, value);
 * } catch (error) {
 *   // Without a server there nothing was sent, so trying again can do no harm.
 *   if (!isRetriable(error)) throw error;
 * }
 * await client.close();
 * ```
 *
 * @module
 */

export { Client, type ClientCallOptions, type ClientOptions } from "./client.ts";
export { NearestRouter, type NearestRouterOptions } from "./nearest_router.ts";
export {
  FixedRouter,
  PinnedRouter,
  type QueryRouter,
  RandomRouter,
  RoundRobinRouter,
} from "./router.ts";
export {
  ConnectionError,
  type ErrorCode,
  errorCodes,
  isRetriable,
  RpcError,
  TimeoutError,
} from "../rpc/mod.ts";
