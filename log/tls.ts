import { TlsError } from "../rpc/mod.ts";
import type { Logger } from "./logger.ts";

/**
 * Logs that no TLS connection comes about, if that is what was wrong with a connection.
 *
 * @param where what it came to, for the log: `the system port`
 * @param peer the address of its other end
 * @returns whether it is.
 */
export function logTls(log: Logger, where: string, peer: string, error: unknown): boolean {
  if (!(error instanceof TlsError)) return false;
  const { message: reason } = error;
  log.warn("No TLS connection of {peer} to {where} comes about: {reason}", { peer, where, reason });
  return true;
}
