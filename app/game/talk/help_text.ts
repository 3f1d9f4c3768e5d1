/**
 * What the commands are, in a line each.
 *
 * @module
 */

import { mineAttemptsMax } from "../world/bounds.ts";
import type { BattleCommand, FieldCommand, SpectatorCommand } from "./commands.ts";
import { grouped } from "../../cli/numbers.ts";
import { glossary, type Manner } from "./words.ts";

type Help<Command extends string> = Readonly<Record<Command, [usage: string, meaning: string]>>;

/** What is the same in more than one of them. */
const shared = {
  help: ["help", "this list"],
  inv: ["inv", "your coins and hardware"],
  who: ["who", "who is playing at the moment"],
  map: ["map", "who is where"],
  leaderboard: ["leaderboard", "who has come furthest"],
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
  move: ["move PLACE", "go somewhere else; move alone lists the places"],
  mine: ["mine [N]", `look for coins, N times (1 to ${grouped(mineAttemptsMax)})`],
  shop: ["shop", "what you may buy at your rank, and what it costs"],
  buy: ["buy HARDWARE [N]", "buy N of it, or as many as your coins allow"],
  inv: shared.inv,
  solve: ["solve", "face the problem that stands between you and the next rank"],
  ...social,
  leaderboard: shared.leaderboard,
  quit: ["quit", "go home"],
};

const battle: Help<BattleCommand> = {
  solve: ["solve", "one attempt at the problem"],
  inv: shared.inv,
  resign: ["resign", "leave the problem for now; nothing done on it is lost"],
  ...social,
  help: shared.help,
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

/** The commands, one a line. */
export const help = {
  field: (manner: Manner) => glossary(Object.values(field), manner),
  battle: (manner: Manner) => glossary(Object.values(battle), manner),
  spectator: (manner: Manner) => glossary(Object.values(spectator), manner),
} as const;
