/**
 * What perks are, in words.
 *
 * @module
 */

import { attemptSecondsMax } from "../world/bounds.ts";
import { type Perk, perkKinds } from "../world/perk.ts";
import { breaking, breakingOutcomes, solvingOutcomes } from "../world/rules.ts";
import { listed } from "./words.ts";

/** "finds are 10% larger and prices 5% lower" */
export function perkWords(perk: Perk): string {
  return listed(
    perkKinds.filter((kind) => (perk[kind] ?? 0) !== 0).map((kind) => words[kind](perk[kind]!)),
  );
}

const words: Readonly<Record<keyof Perk, (amount: number) => string>> = {
  mining: (percent) => `finds are ${share(percent)} ${percent > 0 ? "larger" : "smaller"}`,
  steps: (percent) => `hits take ${share(percent)} ${percent > 0 ? "more" : "fewer"} steps`,
  supply: (percent) => `there is ${share(percent)} ${percent > 0 ? "more" : "less"} electricity`,
  prices: (percent) => `prices are ${share(percent)} ${percent > 0 ? "lower" : "higher"}`,
  breaks: (fewer) =>
    `${
      breaking(fewer)
    } instead of ${breakingOutcomes} of ${solvingOutcomes} attempts break something`,
  seconds: (fewer) => `an attempt takes ${Math.max(0, attemptSecondsMax - fewer)} seconds at most`,
};

function share(percent: number): string {
  return `${Math.abs(percent)}%`;
}
