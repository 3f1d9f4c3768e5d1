/**
 * The sentences about names, places, mining, and what goes wrong with a line or the network. Those about
 * anything else stand in files of their own, named after what they are about.
 *
 * Whatever others have written (names, what was typed) goes in here as it is; it is made harmless
 * where it is shown.
 *
 * @module
 */

import { leadersMax, mineAttemptsMax, nameCharsMax } from "../world/bounds.ts";
import type { Character } from "../state/character.ts";
import { powerOf } from "../world/hardware.ts";
import type { Standing } from "../state/leaders.ts";
import { counted, grouped } from "../../cli/numbers.ts";
import { alternatives, glossary, listed, type Manner, quote, table, you } from "./words.ts";
import type { Direction } from "../world/directions.ts";
import { places, waysFrom, world } from "../world/world.ts";

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

/** Where somebody is who has come back, and whose prompt does not say it. */
export function backAt(place: string): string {
  return `You are at ${places.get(place)}.`;
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

/** Where one can go, for somebody who is at `here`. */
export function listPlaces(here: string | undefined, manner: Manner): string[] {
  const rows = Array.from(
    places,
    ([place, title]) => [place, place === here ? `${title}, where you are` : title] as const,
  );
  return ["You can go to:", ...glossary(rows, manner)];
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
  const ways = Object.entries(waysFrom.get(place)!)
    .map(([direction, to]) => `${direction} to ${places.get(to)}`);
  return `Ways from here: ${ways.length === 0 ? "none" : ways.join(", ")}.`;
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

/** What so many of the attempts have yielded so far. */
export function minedSoFar(done: number, attempts: number, coins: number): string {
  return `${grouped(done)} of ${grouped(attempts)}: ${counted(coins, "coin")} so far.`;
}

/** Before attempts that go on until there are `goal` coins, and that Enter stops if `isTerminal`. */
export function until(goal: number, isTerminal: boolean): string {
  return `This goes on until you have ${counted(goal, "coin")}. ` +
    (isTerminal ? "Enter stops it; what you find is yours." : "What you find is yours.");
}

/** How far somebody has come towards a sum. */
export function hasOf(coins: number, goal: number): string {
  return `You have ${grouped(coins)} of ${counted(goal, "coin")}.`;
}

/** Somebody has already what was to be mined for. */
export function hasEnough(goal: number, coins: number): string {
  return `That takes ${counted(goal, "coin")}, and you have ${grouped(coins)}.`;
}

/** `mine for` without a sum. */
export const mineForWhat =
  "Mine for what? Say mine for and what you want to buy, or a number of coins.";

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

/** Lines are read aloud from now on, or seen. */
export function aloudness(isSpoken: boolean): string {
  return isSpoken
    ? "From now on lines are made to be read aloud: no pictures, no bars, no colours."
    : "From now on there are pictures, bars and colours again, where your client has them.";
}

/** Who plays has a program that asks before the game. */
export const aloudElsewhere =
  "Leave, and start again with --screen-reader, or --no-screen-reader: it is remembered.";

/** A number of attempts that is none. */
export function badAttempts(text: string): string[] {
  return [
    `You cannot mine ${quote(text)} times.`,
    `Give a whole number from 1 to ${grouped(mineAttemptsMax)}, or none for once.`,
  ];
}

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
