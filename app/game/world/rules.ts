/**
 * The chances of the game: pure functions of what a player owns and of the dice.
 *
 * @module
 */

import { attemptSecondsMax } from "./bounds.ts";
import type { Dice } from "./dice.ts";
import { type Hardware, ownedKinds, powerOf } from "./hardware.ts";
import { noPerk, type Perk, withPercent } from "./perk.ts";
import type { Kind } from "./world.ts";

/** Of so many equally likely outcomes of an attempt at mining, one is no coin. */
export const miningOutcomes = 10;

/** So many equally likely outcomes an attempt at solving has. */
export const solvingOutcomes = 20;

/** Of them, so many break something; one is a bug, and all others take steps. */
export const breakingOutcomes = 3;

/** How many seconds an attempt takes, the longest one `fewer` seconds less. */
export function rollSeconds(dice: Dice, fewer = 0): number {
  return dice.whole(0, Math.max(0, attemptSecondsMax - fewer));
}

/** The coins that one attempt at mining yields: none once in ten, otherwise 1 to `power`, and `more` percent. */
export function rollMining(power: number, dice: Dice, more = 0): number {
  if (dice.whole(1, miningOutcomes) === 1) return 0;
  return Math.max(1, withPercent(dice.whole(1, power), more));
}

/** The coins that one attempt at mining yields on average. */
export function expectedCoins(power: number, more = 0): number {
  return (miningOutcomes - 1) / miningOutcomes * (power + 1) / 2 * (100 + more) / 100;
}

/** Coins for so much at a price of so many percent less: rounded up, and one at least. */
export function discounted(cost: number, percent: number): number {
  return Math.max(1, Math.ceil(cost * (100 - percent) / 100));
}

/** What an attempt at solving comes to. */
export type SolvingRoll =
  | { outcome: "broke"; kind: Kind }
  | { outcome: "hit"; power: number }
  | { outcome: "debugging" };

/** How many outcomes break something where `fewer` do. */
export function breaking(fewer: number): number {
  return Math.min(Math.max(0, breakingOutcomes - fewer), solvingOutcomes - 1);
}

/**
 * One attempt at solving: of 20 equally likely outcomes 3 break something and 1 is a bug, if nothing is
 * easier.
 */
export function rollSolving(
  hardware: Hardware,
  dice: Dice,
  { steps, supply, breaks }: Pick<Required<Perk>, "steps" | "supply" | "breaks"> = noPerk,
): SolvingRoll {
  const face = dice.whole(1, solvingOutcomes);
  if (face === solvingOutcomes) return { outcome: "debugging" };
  if (face > breaking(breaks)) {
    return { outcome: "hit", power: withPercent(powerOf(hardware, supply), steps) };
  }
  const owned = ownedKinds(hardware);
  return { outcome: "broke", kind: owned[dice.whole(0, owned.length - 1)] };
}
