/**
 * The game, from the first question to the last word.
 *
 * @module
 */

import { battle } from "./battle.ts";
import { farewellMs, typedCharsMax } from "./bounds.ts";
import { battleCommands, fieldCommands, parseLine } from "./commands.ts";
import { Conversation, type ConversationOptions } from "./conversation.ts";
import type { Dice } from "./dice.ts";
import { field } from "./field.ts";
import { isName } from "./names.ts";
import { Session, type SessionEnvironment, type SessionOptions } from "./session.ts";
import { type GameStore, StoreFailure } from "./store.ts";
import { beginning } from "./story.ts";
import * as text from "./text.ts";
import { type Command, Visit } from "./visit.ts";
import { suggest } from "../suggest.ts";

/** All that the game touches. */
export interface GameOptions extends ConversationOptions, SessionOptions {
  readonly store: GameStore;
  /** The player's name; asked for when it is absent or cannot be a name. */
  readonly name?: string;
  readonly dice: Dice;
  readonly environment: SessionEnvironment;
}

/**
 * Plays until the player quits or the input ends, and returns the exit code, 0.
 *
 * A store that does not answer is told to the player, who can go on when it does.
 */
export async function playGame(options: GameOptions): Promise<number> {
  const talk = new Conversation(options);
  talk.say(text.title);
  const name = await askName(talk, options.name);
  if (name === undefined) return 0;
  const visit = new Visit(
    new Session(name, options.store, options.environment, options),
    talk,
    options.dice,
  );
  let entered = await dare(visit, enter);
  while (!visit.over) {
    const line = await talk.ask(visit.battle ? text.prompts.battle : text.prompts.field);
    if (line === undefined) break;
    entered ||= await dare(visit, enter);
    if (entered) await dare(visit, () => obey(visit, line));
  }
  await settleDebts(visit);
  if (visit.over) talk.say(text.goodbye(name));
  return 0;
}

/** Writes what was promised to be written; with nobody there to take it, says that it is lost. */
async function settleDebts({ session, talk }: Visit): Promise<void> {
  if (!session.owes) return;
  const written = session.steadily(() => Promise.resolve()).then(() => true, (failure) => {
    if (failure instanceof StoreFailure) return false;
    throw failure;
  });
  if (!await talk.within(farewellMs, written)) talk.say(text.unwritten, "trouble");
}

async function askName(talk: Conversation, given: string | undefined): Promise<string | undefined> {
  let name = given;
  while (name === undefined || !isName(name)) {
    talk.say(name ? text.badName(name) : text.askName);
    name = (await talk.ask(text.prompts.name))?.trim();
    if (name === undefined) return undefined;
  }
  return name;
}

async function enter(visit: Visit): Promise<void> {
  const isNew = await visit.enter();
  const character = await visit.look();
  visit.talk.say(isNew ? text.welcome(character) : text.welcomeBack(character));
  if (isNew) await visit.talk.tell(beginning);
}

async function obey(visit: Visit, line: string): Promise<void> {
  if (line.length > typedCharsMax) return visit.talk.say(text.lineTooLong);
  const { word, args } = parseLine(line);
  if (word === "") return;
  const commands: Readonly<Record<string, Command>> = visit.battle ? battle : field;
  if (Object.hasOwn(commands, word)) return await commands[word](visit, args);
  visit.talk.say(notHere(visit, word));
}

/** What to say of a word that is no command here. */
function notHere({ battle }: Visit, word: string): string {
  if (battle && isOneOf(fieldCommands, word)) return text.notInBattle(word);
  if (!battle && isOneOf(battleCommands, word)) return text.nothingToResign;
  return text.unknownCommand(word, suggest(word, battle ? battleCommands : fieldCommands));
}

function isOneOf(commands: readonly string[], word: string): boolean {
  return commands.includes(word);
}

/** Does something that needs the store; false, and a kind word, when that did not answer. */
async function dare(visit: Visit, act: (visit: Visit) => Promise<void>): Promise<boolean> {
  const { session, talk } = visit;
  const notesBefore = session.notes;
  try {
    await act(visit);
    visit.tellServer();
    return true;
  } catch (failure) {
    if (!(failure instanceof StoreFailure)) throw failure;
    const noted = session.notes > notesBefore ? "now" : session.owes ? "before" : "nothing";
    talk.say(text.storeTrouble(failure.why, noted), "trouble");
    return false;
  }
}
