/**
 * What a player may type, and what was meant when it was something else.
 *
 * @module
 */

import { suggest } from "../../cli/suggest.ts";
import { directions, parseDirection } from "../world/directions.ts";

/** What has to do with others: can be typed in the field, and most of it in a battle too. */
export const socialCommands = ["say", "tell", "emote", "who", "look", "leaderboard"] as const;

/** What has to do with the campus: can be typed between problems, and read while something takes time. */
export const campusCommands = [
  "read",
  "talk",
  "course",
  "sign",
  "events",
  "titles",
  "fame",
] as const;

/** What has to do with others who may be anywhere: can be typed at all times. */
export const companyCommands = [
  "chat",
  "reply",
  "write",
  "letters",
  "give",
  "lend",
  "repay",
  "group",
  "ignore",
  "work",
  "away",
] as const;

/** What can be typed between problems. */
export const fieldCommands = [
  "help",
  "stats",
  "map",
  "look",
  "move",
  "mine",
  "shop",
  "buy",
  "inv",
  "solve",
  "say",
  "tell",
  "emote",
  "who",
  "leaderboard",
  ...campusCommands,
  ...companyCommands,
  "alias",
  "brief",
  "aloud",
  "quit",
] as const;

/** What can be typed while facing a problem. */
export const battleCommands = [
  "solve",
  "inv",
  "shop",
  "buy",
  "resign",
  "say",
  "tell",
  "emote",
  "who",
  "look",
  "stats",
  ...campusCommands,
  ...companyCommands,
  "help",
  "aloud",
  "quit",
] as const;

/**
 * What is done at once while an attempt takes its time: what neither costs nor earns anything, and changes
 * nothing that an attempt depends on.
 */
export const immediateCommands: ReadonlySet<string> = new Set(
  [
    ...socialCommands,
    ...["help", "stats", "inv", "map", "shop", "read", "talk", "events", "titles", "fame"],
    ...["chat", "reply", "write", "letters", "ignore", "work", "away"],
  ],
);

/** What a spectator can type. */
export const spectatorCommands = ["who", "map", "leaderboard", "help", "quit"] as const;

/** A command that has to do with others. */
export type SocialCommand = typeof socialCommands[number];

/** A command that has to do with others who may be anywhere. */
export type CompanyCommand = typeof companyCommands[number];

/** A command that has to do with the campus. */
export type CampusCommand = typeof campusCommands[number];

/** A command in the field. */
export type FieldCommand = typeof fieldCommands[number];

/** A command in a battle. */
export type BattleCommand = typeof battleCommands[number];

/** A command of a spectator. */
export type SpectatorCommand = typeof spectatorCommands[number];

/** Words of other games, and single letters, that are understood as commands. */
const synonyms: Readonly<Record<string, FieldCommand>> = {
  ...{ "?": "help", commands: "help", man: "help" },
  ...{ go: "move", walk: "move", ...mapped(directions, "move"), ...mapped(letters(), "move") },
  ...{ i: "inv", inventory: "inv", l: "look", examine: "look" },
  ...{ score: "stats", status: "stats", top: "leaderboard", players: "who" },
  ...{ whisper: "tell", me: "emote", exit: "quit", bye: "quit", logout: "quit" },
};

/** Words that may have been meant for a command, but do not say so clearly enough to obey. */
const guesses: Readonly<Record<string, FieldCommand | BattleCommand>> = {
  ...{ enter: "move", dig: "mine", work: "mine", store: "shop", purchase: "buy" },
  ...{ hi: "say", hello: "say", shout: "say", leave: "quit", stop: "quit" },
};

/** Marks in front of a line that stand for a command; no blank has to follow. */
const marks: Readonly<Record<string, SocialCommand>> = {
  ...{ "'": "say", '"': "say", ":": "emote", ";": "emote" },
};

/**
 * The commands among `commands` that `word` may stand for: one if it names that, is a synonym of it, or
 * begins it and no other; several if it begins them all; none if it means nothing.
 */
export function standsFor<C extends string>(word: string, commands: readonly C[]): readonly C[] {
  const named = commands.find((command) => command === word) ??
    commands.find((command) => Object.hasOwn(synonyms, word) && command === synonyms[word]);
  if (named !== undefined) return [named];
  return word === "" ? [] : commands.filter((command) => command.startsWith(word));
}

/** The one of `commands` that `word` was probably meant to be. */
export function meantBy(word: string, commands: readonly string[]): string | undefined {
  const other = Object.hasOwn(guesses, word) ? guesses[word] : undefined;
  const here = other === "quit" && commands.includes("resign") ? "resign" : other;
  return here !== undefined && commands.includes(here) ? here : suggest(word, commands);
}

/** A line of input: its first word in lower case (empty for an empty line), and the other words. */
export interface TypedLine {
  readonly word: string;
  /** The first word as it was typed. */
  readonly typed: string;
  readonly args: readonly string[];
}

/** Splits a line into words. A mark in front of it is its first word. */
export function parseLine(line: string): TypedLine {
  const [words, mark = ""] = [line.trim(), line.trim()[0]];
  if (Object.hasOwn(marks, mark)) {
    const args = words.slice(1).split(/\s+/).filter((word) => word !== "");
    return { word: marks[mark], typed: mark, args };
  }
  const [typed = "", ...args] = words.split(/\s+/);
  const word = typed.toLowerCase();
  // A direction alone says where to go.
  return { word, typed, args: args.length === 0 && parseDirection(word) ? [word] : args };
}

function mapped<C>(words: Iterable<string>, command: C): Record<string, C> {
  return Object.fromEntries(Array.from(words, (word) => [word, command]));
}

function letters(): string[] {
  return directions.map((direction) => direction[0]);
}

/** A whole number from 1 to `max` in plain digits, or with commas as it is shown; or nothing. */
export function parseCount(text: string, max: number): number | undefined {
  const isCount = /^([0-9]{1,15}|[0-9]{1,3}(,[0-9]{3}){1,4})$/.test(text);
  const count = isCount ? Number(text.replaceAll(",", "")) : 0;
  return count >= 1 && count <= max ? count : undefined;
}
