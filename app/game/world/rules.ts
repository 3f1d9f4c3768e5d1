/**
 * The chances of the game: pure functions of what a player owns and of the dice.
 *
 * @module
 */

import { attemptSecondsMax } from "./bounds.ts";
import type { Dice } from "./dice.ts";
import { type Hardware, ownedKinds, powerOf } from "./hardware.ts";
import type { Kind } from "./world.ts";

/** Of so many equally likely outcomes of an attempt at mining, one is no coin. */
export const miningOutcomes = 10;

/** So many equally likely outcomes an attempt at solving has. */
export const solvingOutcomes = 20;

/** Of them, so many break something; one is a bug, and all others take steps. */
export const breakingOutcomes = 3;

/** How many seconds an attempt takes. */
export function rollSeconds(dice: Dice): number {
  return dice.whole(0, attemptSecondsMax);
}

/** The coins that one attempt at mining yields: none once in ten, otherwise 1 to `power`. */
export function rollMining(power: number, dice: Dice): number {
  return dice.whole(1, miningOutcomes) === 1 ? 0 : dice.whole(1, power);
}

/** What an attempt at solving comes to. */
export type SolvingRoll =
  | { outcome: "broke"; kind: Kind }
  | { outcome: "hit"; power: number }
  | { outcome: "debugging" };

/** One attempt at solving: of 20 equally likely outcomes 3 break something and 1 is a bug. */
export function rollSolving(hardware: Hardware, dice: Dice): SolvingRoll {
  const face = dice.whole(1, solvingOutcomes);
  if (face === solvingOutcomes) return { outcome: "debugging" };
  if (face > breakingOutcomes) return { outcome: "hit", power: powerOf(hardware) };
  const owned = ownedKinds(hardware);
  return { outcome: "broke", kind: owned[dice.whole(0, owned.length - 1)] };
}
