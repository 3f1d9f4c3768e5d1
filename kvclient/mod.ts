/**
 * The client library. Needs nothing of the server but its address.
 *
 * ```ts
 * import { Server } from "../kvserver/mod.ts";
 * import { Client, FixedRouter } from "./mod.ts";
 *
 * const server = await Server.start({ startPort: 0, queryActorCount: 1 });
 * const client = new Client(new FixedRouter(server.queryAddresses[0]));
 * await client.put("city/pittsburgh", "302,971");
 * const population = await client.get("city/pittsburgh");
 * if (population !== "302,971") throw new Error("a Put was lost");
 * await client.close();
 * await server.close();
 * ```
 *
 * @module
 */

export { Client, type ClientCallOptions, type ClientOptions } from "./client.ts";
export { NearestRouter, type NearestRouterOptions } from "./nearest_router.ts";
export { FixedRouter, type QueryRouter, RandomRouter, RoundRobinRouter } from "./router.ts";
export {
  ConnectionError,
  type ErrorCode,
  errorCodes,
  isRetriable,
  RpcError,
  TimeoutError,
} from "../rpc/mod.ts";
