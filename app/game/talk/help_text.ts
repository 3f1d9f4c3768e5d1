/**
 * What the commands are, in a line each, and in a word each where there is no room for that.
 *
 * @module
 */

import { mineAttemptsMax } from "../world/bounds.ts";
import type { BattleCommand, FieldCommand, SpectatorCommand } from "./commands.ts";
import { grouped } from "../../cli/numbers.ts";
import { glossary, listed, type Manner } from "./words.ts";

type Help<Command extends string> = Readonly<Record<Command, [usage: string, meaning: string]>>;

/** What is the same in more than one of them. */
const shared = {
  help: ["help [TOPIC]", "this list; a command, mining, solving, ranks, shortcuts"],
  inv: ["inv", "your coins and hardware"],
  who: ["who", "who is playing at the moment"],
  map: ["map", "who is where"],
  leaderboard: ["leaderboard", "who has come furthest"],
  quit: ["quit", "go home"],
} satisfies Help<string>;

const social = {
  say: ["say WORDS", "speak to everyone here"],
  tell: ["tell NAME WORDS", "speak to one player, wherever"],
  emote: ["emote WORDS", "be seen doing something: emote yawns"],
  who: shared.who,
} satisfies Help<string>;

const field: Help<FieldCommand> = {
  help: shared.help,
  stats: ["stats", "your name, rank, coins, computing power and place"],
  map: shared.map,
  look: ["look", "what there is to see where you are, and who is there"],
  move: ["move PLACE", "go somewhere else, up or down; alone it lists all"],
  mine: ["mine [N]", `look for coins, N times (1 to ${grouped(mineAttemptsMax)})`],
  shop: ["shop", "what you may buy at your rank, and what it costs"],
  buy: ["buy HARDWARE [N]", "buy N of it, or as many as your coins allow"],
  inv: shared.inv,
  solve: ["solve", "face the problem that stands between you and the next rank"],
  ...social,
  leaderboard: shared.leaderboard,
  alias: ["alias WORD WORDS", "let a word stand for others; alias lists, alias WORD drops"],
  brief: ["brief", "shorter answers of look and mine, or long ones again"],
  quit: shared.quit,
};

const battle: Help<BattleCommand> = {
  solve: ["solve", "one attempt at the problem"],
  inv: shared.inv,
  resign: ["resign", "leave the problem for now; nothing done on it is lost"],
  ...social,
  help: shared.help,
  quit: shared.quit,
};

const spectator: Help<SpectatorCommand> = {
  who: shared.who,
  map: shared.map,
  leaderboard: shared.leaderboard,
  help: shared.help,
  quit: ["quit", "stop watching"],
};

/** How each command of a player is typed. */
export const usages: ReadonlyMap<string, string> = new Map(
  Object.entries({ ...field, ...battle }).map(([command, [usage]]) => [command, usage]),
);

/** What can be asked for help with: the commands between problems, in front of one, and of a spectator. */
export type HelpList = keyof typeof lists;

const lists = { field, battle, spectator } satisfies Record<string, Help<string>>;

/** The commands, one a line. */
export function help(list: HelpList, manner: Manner): string[] {
  return glossary(Object.values(lists[list]), manner);
}

/** The names of the commands, for a screen that the list would scroll off. */
export function helpInBrief(list: HelpList): string[] {
  const names = Object.keys(lists[list]);
  return [
    `You can say ${listed(names)}.`,
    `Say help COMMAND to see what it does, as in: help ${names.find((name) => name !== "help")}`,
  ];
}

/** One of the commands. */
export function helpOn(list: HelpList, command: string): string | undefined {
  const all: Partial<Record<string, [usage: string, meaning: string]>> = lists[list];
  const [usage, meaning] = Object.hasOwn(all, command) ? all[command]! : [];
  return usage && `${usage}: ${meaning}.`;
}
