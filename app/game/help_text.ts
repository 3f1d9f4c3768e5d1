/**
 * What the commands are, in a line each.
 *
 * @module
 */

import { mineAttemptsMax } from "./bounds.ts";
import type { BattleCommand, FieldCommand, SpectatorCommand } from "./commands.ts";
import { glossary, type Manner, number } from "./words.ts";

type Help<Command extends string> = Readonly<Record<Command, [usage: string, meaning: string]>>;

const social = {
  say: ["say WORDS", "speak to everyone here"],
  tell: ["tell NAME WORDS", "speak to one player, wherever"],
  emote: ["emote WORDS", "be seen doing something: emote yawns"],
  who: ["who", "who is playing at the moment"],
  map: ["map", "who is where"],
  leaderboard: ["leaderboard", "who has come furthest"],
} satisfies Help<string>;

const field: Help<FieldCommand> = {
  help: ["help", "this list"],
  stats: ["stats", "your name, rank, coins, computing power and place"],
  map: social.map,
  look: ["look", "what there is to see where you are, and who is there"],
  move: ["move PLACE", "go somewhere else; move alone lists the places"],
  mine: ["mine [N]", `look for coins, N times (1 to ${number(mineAttemptsMax)})`],
  shop: ["shop", "what you may buy at your rank, and what it costs"],
  buy: ["buy HARDWARE [N]", "buy N of it, or as many as your coins allow"],
  inv: ["inv", "your coins and hardware"],
  solve: ["solve", "face the problem that stands between you and the next rank"],
  say: social.say,
  tell: social.tell,
  emote: social.emote,
  who: social.who,
  leaderboard: social.leaderboard,
  quit: ["quit", "go home"],
};

const battle: Help<BattleCommand> = {
  solve: ["solve", "one attempt at the problem"],
  inv: ["inv", "your coins and hardware"],
  resign: ["resign", "leave the problem for now; nothing done on it is lost"],
  say: social.say,
  tell: social.tell,
  emote: social.emote,
  who: social.who,
  help: ["help", "this list"],
};

const spectator: Help<SpectatorCommand> = {
  who: social.who,
  map: social.map,
  leaderboard: social.leaderboard,
  help: ["help", "this list"],
  quit: ["quit", "stop watching"],
};

/** How each command of a player is typed. */
export const usages: ReadonlyMap<string, string> = new Map(
  Object.entries({ ...field, ...battle }).map(([command, [usage]]) => [command, usage]),
);

/** The commands, one a line. */
export const help = {
  field: (manner: Manner) => glossary(Object.values(field), manner),
  battle: (manner: Manner) => glossary(Object.values(battle), manner),
  spectator: (manner: Manner) => glossary(Object.values(spectator), manner),
} as const;
