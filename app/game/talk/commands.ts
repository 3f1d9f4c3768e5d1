/**
 * What a player may type, and what was meant when it was something else.
 *
 * @module
 */

import { suggest } from "../../cli/suggest.ts";

/** What has to do with others: can be typed in the field, and most of it in a battle too. */
export const socialCommands = ["say", "tell", "emote", "who", "look", "leaderboard"] as const;

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
  "quit",
] as const;

/** What can be typed while facing a problem. */
export const battleCommands = [
  "solve",
  "inv",
  "resign",
  "say",
  "tell",
  "emote",
  "who",
  "help",
] as const;

/** What a spectator can type. */
export const spectatorCommands = ["who", "map", "leaderboard", "help", "quit"] as const;

/** A command that has to do with others. */
export type SocialCommand = typeof socialCommands[number];

/** A command in the field. */
export type FieldCommand = typeof fieldCommands[number];

/** A command in a battle. */
export type BattleCommand = typeof battleCommands[number];

/** A command of a spectator. */
export type SpectatorCommand = typeof spectatorCommands[number];

/** What the words of other games are called here. */
const otherWords: Readonly<Record<string, FieldCommand | BattleCommand>> = {
  "?": "help",
  ...{ commands: "help", man: "help" },
  ...{ go: "move", walk: "move", enter: "move", north: "move", south: "move", up: "move" },
  ...{ inventory: "inv", i: "inv", l: "look", examine: "look" },
  ...{ score: "stats", status: "stats", top: "leaderboard", players: "who" },
  ...{ dig: "mine", work: "mine", store: "shop", purchase: "buy" },
  ...{ hi: "say", hello: "say", shout: "say", whisper: "tell", me: "emote" },
  ...{ exit: "quit", bye: "quit", logout: "quit", leave: "quit", stop: "quit" },
};

/** The one of `commands` that `word` was probably meant to be. */
export function meantBy(word: string, commands: readonly string[]): string | undefined {
  const other = Object.hasOwn(otherWords, word) ? otherWords[word] : undefined;
  const here = other === "quit" && !commands.includes("quit") ? "resign" : other;
  return here !== undefined && commands.includes(here) ? here : suggest(word, commands);
}

/** A line of input: its first word in lower case (empty for an empty line), and the other words. */
export interface TypedLine {
  readonly word: string;
  /** The first word as it was typed. */
  readonly typed: string;
  readonly args: readonly string[];
}

/** Splits a line into words. */
export function parseLine(line: string): TypedLine {
  const [typed = "", ...args] = line.trim().split(/\s+/);
  return { word: typed.toLowerCase(), typed, args };
}

/** A whole number from 1 to `max` in plain digits, or with commas as it is shown; or nothing. */
export function parseCount(text: string, max: number): number | undefined {
  const isCount = /^([0-9]{1,15}|[0-9]{1,3}(,[0-9]{3}){1,4})$/.test(text);
  const count = isCount ? Number(text.replaceAll(",", "")) : 0;
  return count >= 1 && count <= max ? count : undefined;
}
