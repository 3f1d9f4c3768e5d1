/**
 * What stands in front of the line that a player types: how things are.
 *
 * @module
 */

import type { Character } from "../state/character.ts";
import { counted, grouped } from "../../cli/numbers.ts";
import type { Manner } from "./words.ts";
import { places, problemSteps, type Rank } from "../world/world.ts";

/** Before there is anything to show. */
export const barePrompt = ">";

/** What is shown of a player. */
export type Status = Pick<Character, "rank" | "coins" | "place">;

/** The problem that a player faces. */
export interface FacedProblem {
  readonly rank: Rank;
  /** Steps left. */
  readonly remaining: number;
}

/**
 * Rank, coins and place, or what is left of the problem: short enough that a command fits behind it
 * in 80 columns. To someone who has it read aloud, again and again, it says no more than is needed.
 */
export function promptFor(
  status: Status | undefined,
  problem: FacedProblem | undefined,
  manner: Manner,
): string {
  if (manner === "spoken" || status === undefined) return problem ? "solving>" : barePrompt;
  const { rank, coins, place } = status;
  const where = problem
    ? `${grouped(problem.remaining)} of ${grouped(problemSteps.get(problem.rank)!)} steps left`
    : places.get(place);
  return `${rank}, ${counted(coins, "coin")}, ${where}>`;
}
