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

export { fill, type LoadOptions, type LoadResult, runLoad } from "./load.ts";
export { hasReceiverProgram, measureRemoteTells, type RemoteTellResult } from "./remote_tells.ts";
export { type ServerProcess, startServerProcess } from "./server_process.ts";
export { measureTells } from "./tells.ts";
