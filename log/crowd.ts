import type { Crowd } from "../rpc/mod.ts";
import type { Logger } from "./logger.ts";

/**
 * Logs what became of a connection for which there was no room.
 *
 * @param where what it came to, for the log: `the system port`
 */
export function logCrowd(log: Logger, where: string, { open, host, ended }: Crowd): void {
  if (host === undefined) {
    const what = ended === undefined ? "none is accepted" : "some that say nothing made way";
    log.warn(
      "{open} connections to {where} are open, and the system lets this process open no more: {what}",
      { open, where, what },
    );
  } else if (ended === undefined) {
    log.warn("{open} connections to {where} are open, which is all it takes: {host} is refused", {
      open,
      where,
      host,
    });
  } else {
    log.warn(
      "{open} connections to {where} are open, which is all it takes: one of {ended} that says nothing " +
        "made way for {host}",
      { open, where, ended, host },
    );
  }
}
