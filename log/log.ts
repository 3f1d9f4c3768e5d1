import { logLimits } from "../limits.ts";
import type { Clock, Timers } from "../rpc/mod.ts";
import { LineBudget } from "./line_budget.ts";
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
 * The logger of a program or a thread: it leaves out what matters too little, counts what comes again
 * and again (`Repeats`), and gives on no more than so many lines a second (`LineBudget`).
 */
export class Log extends Logger {
  #options: LogOptions;
  #repeats: Repeats;
  #budget: LineBudget;
  /** Records that found no room since it was told how many. */
  #leftOut = 0;
  #cancelTelling = () => {};

  /** Begins with nothing counted. */
  constructor(options: LogOptions) {
    const { environment } = options;
    super(environment);
    this.#options = options;
    this.#budget = new LineBudget(environment);
    this.#repeats = new Repeats(environment, (record) => this.#write(record));
  }

  /** Takes a record as it is, with its own time: one of another thread. */
  override take(record: LogRecord): void {
    if (isAtLeast(record.level, this.#options.level)) this.#repeats.take(record);
  }

  /** Gives on what was counted so far, and starts no timer from then on. */
  close(): void {
    this.#repeats.flush();
    this.#cancelTelling();
    this.#tellLeftOut();
  }

  #write(record: LogRecord): void {
    if (this.#budget.take(record.level === "error")) return this.#options.write(record);
    if (this.#leftOut === 0) {
      const { environment } = this.#options;
      this.#cancelTelling = environment.after(logLimits.repeatMinMs, () => this.#tellLeftOut());
    }
    this.#leftOut += record.count;
  }

  /** Once a second at the most, and therefore not counted against the budget. */
  #tellLeftOut(): void {
    if (this.#leftOut === 0) return;
    const { environment, write } = this.#options;
    const template = "{lines} lines were left out, because more than {perSecond} a second came";
    const fields = { lines: this.#leftOut, perSecond: logLimits.linesPerSecond };
    this.#leftOut = 0;
    write(newRecord("warn", template, fields, environment.now()));
  }
}
