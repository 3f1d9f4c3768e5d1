import type { Clock } from "../rpc/mod.ts";
import { type LogFields, type LogLevel, type LogRecord, newRecord } from "./record.ts";

/**
 * Takes the log records of a part of the program. A record is words of our own, the template, and
 * fields. Text that others sent belongs into fields, because only fields are escaped and bounded.
 *
 * ```ts
 * import { silentLogger } from "./mod.ts";
 *
 * silentLogger.warn("Peer {peer} is lost", { peer: "192.0.2.7:6000" });
 * ```
 */
export abstract class Logger {
  #clock: Pick<Clock, "now">;

  /** Makes a logger. @param clock gives the times of the records */
  constructor(clock: Pick<Clock, "now">) {
    this.#clock = clock;
  }

  /** Takes a record as it is, with its own time: one of another thread. */
  abstract take(record: LogRecord): void;

  /** Logs what helps to find a fault, and is too much otherwise. */
  debug(template: string, fields: LogFields = {}): void {
    this.#note("debug", template, fields);
  }

  /** Logs what is expected, and rare. */
  info(template: string, fields: LogFields = {}): void {
    this.#note("info", template, fields);
  }

  /** Logs what is wrong elsewhere, or may recover by itself. */
  warn(template: string, fields: LogFields = {}): void {
    this.#note("warn", template, fields);
  }

  /** Logs what is wrong here. */
  error(template: string, fields: LogFields = {}): void {
    this.#note("error", template, fields);
  }

  /** Logs a bug of this program: an error with its stack trace. */
  bug(template: string, thrown: unknown, fields: LogFields = {}): void {
    const trace = thrown instanceof Error ? thrown.stack ?? "" : "";
    this.error(template, { ...fields, error: reasonOf(thrown), ...(trace !== "" && { trace }) });
  }

  #note(level: LogLevel, template: string, fields: LogFields): void {
    this.take(newRecord(level, template, fields, this.#clock.now()));
  }
}

/** The message of what was thrown, whatever that is, without the number that the system has for it. */
export function reasonOf(thrown: unknown): string {
  try {
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    return message.replace(/ \(os error \d+\)/g, "");
  } catch {
    return "something without a text";
  }
}

class SilentLogger extends Logger {
  take(): void {}
}

/** Says nothing. */
export const silentLogger: Logger = new SilentLogger({ now: () => 0 });
