import type { Cut } from "../rpc/mod.ts";
import type { Logger } from "./logger.ts";

/**
 * Logs that a connection was ended because memory is full.
 *
 * @param where what it came to, for the log: `the system port`
 */
export function logCut(log: Logger, where: string, { host, heldBytes }: Cut): void {
  log.warn(
    "Memory is full: a connection of {host} to {where} is ended, because it held {heldBytes} bytes",
    { host, where, heldBytes },
  );
}
