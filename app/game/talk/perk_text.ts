/**
 * What perks are, in words.
 *
 * @module
 */

import { attemptSecondsMax } from "../world/bounds.ts";
import { type Perk, perkKinds } from "../world/perk.ts";
import { solvingOutcomes } from "../world/rules.ts";
import { listed } from "./words.ts";

/** "finds are 10% larger and prices 5% lower" */
export function perkWords(perk: Perk): string {
  return listed(
    perkKinds.filter((kind) => (perk[kind] ?? 0) !== 0).map((kind) => words[kind](perk[kind]!)),
  );
}

const words: Readonly<Record<keyof Perk, (amount: number) => string>> = {
  mining: (percent) => `finds are ${share(percent)} ${percent > 0 ? "larger" : "smaller"}`,
  steps: (percent) =>
    `your machines take ${share(percent)} ${percent > 0 ? "more" : "fewer"} steps`,
  supply: (percent) => `there is ${share(percent)} ${percent > 0 ? "more" : "less"} electricity`,
  prices: (percent) => `prices are ${share(percent)} ${percent > 0 ? "lower" : "higher"}`,
  // What there is of it elsewhere is not known here, so no number is said that would be left.
  breaks: (fewer) =>
    `${Math.abs(fewer)} ${fewer > 0 ? "fewer" : "more"} of ${solvingOutcomes} attempts ${
      Math.abs(fewer) === 1 ? "breaks" : "break"
    } something`,
  seconds: (fewer) => `an attempt takes ${Math.max(0, attemptSecondsMax - fewer)} seconds at most`,
};

function share(percent: number): string {
  return `${Math.abs(percent)}%`;
}
