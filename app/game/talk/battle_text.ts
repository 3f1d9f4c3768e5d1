/**
 * Every sentence about a problem, and about the attempts at it.
 *
 * @module
 */

import { battleAttemptsMax } from "../world/bounds.ts";
import type { Problem } from "../state/problem.ts";
import { counted, grouped } from "../../cli/numbers.ts";
import { skippedRecords } from "./text.ts";
import { quote } from "./words.ts";
import { hardwareFacts, type Kind, kinds, problemSteps, type Rank } from "../world/world.ts";

/** A number of attempts at a problem that is none. */
export function badTries(text: string): string[] {
  return [
    `You cannot try ${quote(text)} times.`,
    `Give a whole number from 1 to ${grouped(battleAttemptsMax)}, or none for once.`,
  ];
}

/** Others were at the round when it ended. */
export const contested =
  "That was the last step, and others took some at the same moment. The logs are being read.";

/** Somebody else's step was the last. */
export const beaten =
  "It is solved, by somebody who was a moment quicker. It is set again in full.";

/** The problem that the player has turned to, for the first time if it `isNew` to the player. */
export function faced(problem: Problem, power: number, isNew: boolean): string[] {
  const { skipped } = problem;
  return [
    stepsLeft(problem),
    ...skipped > 0 ? [skippedRecords(skipped)] : [],
    `Your machines take ${counted(power, "step")} at a time, if nothing breaks.`,
    ...isNew ? ["Type solve to try, or resign to leave it for now."] : [],
  ];
}

/** How a problem stands. */
function stepsLeft({ rank, remaining }: Problem): string {
  const steps = `${grouped(remaining)} of ${grouped(problemSteps.get(rank)!)}`;
  return `Steps left: ${steps}, shared by everyone of your rank.`;
}

/** A problem for someone who has none. */
export const nothingToSolve = "You have solved enough. Leave it to the young.";

/** While the player faces it: the round is over, and it may not be known yet who ended it. */
export const lastStepTaken = "The last step is taken: it is solved. solve tells whose that was.";

/** The round was finished since the player left it; unless that `isSettled`, nobody has risen by it yet. */
export function solvedMeanwhile(isSettled: boolean): string {
  return isSettled
    ? "Somebody has solved it meanwhile, so it is set again in full."
    : "It is solved, and set again in full; in a moment the logs tell who has risen.";
}

/** Somebody finished the round in the meantime. */
export function solvedByOthers(problem: Problem): string[] {
  return ["Somebody has just solved it, so it is set again in full.", stepsLeft(problem)];
}

/** The round is over, and nobody knows yet who ended it: perhaps this player. */
export const undecided =
  "It is solved, perhaps by you: the logs are being read. Try again in a moment.";

/** The player has risen without having seen the last step. */
export const awarded = "The logs have been read: the step that solved it was yours.";

/** The day is lost. */
export const debugging = "You lose the day to debugging. It was a semicolon.";

/** Something broke. */
export function broke(kind: Kind, before: number, after: number): string {
  return `Smoke. ${hardwareFacts[kind].title}: ${grouped(before)} before, ${grouped(after)} now.`;
}

/** What newcomers do when something has broken. */
export function repair(kind: Kind): string {
  return `buy ${kind} replaces what is gone; it is good to have coins in reserve.`;
}

/** Everything broke. */
export const fellBack =
  "That was all you had. The library lends you one Xeon CPU; the problem will have to wait.";

/** Steps were taken. */
export function hit(power: number, remaining: number): string {
  return `Your machines take ${counted(power, "step")}. ${grouped(remaining)} to go.`;
}

/** The last step was taken. */
export const solved = "That was the last step. You look at it for a while: it is solved.";

/** What somebody may buy who has just risen, if that is anything. */
export function nowSold(rank: Rank): string[] {
  const sold = kinds.filter((kind) => hardwareFacts[kind].from === rank);
  return sold.map((kind) =>
    `The shop sells ${hardwareFacts[kind].title} to you now, called ${kind}.`
  );
}

/** The problem is left. */
export const resigned = "You put it aside. What has been done on it stays done.";

/** A command of the field, in a battle. */
export function notInBattle(word: string): string {
  return `${word} has to wait, you face a problem. Type resign to leave it for now.`;
}

/** `resign`, in the field. */
export const nothingToResign = "There is nothing to resign from. Type solve to face your problem.";
