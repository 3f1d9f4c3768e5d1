import type { Logger } from "./logger.ts";

/**
 * Logs that a connection was ended because too many wrong tokens were shown on it, or from its host.
 *
 * @param where what it came to, for the log: `the system port`
 * @param peer its host: what comes again from there is counted, and not printed line by line
 */
export function logBarred(log: Logger, where: string, peer: string): void {
  log.warn("{peer} has shown too many wrong tokens to {where}: its connection is ended", {
    peer,
    where,
  });
}
