/**
 * The log of a server: one line per event, whatever others put into it.
 *
 * A line is words of our own and fields; texts of others in fields are escaped and bounded. Lines that
 * come again and again are counted, and there are never more than so many a second. Nobody waits for
 * whoever reads the log.
 *
 * ```ts
 * import { formatRecord, Log } from "./mod.ts";
 * import { realEnvironment } from "../rpc/mod.ts";
 *
 * const lines: string[] = [];
 * const log = new Log({
 *   environment: realEnvironment,
 *   level: "info",
 *   write: (record) => lines.push(formatRecord(record, "text")),
 * });
 * log.warn("Peer {peer} is lost", { peer: "192.0.2.7:6000" });
 * log.close();
 * if (!/^\S+Z warn {2}Peer 192\.0\.2\.7:6000 is lost$/.test(lines[0])) throw new Error(lines[0]);
 * ```
 *
 * @module
 */

export { logBarred } from "./barred.ts";
export { consoleLogger } from "./console_logger.ts";
export { logCrowd } from "./crowd.ts";
export { logCut } from "./cut.ts";
export { logTls } from "./tls.ts";
export { portLog } from "./port.ts";
export { formatRecord, type LogFormat, logFormats } from "./format.ts";
export { LineQueue, type LineQueueOptions } from "./line_queue.ts";
export { Log, type LogOptions } from "./log.ts";
export { Logger, reasonOf, silentLogger } from "./logger.ts";
export { type LogFields, type LogLevel, logLevels, type LogRecord, newRecord } from "./record.ts";
