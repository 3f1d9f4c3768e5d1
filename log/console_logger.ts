import { realEnvironment } from "../rpc/mod.ts";
import { formatRecord } from "./format.ts";
import { Logger } from "./logger.ts";
import { isAtLeast, type LogLevel, type LogRecord } from "./record.ts";

class ConsoleLogger extends Logger {
  #level: LogLevel;

  constructor(level: LogLevel) {
    super(realEnvironment);
    this.#level = level;
  }

  take(record: LogRecord): void {
    if (isAtLeast(record.level, this.#level)) console.error(formatRecord(record, "text"));
  }
}

/**
 * Prints lines that matter as much as `level` to the console, as they come: for a program that has no
 * log of its own. A server that runs for months gets a `Log`.
 */
export function consoleLogger(level: LogLevel): Logger {
  return new ConsoleLogger(level);
}
