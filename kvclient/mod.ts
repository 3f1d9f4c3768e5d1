/**
 * The client library: asks the store of a server. It needs nothing of the server but its address, and
 * runs on Deno and on Node 20 or later.
 *
 * ```ts
 * import { Client, isRetriable } from "./mod.ts";
 *
 * await using client = new Client("127.0.0.1:6001", { timeoutMs: 1000 });
 * try {
 *   console.log(await client.get("city/pittsburgh"));
 *   for await (const [key, value] of client.scan("city/")) console.log(key, value);
 * } catch (error) {
 *   // Without a server there nothing was sent, so trying again can do no harm.
 *   console.error(isRetriable(error) ? "Try again:" : "Cannot read:", error);
 * }
 * ```
 *
 * @module
 */

export { defaultLimits, type Limits, withLimits } from "../limits.ts";
export { Client } from "./client.ts";
export type { ClientCallOptions, ClientOptions } from "./client_options.ts";
export type { ClientTarget } from "./target.ts";
export type { Listener } from "./listener.ts";
export type { WatchOptions, WatchState } from "./watch.ts";
export { NearestRouter, type NearestRouterOptions } from "./nearest_router.ts";
export {
  FixedRouter,
  PinnedRouter,
  type QueryRouter,
  RandomRouter,
  RoundRobinRouter,
} from "./router.ts";
export type {
  DigestPart,
  ExportedEntry,
  KeyRange,
  Member,
  MemberState,
  PutOptions,
  StatsFigures,
  Value,
  WatchedChange,
} from "../kvcommon/mod.ts";
export {
  type ByteStream,
  type Clock,
  ConnectionError,
  type Dialer,
  type Environment,
  type ErrorCode,
  errorCodes,
  type Flow,
  isRetriable,
  type Random,
  RpcError,
  type Sliced,
  type SliceEnvironment,
  TimeoutError,
  type Timers,
  type TimeSlices,
  type Yielding,
} from "../rpc/mod.ts";
