import { logLimits } from "../limits.ts";
import type { Clock, Timers } from "../rpc/mod.ts";
import { TokenBucket } from "./token_bucket.ts";
import { Logger } from "./logger.ts";
import { isAtLeast, type LogLevel, type LogRecord, newRecord } from "./record.ts";
import { Repeats } from "./repeats.ts";

/** Options of a `Log`. */
export interface LogOptions {
  /** Clock and timers. */
  environment: Pick<Clock & Timers, "now" | "monotonicMs" | "after">;
  /** Lines that matter less are left out. */
  level: LogLevel;
  /** Takes what is to be printed, or goes to another thread. */
  write(record: LogRecord): void;
}

/**
 * The logger of a program or a thread. It drops records below its level, counts repeated ones
 * (`Repeats`), and limits the rate of the lines (`TokenBucket`).
 */
export class Log extends Logger {
  #options: LogOptions;
  #repeats: Repeats;
  #bucket: TokenBucket;
  /** Records that were left out since the last line that says how many. */
  #leftOut = 0;
  #cancelReport = () => {};

  /** Begins with nothing counted. */
  constructor(options: LogOptions) {
    const { environment } = options;
    super(environment);
    this.#options = options;
    this.#bucket = new TokenBucket(environment);
    this.#repeats = new Repeats(environment, (record) => this.#write(record));
  }

  /** Takes a record as it is, with its own time: one of another thread. */
  override take(record: LogRecord): void {
    if (isAtLeast(record.level, this.#options.level)) this.#repeats.take(record);
  }

  /** Writes the records that were counted so far, and starts no timer from then on. */
  close(): void {
    this.#repeats.flush();
    this.#cancelReport();
    this.#reportLeftOut();
  }

  #write(record: LogRecord): void {
    if (this.#bucket.take(record.level === "error")) return this.#options.write(record);
    if (this.#leftOut === 0) {
      const { environment } = this.#options;
      this.#cancelReport = environment.after(logLimits.repeatMinMs, () => this.#reportLeftOut());
    }
    this.#leftOut += record.count;
  }

  /** Once a second at the most, and therefore not counted against the bucket. */
  #reportLeftOut(): void {
    if (this.#leftOut === 0) return;
    const { environment, write } = this.#options;
    const template = "{lines} lines were left out, because more than {perSecond} a second came";
    const fields = { lines: this.#leftOut, perSecond: logLimits.linesPerSecond };
    this.#leftOut = 0;
    write(newRecord("warn", template, fields, environment.now()));
  }
}
