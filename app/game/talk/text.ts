/**
 * Every sentence that a player reads.
 *
 * Whatever others have written (names, what was typed) goes in here as it is; it is made harmless
 * where it is shown.
 *
 * @module
 */

import {
  battleAttemptsMax,
  countMax,
  leadersMax,
  mineAttemptsMax,
  nameCharsMax,
} from "../world/bounds.ts";
import type { Character } from "../state/character.ts";
import {
  type Hardware,
  ownedFacilities,
  ownedKinds,
  powerOf,
  running,
  wattsFor,
} from "../world/hardware.ts";
import type { Perk } from "../world/perk.ts";
import { discounted } from "../world/rules.ts";
import { perkWords } from "./perk_text.ts";
import type { Standing } from "../state/leaders.ts";
import type { Problem } from "../state/problem.ts";
import type { Buy, Pay } from "../state/records.ts";
import { counted, grouped } from "../../cli/numbers.ts";
import {
  alternatives,
  capitalized,
  glossary,
  listed,
  type Manner,
  pieces,
  quote,
  table,
  you,
} from "./words.ts";
import type { Direction } from "../world/directions.ts";
import {
  facilitiesFor,
  type FacilityFacts,
  facilityFacts,
  hardwareFacts,
  type Kind,
  kindsFor,
  places,
  problemSteps,
  type Rank,
  waysFrom,
  world,
} from "../world/world.ts";

/** Before anything else. */
export function title(): string {
  return world.title;
}

/** Asks who is there. */
export const askName = "What is your name?";

/** Said of a name that cannot be one. */
export function badName(name: string): string[] {
  const refusal = `${quote(name)} will not fit on the student card. ${formOfNames}`;
  return /\p{L}/u.test(name.replace(/[A-Za-z]/g, "")) ? [refusal, lookalikes] : [refusal];
}

const formOfNames = "A name is one word of letters of one alphabet, digits, - and _, " +
  `${nameCharsMax} at most.`;

const lookalikes = "Letters that are only like those of another alphabet do not count.";

/** For someone who asks for help before there is a name. */
export const aboutNames = [
  formOfNames,
  "With a new one you enrol; with one that is taken you go on as that student.",
  "Type quit to leave. When you are in, help lists what you can do.",
];

/** For a new character. */
export function welcome({ name }: Character): string {
  return `Welcome, ${name}. Here is your student card; try not to lose it.`;
}

/** For a character that exists already. */
export function welcomeBack({ name, rank }: Character): string {
  return `Welcome back, ${name} (${rank}). Your machines missed you.`;
}

/** Who the player is, with `percent` more electricity than there is for everybody. */
export function stats(
  { name, rank, coins, hardware, place, skipped }: Character,
  percent: number,
  titles: readonly string[],
): string[] {
  const lines = [
    `Name: ${name}`,
    `Rank: ${rank}`,
    `Coins: ${grouped(coins)}`,
    `Computing power: ${grouped(powerOf(hardware, percent))}`,
    `Place: ${places.get(place)}`,
    ...titles.length === 0 ? [] : [`Title: ${titles.at(-1)}`],
  ];
  return skipped === 0 ? lines : [...lines, skippedRecords(skipped)];
}

/** What the player has, and what of it runs with `percent` more electricity than there is for everybody. */
export function inventory(coins: number, hardware: Hardware, percent: number): string[] {
  const runs = running(hardware, percent);
  const machines = ownedKinds(hardware).map((kind) => {
    const [count, on] = [hardware.get(kind)!, runs.get(kind) ?? 0];
    const idle = on < count ? ` (${on === 0 ? "none" : grouped(on)} of them running)` : "";
    return `${hardwareFacts[kind].title}: ${grouped(count)}${idle}`;
  });
  const rooms = ownedFacilities(hardware).map((kind) => facilityFacts[kind].title);
  return [
    coins < 0 ? `Coins: you owe ${grouped(-coins)}` : `Coins: ${grouped(coins)}`,
    ...machines,
    ...rooms.length === 0 ? [] : [`Also: ${listed(rooms)}`],
    `Electricity: ${electricity(hardware, percent)}`,
  ];
}

/** "500 of 800 W in use" */
function electricity(hardware: Hardware, percent: number): string {
  let used = 0;
  for (const [kind, count] of running(hardware, percent)) {
    used += count * hardwareFacts[kind].watts;
  }
  const watts = wattsFor(hardware, percent);
  return `${grouped(Math.min(used, watts))} of ${grouped(watts)} W in use`;
}

