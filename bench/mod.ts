/**
 * Benchmarks: queries against a server process, and tells between actors.
 *
 * ```ts
 * import { measureTells } from "./mod.ts";
 *
 * if (!(await measureTells(0.01) > 0)) throw new Error("no message arrived");
 * ```
 *
 * @module
 */

export { type DataServer, type DataServerOptions, startDataServer } from "./data_server.ts";
export { type FarApart, type FarApartOptions, measureVisibilityFarApart } from "./far_apart.ts";
export { fill } from "./fill.ts";
export {
  type GetWhileSyncingOptions,
  type GetWhileSyncingResult,
  measureGetWhileSyncing,
} from "./get_while_syncing.ts";
export { keyBytes, keyOf, valueBytes } from "./keys.ts";
export { measureList } from "./list.ts";
export { type LoadOptions, type LoadResult, runLoad } from "./load.ts";
export type { LoadMethod, LoadProtocol } from "./load_protocol.ts";
export type { LoadTarget } from "./load_target.ts";
export { measureMemory, memoryKeyBytes } from "./memory.ts";
export type { ProcessCounters } from "./process_counters.ts";
export { measureRemoval, type RemovalRound } from "./removal.ts";
export { Redis } from "./redis.ts";
export { measureRemoteTells, type RemoteTellResult } from "./remote_tells.ts";
export { type RoundsOptions, runRounds, type Spread, spreadOf } from "./rounds.ts";
export {
  type ServerProcess,
  type ServerProcessOptions,
  startServerProcess,
} from "./server_process.ts";
export { startTellReceiver } from "./tell_receiver.ts";
export { measureStart } from "./start_time.ts";
export { measureBalls, measureTells } from "./tells.ts";
export { openWatches } from "./watches.ts";
export { measureVisibility, type Visibility, type VisibilityOptions } from "./visibility.ts";
