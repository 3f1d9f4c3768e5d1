import type { Crowd } from "../rpc/mod.ts";
import type { Logger } from "./logger.ts";

/**
 * Logs that connections made way, or were not accepted, because there was no room.
 *
 * @param where what they came to, for the log: `the system port`
 */
export function logCrowd(log: Logger, where: string, crowd: Crowd): void {
  const { open } = crowd;
  const full = "{open} connections to {where} are open, which is all it takes: ";
  switch (crowd.name) {
    case "refused":
      return log.warn(full + "{host} is refused", { open, where, host: crowd.host });
    case "replaced": {
      const { ended, host = "one at another thread" } = crowd;
      const what = "one of {ended} that says nothing made way for {host}";
      return log.warn(full + what, { open, where, ended, host });
    }
    case "shortage": {
      const what = crowd.someMakeWay ? "some that say nothing make way" : "none is accepted";
      return log.warn(
        "{open} connections are open, and the system lets this process open no more: {what}",
        { open, what },
      );
    }
  }
}