/** The best players, and where `name` stands among all. */
export function leaderboard(
  standings: readonly Standing[],
  name: string | undefined,
  manner: Manner,
): string[] {
  if (standings.length === 0) return ["Nobody has mined a coin yet. You could be the first."];
  const at = standings.findIndex((standing) => standing.name === name);
  const shown = standings.slice(0, leadersMax).map((standing, index) => ({ index, standing }));
  if (at >= leadersMax) shown.push({ index: at, standing: standings[at] });
  const rows = shown.map(({ index, standing }) => [
    `${grouped(index + 1)}.`,
    standing.name === name ? you(standing.name) : standing.name,
    standing.rank,
    `${counted(standing.mined, "coin")} mined`,
  ]);
  return manner === "spoken"
    ? rows.map(([place, who, ...rest]) => `${place} ${who}: ${rest.join(", ")}.`)
    : table(rows);
}

/** Records in the store that make no sense. */
export function skippedRecords(count: number): string {
  return `(${counted(count, "record")} in the store made no sense and ${
    count === 1 ? "was" : "were"
  } skipped.)`;
}

/** Where one can go. */
export function listPlaces(manner: Manner): string[] {
  return ["You can go to:", ...glossary([...places], manner)];
}

/** After a move. */
export function moved(place: string): string {
  return `You walk to ${places.get(place)}.`;
}

/** A move to where the player is. */
export function alreadyThere(place: string): string {
  return `You are at ${places.get(place)} already. It has not changed.`;
}

/** A move to nowhere. */
export function unknownPlace(place: string, meant: string | undefined): string {
  return `There is no ${quote(place)} on this campus.${meant ? ` Did you mean ${meant}?` : ""}`;
}

/** Where one can walk from a place. */
export function waysOut(place: string): string {
  return `Ways from here: ${Object.keys(waysFrom.get(place)!).join(", ")}.`;
}

/** A direction in which there is nothing. */
export function noWay(direction: Direction, place: string): string {
  return `There is no way ${direction}. ${waysOut(place)}`;
}

/** What one attempt at mining yielded. */
export function mined(coins: number, seconds: number): string {
  const found = coins > 0 ? `You find ${counted(coins, "coin")}` : "Nothing but heat";
  return seconds > 0 ? `${found}, after ${counted(seconds, "second")}.` : `${found}.`;
}

/** What several attempts yielded together. */
export function minedTogether(coins: number, balance: number): string {
  return `That makes ${counted(coins, "coin")}. You have ${grouped(balance)} now.`;
}

/** Nothing more to be had. */
export const minedOut =
  "You have mined a trillion coins. The rest of the world asks you, nicely, to stop.";

/** The player has left in the middle of an attempt, at mining or at solving. */
export const cutShort = "You stop in the middle of it, and it comes to nothing.";

/** The player has stopped before the last attempt. */
export const minedEnough = "You leave it at that.";

/** Before attempts that may take long together, and that Enter stops if `isTerminal`. */
export function atMost(seconds: number, isTerminal: boolean): string {
  const [unit, length] = units.find(([, length]) => seconds >= 2 * length)!;
  return `This takes ${counted(Math.ceil(seconds / length), unit)} at most. ` +
    (isTerminal
      ? "Enter stops it; what you find is yours."
      : "What you find is yours, also if you leave.");
}

const units: readonly [unit: string, seconds: number][] = [
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
];

/** Answers are short from now on, or long again. */
export function briefness(isBrief: boolean): string {
  return isBrief
    ? "In brief from now on: look tells no view, mine and solve what it came to."
    : "At length again.";
}

/** A number of attempts that is none. */
export function badAttempts(text: string): string[] {
  return [
    `You cannot mine ${quote(text)} times.`,
    `Give a whole number from 1 to ${grouped(mineAttemptsMax)}, or none for once.`,
  ];
}

/** A number of attempts at a problem that is none. */
export function badTries(text: string): string[] {
  return [
    `You cannot try ${quote(text)} times.`,
    `Give a whole number from 1 to ${grouped(battleAttemptsMax)}, or none for once.`,
  ];
}

