/**
 * What may come next in the line that a player types.
 *
 * @module
 */

import { battleCommands, fieldCommands } from "../talk/commands.ts";
import { helpTopics } from "../talk/help_topics.ts";
import { usages } from "../talk/help_text.ts";
import { readPresent } from "../state/presence.ts";
import type { PlayerContext } from "./player_context.ts";
import { facilitiesFor, kindsFor, peopleAt, places, priceOf, thingsAt } from "../world/world.ts";

/** Candidates for the word at the end of what was typed. */
export interface Candidates {
  /** That word, as far as it was typed. */
  readonly replaces: string;
  readonly candidates: readonly string[];
}

/** Completes the last word of `typed`: a command, or what may follow one as things stand. */
export async function complete(player: PlayerContext, typed: string): Promise<Candidates> {
  const words = typed.trimStart().split(/\s+/);
  const begun = words.at(-1)!;
  const choices = words.length === 1
    ? commandsFor(player)
    : words.length === 2
    ? await following(player, words[0].toLowerCase())
    : [];
  const lower = begun.toLowerCase();
  const candidates = choices.filter((choice) => choice.toLowerCase().startsWith(lower));
  return { replaces: begun, candidates };
}

/** What to show behind a command that has been typed: the words that may follow it. */
export function hint(player: PlayerContext, typed: string): string {
  const [, word, space, rest] = /^\s*(\S+)(\s?)(.*)$/.exec(typed) ?? [];
  if (word === undefined || rest !== "" || !isCommand(player, word.toLowerCase())) return "";
  const follows = usages.get(word.toLowerCase())?.slice(word.length + 1) ?? "";
  return follows === "" || space !== "" ? follows : ` ${follows}`;
}

function isCommand(player: PlayerContext, word: string): boolean {
  return commandsFor(player).includes(word);
}

function commandsFor({ battle }: PlayerContext): readonly string[] {
  return battle ? battleCommands : fieldCommands;
}

async function following(player: PlayerContext, command: string): Promise<readonly string[]> {
  const { known, session } = player;
  if (known === undefined || !isCommand(player, command)) return [];
  switch (command) {
    case "help":
      return [...commandsFor(player), ...helpTopics];
    case "move":
      return [...places.keys()].filter((place) => place !== known.place);
    case "buy":
      return [...kindsFor(known.rank), ...facilitiesFor(known.rank)]
        .filter((kind) => priceOf(kind) <= known.coins);
    case "read":
      return thingsAt(known.place).filter(({ hidden }) => !hidden).map(({ thing }) => thing);
    case "talk":
      return peopleAt(known.place).map(({ person }) => person);
    case "tell":
    case "sign":
    case "write":
    case "give":
    case "lend":
    case "repay":
    case "group":
    case "ignore": {
      const { records } = await readPresent(session, session.now());
      return records.map(({ name }) => name).filter((name) => name !== session.name);
    }
    default:
      return [];
  }
}
