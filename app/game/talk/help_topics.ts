/**
 * What `help` tells of more than one command: the odds, the ranks and what comes next, short ways to
 * type.
 *
 * @module
 */

import { attemptSecondsMax } from "../world/bounds.ts";
import { counted, grouped } from "../../cli/numbers.ts";
import { breakingOutcomes, miningOutcomes, solvingOutcomes } from "../world/rules.ts";
import { hardwareFacts, holderOf, kinds, problemSteps, type Rank, ranks } from "../world/world.ts";
import { helpApart } from "./help_text.ts";
import { glossary, type Manner } from "./words.ts";

/** What can be asked for. */
export const helpTopics = [
  "campus",
  "company",
  "mining",
  "solving",
  "signing",
  "electricity",
  "terms",
  "ranks",
  "shortcuts",
] as const;

/** One of them. */
export type HelpTopic = typeof helpTopics[number];

/** The topic that a command belongs to, if there is more to be said of it. */
export const topicOf: Readonly<Partial<Record<string, HelpTopic>>> = {
  ...{ mine: "mining", solve: "solving", shop: "ranks", buy: "ranks", say: "shortcuts" },
};

const taking = solvingOutcomes - breakingOutcomes - 1;

/** Tells of `topic` to somebody of `rank`; a spectator has none. */
export function helpAbout(topic: HelpTopic, rank: Rank | undefined, manner: Manner): string[] {
  return tell[topic](rank, manner);
}

const tell: Readonly<Record<HelpTopic, (rank: Rank | undefined, manner: Manner) => string[]>> = {
  mining: () => [
    `An attempt takes 0 to ${attemptSecondsMax} seconds, and ${
      miningOutcomes - 1
    } of ${miningOutcomes} find coins:`,
    "1 to as many as you have computing power, all equally likely.",
    `mine for ${kinds[0]}, or mine for 20, goes on until you have the coins for it.`,
  ],
  solving: () => [
    `An attempt takes 0 to ${attemptSecondsMax} seconds. Of ${solvingOutcomes}:`,
    `${taking} take your computing power off the steps that are left;`,
    `${breakingOutcomes} break something: one kind of your hardware drops to a quarter;`,
    "1 is a day lost to debugging.",
    "The steps are shared by everyone of your rank; whoever takes the last one rises.",
    "Problems want more than machines, and say what: help campus, help signing.",
  ],
  campus: (_rank, manner) => helpApart("campus", manner),
  company: (_rank, manner) => helpApart("company", manner),
  signing: () => [
    "Some problems want a signature of somebody of another rank.",
    "A player signs for nothing who comes to where you are: sign, and your name.",
    "There is somebody who takes coins for it, as people on campus will tell you.",
  ],
  electricity: () => [
    "Each machine takes electricity, and shop has what brings more.",
    "The strongest run as long as there is some, and the others are furniture.",
    "In some places there is more, and prices, finds and steps differ: look says so.",
    "At times they differ for everybody: events says so.",
  ],
  terms: () => [
    "All begin anew with each term: events says how long this one goes on.",
    "titles says what you came to before, and fame who came furthest.",
    "To retire is remembered: it makes the next terms easier.",
  ],
  ranks: (rank, manner) => [
    "The ranks, the steps from each to the next, and what the shop has from then on:",
    ...glossary(ranks.map((each) => [each, describe(each)]), manner),
    ...rank === undefined ? [] : [whatIsNext(rank)],
  ],
  shortcuts: (_rank, manner) => [
    "The beginning of a command is enough where no other one begins so.",
    ...glossary([
      ["'hello or \"hello", "say hello"],
      [":yawns or ;yawns", "emote yawns"],
      ["l, i, ?", "look, inv, help"],
      ["n, s, e, w, u, d", "walk north, south, east, west, up, down"],
      [`alias r buy ${kinds[0]} ; solve 20`, "has r do both, one after the other"],
    ], manner),
  ],
};

function describe(rank: Rank): string {
  const steps = problemSteps.get(rank);
  const sold = kinds.find((kind) => hardwareFacts[kind].from === rank);
  if (steps === undefined || sold === undefined) return "nothing to solve any more";
  const { price, power } = hardwareFacts[sold];
  const hardware = `${sold}: ${counted(price, "coin")}, power ${grouped(power)}`;
  return `${counted(steps, "step")}; ${hardware}`;
}

function whatIsNext(rank: Rank): string {
  const next = ranks[ranks.indexOf(rank) + 1];
  return next === undefined
    ? `You are ${holderOf(rank)}: there is no rank above that.`
    : `You are ${holderOf(rank)}. With your problem solved you become ${holderOf(next)}.`;
}
