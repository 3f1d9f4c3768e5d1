import { logLimits } from "../limits.ts";
import type { Clock } from "../rpc/mod.ts";

/**
 * Limits the rate of the lines of all kinds together, a token for each. The lower half of the bucket is
 * for errors alone, so that a flood of other lines does not drown them.
 */
export class TokenBucket {
  #clock: Pick<Clock, "monotonicMs">;
  #lines: number = logLimits.burstLines;
  #filledMs: number;

  /** Makes a full bucket. */
  constructor(clock: Pick<Clock, "monotonicMs">) {
    this.#clock = clock;
    this.#filledMs = clock.monotonicMs();
  }

  /** Takes the token of a line. @returns whether there was one. */
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
