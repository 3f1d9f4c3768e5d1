import type { Clock } from "../rpc/mod.ts";
import { type LogFields, type LogLevel, type LogRecord, newRecord } from "./record.ts";

/**
 * Takes what a part of the program has to say. A line is words of our own, the template, and fields:
 * whatever others sent belongs into fields, because only those are escaped and bounded.
 *
 * ```ts
 * import { silentLogger } from "./mod.ts";
 *
 * silentLogger.warn("Peer {peer} is lost", { peer: "192.0.2.7:6000" });
 * ```
 */
export abstract class Logger {
  #clock: Pick<Clock, "now">;

  /** Takes a clock, which tells the times of the lines. */
  constructor(clock: Pick<Clock, "now">) {
    this.#clock = clock;
  }

  /** Takes a record as it is, with its own time: one of another thread. */
  abstract take(record: LogRecord): void;

  /** What helps to find a fault, and is too much otherwise. */
  debug(template: string, fields: LogFields = {}): void {
    this.#note("debug", template, fields);
  }

  /** What happens in everyday life, and seldom. */
  info(template: string, fields: LogFields = {}): void {
    this.#note("info", template, fields);
  }

  /** What is wrong elsewhere, or may mend itself. */
  warn(template: string, fields: LogFields = {}): void {
    this.#note("warn", template, fields);
  }

  /** What is wrong here. */
  error(template: string, fields: LogFields = {}): void {
    this.#note("error", template, fields);
  }

  /** A bug of ours: an error with its stack trace. */
  bug(template: string, thrown: unknown, fields: LogFields = {}): void {
    const trace = thrown instanceof Error ? thrown.stack ?? "" : "";
    this.error(template, { ...fields, error: reasonOf(thrown), ...(trace !== "" && { trace }) });
  }

  #note(level: LogLevel, template: string, fields: LogFields): void {
    this.take(newRecord(level, template, fields, this.#clock.now()));
  }
}

/** The message of what was thrown, whatever that is. */
export function reasonOf(thrown: unknown): string {
  try {
    return thrown instanceof Error ? thrown.message : String(thrown);
  } catch {
    return "something without a text";
  }
}

class SilentLogger extends Logger {
  take(): void {}
}

/** Says nothing. */
export const silentLogger: Logger = new SilentLogger({ now: () => 0 });
