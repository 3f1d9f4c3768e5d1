import type { Logger } from "./logger.ts";

/**
 * Logs that a connection was ended because too many wrong tokens were shown on it.
 *
 * @param where what it came to, for the log: `the system port`
 * @param peer the address of its other end
 */
export function logBarred(log: Logger, where: string, peer: string): void {
  log.warn("{peer} has shown too many wrong tokens to {where}: its connection is ended", {
    peer,
    where,
  });
}
