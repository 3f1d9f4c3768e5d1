import { logLimits } from "../limits.ts";
import { type Clock, type Timers, TokenBucket } from "../rpc/mod.ts";
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
    this.#bucket = new TokenBucket(logLimits.burstLines, 1_000 / logLimits.linesPerSecond);
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
    if (this.#hasRoom(record)) return this.#options.write(record);
    if (this.#leftOut === 0) {
      const { environment } = this.#options;
      this.#cancelReport = environment.after(logLimits.repeatMinMs, () => this.#reportLeftOut());
    }
    this.#leftOut += record.count;
  }

  /**
   * Takes the token of a line, if there is one. The lower half of the bucket is for errors alone, so that a
   * flood of other lines does not drown them.
   */
  #hasRoom({ level }: LogRecord): boolean {
    const nowMs = this.#options.environment.monotonicMs();
    const tokens = level === "error" ? 1 : logLimits.burstLines / 2 + 1;
    if (this.#bucket.waitMs(nowMs, tokens) > 0) return false;
    this.#bucket.take(nowMs);
    return true;
  }

  /** Once a second at the most, and therefore not counted against the bucket. */
  #reportLeftOut(): void {
    if (this.#leftOut === 0) return;
    const { environment, write } = this.#options;
    const left = this.#leftOut === 1 ? "{lines} line was left out" : "{lines} lines were left out";
    const template = `${left}, because more than {perSecond} a second came`;
    const fields = { lines: this.#leftOut, perSecond: logLimits.linesPerSecond };
    this.#leftOut = 0;
    write(newRecord("warn", template, fields, environment.now()));
  }
}
