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

/** What a prompt is made of. */
export interface PromptOptions {
  /** Nothing before it was read. */
  readonly status: Status | undefined;
  readonly problem?: FacedProblem;
  readonly manner: Manner;
  /** How many characters fit into a row; 0, the default, where nobody knows. */
  readonly columns?: number;
  /** Whether it stands apart from what is typed. */
  readonly isApart?: boolean;
  /** Whether no server answers at the moment. */
  readonly isOffline?: boolean;
}

/** So many columns are left for what is typed, if the prompt can be so short. */
const typingColumns = 18;

/**
 * Rank, coins and place, or what is left of the problem: as much of that as leaves room for a command
 * behind it. To someone who has it read aloud, again and again, it says no more than is needed.
 */
export function promptFor(options: PromptOptions): string {
  const { status, problem, manner, columns = 0, isApart = false, isOffline = false } = options;
  const offline = isOffline ? ["offline"] : [];
  const forms = manner === "spoken" || status === undefined
    ? [problem ? ["solving"] : []]
    : problem
    ? formsBefore(problem, status)
    : formsAt(status);
  const prompts = forms.map((parts) => `${[...offline, ...parts].join(", ")}${barePrompt}`);
  const room = columns === 0 ? Infinity : columns - (isApart ? 0 : typingColumns);
  const fitting = prompts.find(({ length }) => length <= room);
  return fitting ?? prompts.at(-1)!;
}

/** The parts of the prompt in a place, the longest form first. */
function formsAt({ rank, coins, place }: Status): string[][] {
  const [owned, title] = [counted(coins, "coin"), places.get(place)!];
  return [[rank, owned, title], [owned, title], [owned, place], [place]];
}

/** Those in front of a problem. */
function formsBefore({ rank, remaining }: FacedProblem, status: Status): string[][] {
  const [owned, left] = [counted(status.coins, "coin"), grouped(remaining)];
  const steps = grouped(problemSteps.get(rank)!);
  return [
    [status.rank, owned, `${left} of ${steps} steps left`],
    [owned, `${left} of ${steps} left`],
    [`${left} left`],
  ];
}