/** What the shop offers to a player, with prices `off` percent lower and `percent` more electricity. */
export function shop(
  { rank, coins, hardware }: Character,
  { prices, supply }: Required<Perk>,
  manner: Manner,
): string[] {
  const facts = kindsFor(rank).map((kind) => ({ kind, ...hardwareFacts[kind] }));
  const rooms = facilitiesFor(rank).filter((kind) => !hardware.has(kind))
    .map((kind) => ({ kind, ...facilityFacts[kind] }));
  const cost = (price: number) => counted(discounted(price, prices), "coin");
  return [
    `What the shop sells at your rank, ${rank}:`,
    ...manner === "spoken"
      ? facts.map(({ kind, title, price, power, watts }) =>
        `${title}, called ${kind}: ${cost(price)} for a power of ${grouped(power)}, ` +
        `takes ${grouped(watts)} W.`
      )
      : table(facts.map(({ kind, title, price, power, watts }) => [
        ...[kind, title, cost(price), `power ${grouped(power)}`, `takes ${grouped(watts)} W`],
      ])),
    ...rooms.length === 0 ? [] : [
      "And for the machines to stand in, one of each:",
      ...manner === "spoken"
        ? rooms.map(({ kind, title, price, ...brings }) =>
          `${title}, called ${kind}: ${cost(price)}, ${broughtBy(brings)}.`
        )
        : table(rooms.map(({ kind, price, ...brings }) => [
          ...[kind, cost(price), broughtBy(brings)],
        ])),
    ],
    ...prices === 0 ? [] : [
      `Prices are ${Math.abs(prices)}% ${prices > 0 ? "lower" : "higher"} for you here and now.`,
    ],
    `You have ${counted(coins, "coin")}, and ${electricity(hardware, supply)}.`,
  ];
}

/** What something brings that machines stand in, and where it is sold. */
function broughtBy({ watts, perk, place }: Omit<FacilityFacts, "title" | "price">): string {
  const brings = [
    ...watts > 0 ? [`brings ${grouped(watts)} W`] : [],
    ...perk === undefined ? [] : [perkWords(perk)],
    ...place === undefined ? [] : [`sold at ${places.get(place)}`],
  ];
  return brings.join(", ");
}

/** A purchase without a thing. */
export const buyWhat = "Buy what? Say buy HARDWARE or buy HARDWARE N; shop lists what there is.";

/** A thing that nobody sells. */
export function unknownHardware(text: string, meant: string | undefined): string {
  return `The shop has never heard of ${quote(text)}.${
    meant ? ` Did you mean ${meant}?` : " Type shop to see what it has."
  }`;
}

/** A thing for higher ranks. */
export function notForYou(kind: Kind, rank: Rank): string[] {
  const { title, from } = hardwareFacts[kind] ?? facilityFacts[kind];
  const are = kind in hardwareFacts ? "are" : "is";
  return [
    `${capitalized(title)} ${are} sold from the rank of ${from} on.`,
    `They look at your student card, which says ${rank}, and smile.`,
  ];
}

/** A number of things that is none. */
export function badNumber(text: string): string[] {
  return [
    `You cannot buy ${quote(text)} of anything.`,
    `Give a whole number from 1 to ${grouped(countMax)}, or none for all you can afford.`,
  ];
}

/** Too few coins. */
export function tooDear(kind: Kind, count: number, cost: number, coins: number): string {
  const verb = count === 1 ? "costs" : "cost";
  return `${capitalized(pieces(kind, count))} ${verb} ${counted(cost, "coin")}, and you have ${
    grouped(Math.max(0, coins))
  }.`;
}

/** A machine that could not run. */
export function noElectricity(kind: Kind): string[] {
  const { one, watts } = hardwareFacts[kind];
  return [
    `Another ${one} takes ${grouped(watts)} W that nothing here has left: it would be furniture.`,
    `The shop has what brings more; buy ${kind} 1 buys furniture.`,
  ];
}

/** A second one of what nobody has two of. */
export function hasItAlready(kind: Kind): string {
  return `You have ${facilityFacts[kind].title} already, and one is all there is room for.`;
}

/** What was bought, for machines to stand in, brings electricity. */
export function broughtWatts(watts: number): string {
  return `That brings ${grouped(watts)} W.`;
}

/** A purchase that counts. */
export function bought(kind: Kind, count: number, cost: number, power: number): string {
  return `You buy ${pieces(kind, count)} for ${counted(cost, "coin")}. ` +
    `Your computing power is now ${grouped(power)}.`;
}

