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
  aloud: ["aloud", "lines for a screen reader, or pictures and bars again"],
  quit: ["quit", "go home"],
} satisfies Help<string>;

const trade = {
  shop: ["shop", "what you may buy at your rank, and what it costs"],
  buy: ["buy HARDWARE [N]", "buy N of it, or as many as you can pay and run"],
} satisfies Help<string>;

const social = {
  say: ["say WORDS", "speak to everyone here"],
  tell: ["tell NAME WORDS", "speak to one player, wherever"],
  emote: ["emote WORDS", "be seen doing something: emote yawns"],
  who: shared.who,
} satisfies Help<string>;

const campus = {
  read: ["read THING", "read what a place has to read; look names most of it"],
  talk: ["talk PERSON", "talk to somebody who belongs to a place"],
  course: ["course [NAME]", "take a course of your rank, for good; alone it lists them"],
  sign: ["sign NAME", "sign for a player of another rank, or ask somebody to sign"],
  events: ["events", "what happens to everybody at the moment, and the term"],
  titles: ["titles", "what you are called, and what you came to in earlier terms"],
  fame: ["fame [TERM]", "who came furthest in a term that is over"],
} satisfies Help<string>;

const company = {
  chat: ["chat [WORDS]", "speak to everybody; alone it shows the last 20 lines"],
  reply: ["reply WORDS", "tell whoever told you something last"],
  write: ["write NAME WORDS", "leave a letter for somebody who is away"],
  letters: ["letters", "the letters for you"],
  give: ["give NAME N", "give somebody N coins"],
  lend: ["lend [NAME N]", "lend somebody N coins; alone it shows who owes whom"],
  repay: ["repay NAME N", "pay back N coins"],
  group: ["group [NAME]", "join somebody's study group; group leave leaves it"],
  ignore: ["ignore [NAME]", "do not hear somebody any more, or again"],
  work: ["work", "who works on your problem, and how much each did"],
  away: ["away [WORDS]", "say that you are away, or back"],
} satisfies Help<string>;

const field: Help<FieldCommand> = {
  help: shared.help,
  stats: ["stats", "your name, rank, coins, computing power and place"],
  map: shared.map,
  look: ["look", "what there is to see where you are, and who is there"],
  move: ["move PLACE", "go somewhere else, or in a direction; alone it lists all"],
  mine: ["mine [N]", `look for coins, N times (1 to ${grouped(mineAttemptsMax)})`],
  ...trade,
  inv: shared.inv,
  solve: ["solve", "face the problem that stands between you and the next rank"],
  ...social,
  leaderboard: shared.leaderboard,
  ...campus,
  ...company,
  alias: ["alias WORD WORDS", "let a word stand for others; alias lists, alias WORD drops"],
  brief: ["brief", "shorter answers of look, mine and solve, or long ones again"],
  aloud: shared.aloud,
  quit: shared.quit,
};

const battle: Help<BattleCommand> = {
  solve: ["solve [N]", "one attempt, or N until something breaks that runs"],
  inv: shared.inv,
  ...trade,
  resign: ["resign", "leave the problem for now; nothing done on it is lost"],
  ...social,
  look: field.look,
  stats: field.stats,
  ...campus,
  ...company,
  help: shared.help,
  aloud: shared.aloud,
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

/** The commands, one a line; those of the campus and for company apart are left to topics. */
export function help(list: HelpList, manner: Manner): string[] {
  const shown = Object.entries(lists[list]).filter(([command]) => !isApart(command));
  return [...glossary(shown.map(([, row]) => row), manner), ...moreThan(list)];
}

function isApart(command: string): boolean {
  return command in campus || command in company;
}

/** Where to find the commands of a list that stand apart, if it has any. */
function moreThan(list: HelpList): string[] {
  return Object.keys(lists[list]).some(isApart) ? [apart] : [];
}

const apart = "More: help campus (places, people, courses), help company (other players).";

/** The commands of the campus, or for company. */
export function helpApart(topic: "campus" | "company", manner: Manner): string[] {
  return glossary(Object.values({ campus, company }[topic]), manner);
}

/** The names of the commands, for a screen that the list would scroll off. */
export function helpInBrief(list: HelpList): string[] {
  const names = Object.keys(lists[list]).filter((command) => !isApart(command));
  return [
    `You can say ${listed(names)}.`,
    `Say help COMMAND to see what it does, as in: help ${names.find((name) => name !== "help")}`,
    ...moreThan(list),
  ];
}

/** One of the commands. */
export function helpOn(list: HelpList, command: string): string | undefined {
  const all: Partial<Record<string, [usage: string, meaning: string]>> = lists[list];
  const [usage, meaning] = Object.hasOwn(all, command) ? all[command]! : [];
  return usage && `${usage}: ${meaning}.`;
}
