/**
 * The server: query actors, each with a full replica of the store and a port of its own.
 *
 * ```ts
 * import { Server } from "./mod.ts";
 *
 * const server = await Server.start({ startPort: 0, queryActorCount: 2 });
 * if (server.queryAddresses.length !== 2) throw new Error("a query actor has no port");
 * await server.close();
 * ```
 *
 * @module
 */

export { defaultLimits, type Limits, withLimits } from "../limits.ts";
export {
  DataDirectoryError,
  DataDirectoryInUseError,
  type DirectoryOwner,
} from "./disk/data_error.ts";
export {
  consoleLogger,
  formatRecord,
  Log,
  type LogFields,
  type LogFormat,
  logFormats,
  Logger,
  type LogLevel,
  logLevels,
  type LogOptions,
  type LogRecord,
  silentLogger,
} from "../log/mod.ts";
export type { Durability } from "./messages/journal_messages.ts";
export { Server, type ServerEnd } from "./server.ts";
export type { Role, TokenEntry, TokenRefusal } from "../access/mod.ts";
export type { Member, MemberState } from "../kvcommon/mod.ts";
export { addressOfDescription } from "./join/description.ts";
export { JoinError } from "./join/join_error.ts";
export { ServerOptionError, type ServerOptions } from "./server_options.ts";
export { ThreadEndedError } from "./thread/thread_ended_error.ts";
export type {
  CountedMethod,
  Door,
  MethodCounts,
  MethodTimes,
  QueryFigures,
  TimedMethod,
} from "./query/query_figures.ts";
export type { Traffic } from "../actor/mod.ts";
export type { DiskFigures, Measurements } from "./query/measurements.ts";
export type { Times } from "./messages/time_histogram.ts";
export { limitedMembers, limitedStats } from "./query/limited_figures.ts";
export type { DiskState, ServerStats } from "./query/server_stats.ts";
export type {
  ByteListener,
  ByteStream,
  Clock,
  Dialer,
  Environment,
  Flow,
  Random,
  Served,
  Sliced,
  SliceEnvironment,
  Standing,
  Timers,
  TimeSlices,
  TlsSettings,
  Transport,
  Yielding,
} from "../rpc/mod.ts";