/** After a purchase of fewer than the coins would have bought. */
export const noMoreRuns = "For more than that there is no electricity.";

/** What was bought does not all run. */
export function furniture(kind: Kind, count: number): string {
  return `${pieces(kind, count)} of what you own ${count === 1 ? "has" : "have"} no electricity.`;
}

/** A purchase that turned out not to count. */
export function voided(act: Buy | Pay): string {
  if (act.deed === "pay") {
    return "A signature is taken back. Those coins were already spent, by you, somewhere else.";
  }
  const { kind, count } = act;
  return `The shop calls: ${pieces(kind, count)} ${count === 1 ? "has" : "have"} to go back. ` +
    "Those coins were already spent, by you, somewhere else at the same time.";
}

/** A purchase that counts after all. */
export function restored(act: Buy | Pay): string {
  return act.deed === "pay"
    ? "The signature is good after all."
    : `The shop calls again: you may keep ${pieces(act.kind, act.count)} after all.`;
}

/** Others were at the round when it ended. */
export const contested =
  "That was the last step, and others took some at the same moment. The logs are being read.";

/** Somebody else's step was the last. */
export const beaten =
  "It is solved, by somebody who was a moment quicker. It is set again in full.";

/** The problem that the player has turned to. */
export function faced(problem: Problem, power: number): string[] {
  const { skipped } = problem;
  return [
    stepsLeft(problem),
    ...skipped > 0 ? [skippedRecords(skipped)] : [],
    `Your machines take ${counted(power, "step")} at a time, if nothing breaks.`,
    "Type solve to try, or resign to leave it for now.",
  ];
}

/** How a problem stands. */
function stepsLeft({ rank, remaining }: Problem): string {
  const steps = `${grouped(remaining)} of ${grouped(problemSteps.get(rank)!)}`;
  return `Steps left: ${steps}, shared by everyone of your rank.`;
}

/** A problem for someone who has none. */
export const nothingToSolve = "You have solved enough. Leave it to the young.";

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

/** The problem is left. */
export const resigned = "You put it aside. What has been done on it stays done.";

/** A word that is no command. */
export function unknownCommand(word: string, meant: string | undefined): string {
  const help = meant === "help" ? "" : " Type help for what does.";
  return `${quote(word)} means nothing here.${meant ? ` Did you mean ${meant}?` : ""}${help}`;
}

/** A word that `help` knows nothing of. */
export function unknownTopic(
  word: string,
  meant: string | undefined,
  topics: readonly string[],
): string {
  const guess = meant ? ` Did you mean ${meant}?` : "";
  return `There is no help on ${quote(word)}.${guess} There is on all commands, and on ${
    listed(topics)
  }.`;
}

/** The beginning of several commands. */
export function ambiguous(word: string, commands: readonly string[]): string {
  return `${quote(word)} could be ${alternatives(commands)}. Type a little more of it.`;
}

/** A command of the field, in a battle. */
export function notInBattle(word: string): string {
  return `${word} has to wait, you face a problem. Type resign to leave it for now.`;
}

/** `resign`, in the field. */
export const nothingToResign = "There is nothing to resign from. Type solve to face your problem.";

/** A line of input that is too long. */
export const lineTooLong = "That was a little much at once. Say it in fewer words.";

/** A line of input that is not text. */
export const unreadableLine = "That line is no text in UTF-8, and is left out.";

/** The store does not answer, and what was done by then: just now, before that, or nothing. */
export function storeTrouble(why: string, noted: "now" | "before" | "nothing"): string[] {
  return [`The network is having a moment: ${why}.`, troubleEnds[noted]];
}

const troubleEnds = {
  now: "What you have done is noted and will be written when a server answers.",
  before: "What you did before is still noted. For the rest, please try again.",
  nothing: "Please try again in a moment. If that does not help, quit and play again.",
} as const;

/** No server answers any more. */
export const serverLost = "No server answers at the moment. You are offline.";

/** One answers again. */
export const serverBack = "The network is back: a server answers again.";

/** Another server answers now. */
export function otherServer(before: string, now: string): string {
  return `The server at ${before} does not answer; you go on at ${now}.`;
}

/** On leaving, when nobody would take what was noted. */
export const unwritten =
  "Nobody noted the last things you did. They may be lost; the network is sorry.";

/** On leaving. */
export function goodbye(name: string): string {
  return `Goodbye, ${name}. Your machines hum on without you.`;
}
