/**
 * Chance, as the rules see it.
 *
 * @module
 */

import type { Random } from "../../../rpc/environment.ts";

/** Draws whole numbers. */
export interface Dice {
  /** An evenly distributed whole number from `low` to `high`, both included. */
  whole(low: number, high: number): number;
}

/** Dice that roll what `random` draws. */
export function diceFrom(random: Pick<Random, "fraction">): Dice {
  return { whole: (low, high) => low + Math.floor(random.fraction() * (high - low + 1)) };
}
