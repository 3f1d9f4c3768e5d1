import { logLimits } from "../limits.ts";
import type { Clock } from "../rpc/mod.ts";

/**
 * Bounds the lines of all kinds in sum: a token bucket, whose lower half is for errors alone, so that
 * nobody drowns those with lines of another kind.
 */
export class LineBudget {
  #clock: Pick<Clock, "monotonicMs">;
  #lines: number = logLimits.burstLines;
  #filledMs: number;

  /** It is full at first. */
  constructor(clock: Pick<Clock, "monotonicMs">) {
    this.#clock = clock;
    this.#filledMs = clock.monotonicMs();
  }

  /** Takes room for a line. @returns whether there was any. */
  take(isError: boolean): boolean {
    const nowMs = this.#clock.monotonicMs();
    const filled = this.#lines + (nowMs - this.#filledMs) * logLimits.linesPerSecond / 1_000;
    this.#lines = Math.min(logLimits.burstLines, filled);
    this.#filledMs = nowMs;
    if (this.#lines < (isError ? 1 : logLimits.burstLines / 2 + 1)) return false;
    this.#lines--;
    return true;
  }
}
