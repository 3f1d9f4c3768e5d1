import type { Limits } from "../limits.ts";

/** A reading of another system's clock. */
interface Reading {
  /** How far that clock was ahead, if it was read in the middle of the round trip. */
  readonly aheadMs: number;
  /** How long the round trip took: half of it is what `aheadMs` may be wrong by. */
  readonly roundTripMs: number;
}

/**
 * How far the clock of another system is ahead, by readings that each took a round trip. The one with the
 * shortest trip counts, as in NTP; one whose trip was too long says too little. A reading that contradicts
 * an earlier one shows that one of the two clocks was set, so that the earlier ones count no more.
 */
export class ClockSkew {
  /** The last ones. */
  #readings: Reading[] = [];
  #limits: Limits;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /** How far it is ahead, in whole milliseconds; `undefined`: that is not known. */
  get aheadMs(): number | undefined {
    if (this.#readings.length === 0) return undefined;
    const best = this.#readings.reduce((a, b) => b.roundTripMs < a.roundTripMs ? b : a);
    return Math.round(best.aheadMs);
  }

  /**
   * The clock was read.
   *
   * @param clockMs what it showed
   * @param nowMs what the clock here shows when that has come back
   * @param roundTripMs since it was asked for
   */
  read(clockMs: number, nowMs: number, roundTripMs: number): void {
    const { clockRoundTripMaxMs, clockReadings, clockToleranceMs } = this.#limits;
    if (roundTripMs > clockRoundTripMaxMs) return;
    const reading = { aheadMs: clockMs - (nowMs - roundTripMs / 2), roundTripMs };
    const agreeing = this.#readings.filter((other) =>
      Math.abs(other.aheadMs - reading.aheadMs) <=
        (other.roundTripMs + roundTripMs) / 2 + clockToleranceMs
    );
    this.#readings = [...agreeing, reading].slice(-clockReadings);
  }
}
