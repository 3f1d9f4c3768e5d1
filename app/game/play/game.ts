/**
 * The game, from the first question to the last word.
 *
 * @module
 */

import { Aliases, type AliasStore } from "../talk/aliases.ts";
import { battle } from "./battle.ts";
import { farewellMs, heardIntervalMs, pollIntervalMs, typedCharsMax } from "../world/bounds.ts";
import {
  battleCommands,
  fieldCommands,
  immediateCommands,
  meantBy,
  parseLine,
  standsFor,
  type TypedLine,
} from "../talk/commands.ts";
import type { Manner } from "../talk/words.ts";
import { Conversation, type ConversationOptions } from "../talk/conversation.ts";
import type { Dice } from "../world/dice.ts";
import { field } from "./field.ts";
import { type Candidates, complete, hint } from "./completion.ts";
import { EventPublisher } from "../state/event_publisher.ts";
import { Poller } from "./poller.ts";
import { isName, nameFrom } from "../world/names.ts";
import { barePrompt } from "../talk/prompt.ts";
import type { Character } from "../state/character.ts";
import type { News } from "../state/events.ts";
import type { Rank } from "../world/world.ts";
import { Session, type SessionEnvironment, type SessionOptions } from "../state/session.ts";
import { type GameStore, StoreFailure } from "../state/store.ts";
import { retirementsOf } from "../state/career.ts";
import { TermStore } from "../state/term_store.ts";
import { readLetters } from "../state/post.ts";
import { characterCalled } from "../state/moves.ts";
import * as campusText from "../talk/campus_text.ts";
import * as companyText from "../talk/company_text.ts";
import { tellFame } from "./campus.ts";
import * as battleText from "../talk/battle_text.ts";
import * as text from "../talk/text.ts";
import { coursesOf, world } from "../world/world.ts";
import { EventFeed } from "./event_feed.ts";
import { type Command, PlayerContext } from "./player_context.ts";

/** All that the game touches. */
export interface GameOptions extends ConversationOptions, SessionOptions {
  readonly store: GameStore;
  /** The player's name; asked for when it is absent or cannot be a name. */
  readonly name?: string;
  /** Whether the player was greeted already, by the name as the character is written. Default: no. */
  readonly isGreeted?: boolean;
  readonly dice: Dice;
  readonly environment: SessionEnvironment;
  /** Where aliases are kept; by default they end with the game. */
  readonly aliases?: AliasStore;
  /** Told, once it is known who plays, how to help with typing. */
  readonly onEntry?: (helper: TypingHelper) => void;
  /** Whether nobody is to hear the player, asked at each attempt to speak. Default: no. */
  readonly isMuted?: () => boolean;
  /** Whether nobody is to see a player, where the store does not see to that. Default: no. */
  readonly isHidden?: (name: string) => boolean;
  /** Has lines made in another manner; without it the player is told how else that is done. */
  readonly chooseManner?: (manner: Manner) => void;
  /** Told what others do near the player, before it is shown. */
  readonly onNews?: (news: readonly News[]) => void;
}

/** A player as those are told who show more than lines. */
export interface Situation {
  /** As far as the player knows; nothing before the player has come in. */
  readonly character: Character | undefined;
  /** Its computing power at the moment. */
  readonly power: number;
  /** What the player faces, if anything. */
  readonly battle: { readonly rank: Rank; readonly remaining: number } | undefined;
}

/** Helps with the line being typed, and whoever shows more than lines. */
export interface TypingHelper {
  /** What the word at its end may become. */
  complete(typed: string): Promise<Candidates>;
  /** What to show behind it: which words may follow. */
  hint(typed: string): string;
  /** How things are with the player now. */
  situation(): Situation;
  /** Makes the prompt anew, because lines are made in another manner, or for a terminal of another width. */
  renewPrompt(): void;
}

/**
 * Plays until the player quits or the input ends, and returns the exit code, 0.
 *
 * A store that does not answer is told to the player, who can go on when it does.
 */
export async function playGame(options: GameOptions): Promise<number> {
  const talk = new Conversation(options);
  if (!options.isGreeted) talk.say(text.title());
  const typed = await askName(talk, options.name);
  if (typed === undefined) return 0;
  const name = options.isGreeted ? typed : await asWritten(typed, options.store);
  const aliases = new Aliases(options.aliases);
  while (await playTerm(name, talk, aliases, options) === "again");
  return 0;
}

/** Plays until the player leaves, or until the term is over and the next one begins. */
async function playTerm(
  name: string,
  talk: Conversation,
  aliases: Aliases,
  options: GameOptions,
): Promise<"left" | "again"> {
  const { environment } = options;
  const store = new TermStore(options.store);
  const session = new Session(name, store, environment, options);
  const publisher = new EventPublisher(session, store);
  const player = new PlayerContext({
    session,
    talk,
    dice: options.dice,
    publisher,
    aliases,
    store: options.store,
    termStore: store,
  });
  options.onEntry?.({
    complete: (typed) => complete(player, typed),
    hint: (typed) => hint(player, typed),
    renewPrompt: () => talk.setPrompt(player.prompt),
    situation: () => ({ character: player.known, power: player.power, battle: player.battle }),
  });
  player.chooseManner = options.chooseManner;
  if (options.isMuted !== undefined) player.isMuted = options.isMuted;
  if (options.isHidden !== undefined) player.isHidden = options.isHidden;
  if (options.onNews !== undefined) player.onNews = options.onNews;
  player.interject = (line) => immediately(player, line);
  const feed = talk.isTerminal ? followEvents(player, store, options) : undefined;
  let isOver: boolean;
  try {
    isOver = await converse(player);
  } finally {
    await feed?.close();
  }
  if (!isOver) await leave(player);
  return isOver ? "again" : "left";
}

/** Shows the player what others do, until it is closed. */
function followEvents(
  player: PlayerContext,
  store: GameStore,
  { pause }: GameOptions,
): { close(): Promise<void> } {
  const feed = new EventFeed(player, store, () => poller.pollNow());
  const poll = () => player.reachability.watch(() => feed.poll(), pause);
  const poller = new Poller(
    poll,
    pause,
    () => feed.hearsAll ? heardIntervalMs : pollIntervalMs,
  );
  player.onArrival = () => poller.pollNow();
  return {
    async close() {
      try {
        await poller.close();
      } finally {
        await feed.close();
      }
    },
  };
}

/** Does what is typed, until the player leaves; or until the term is over: then it is true. */
async function converse(player: PlayerContext): Promise<boolean> {
  const { talk } = player;
  let entered = await withStore(player, enter);
  while (!player.over) {
    const line = await talk.ask(player.prompt);
    if (line === undefined) break;
    entered ||= await withStore(player, enter);
    if (entered && player.isTermOver && await withStore(player, endTerm)) return true;
    if (entered) await withStore(player, () => dispatch(player, line));
  }
  return false;
}

/** Says who came furthest in the term that is over, with all written that is owed. */
async function endTerm(player: PlayerContext): Promise<void> {
  const { number } = player.term!;
  player.talk.say(campusText.termOver(number));
  await tellFame(player, number);
}

/** Writes what was promised to be written; with nobody there to take it, says that it is lost. */
async function leave(player: PlayerContext): Promise<void> {
  const { session, talk, publisher } = player;
  player.sleep();
  const written = session.steadily(() => Promise.resolve()).then(() => true, (failure) => {
    if (failure instanceof StoreFailure) return false;
    throw failure;
  });
  const told = await talk.within(farewellMs, Promise.all([written, publisher.settle()]));
  if (session.owes && !told?.[0]) talk.say(text.unwritten, "trouble");
  if (player.over) talk.say(text.goodbye(session.name));
}

async function askName(talk: Conversation, given: string | undefined): Promise<string | undefined> {
  let name = given;
  while (name === undefined || !isName(name)) {
    talk.say(name ? text.badName(name) : text.askName);
    const typed = await talk.ask(barePrompt);
    name = typed === undefined ? undefined : nameFrom(typed);
    // Hardly anybody is called so; who is can say it with --name.
    if (name === undefined || /^(quit|exit)$/i.test(name)) return undefined;
    if (/^(help|\?)$/i.test(name)) {
      talk.say(text.aboutNames);
      name = undefined;
    }
  }
  return name;
}

/** The name as its character is written, if there is one. Nobody is told if no server answers: entering tells. */
async function asWritten(name: string, store: GameStore): Promise<string> {
  try {
    return await characterCalled(store, name) ?? name;
  } catch (failure) {
    if (failure instanceof StoreFailure) return name;
    throw failure;
  }
}

async function enter(player: PlayerContext): Promise<void> {
  const isNew = await player.enter();
  const character = await player.refresh();
  player.wake();
  const letters = isNew
    ? []
    : await player.session.steadily(() => readLetters(player.session, player.session.name));
  const unread = letters.filter(({ from, isNew }) => isNew && !player.ignored.has(from));
  player.talk.say(isNew ? text.welcome(character) : text.welcomeBack(character));
  if (!isNew && player.talk.manner === "spoken") player.talk.say(text.backAt(character.place));
  if (!isNew && player.career.length > 0 && character.mined === 0) {
    player.talk.say(campusText.newTerm(player.career, retirementsOf(player.career)));
  }
  if (unread.length > 0) player.talk.say(companyText.lettersWait(unread.length));
  if (player.happening !== undefined) player.talk.say(campusText.happening(player.happening));
  if (!isNew) return;
  await player.talk.narrate(world.beginning);
  if (coursesOf(character.rank).length > 0) player.talk.say(campusText.courseWaits);
}

/** What a line that is typed while an attempt takes its time does at once, if it need not wait. */
function immediately(player: PlayerContext, line: string): (() => Promise<void>) | undefined {
  if (line.length > typedCharsMax) return undefined;
  const [first, ...more] = player.aliases.expand(line);
  if (more.length > 0) return undefined;
  const { word } = parseLine(first);
  const [command, ...others] = standsFor(word, player.battle ? battleCommands : fieldCommands);
  if (others.length > 0) return undefined;
  // Whoever has nothing else waiting leaves after the attempt that is under way.
  if (command === "quit" && !player.talk.hasLinesAhead) {
    return () => Promise.resolve(void (player.over = true));
  }
  if (!immediateCommands.has(command)) return undefined;
  return async () => void await withStore(player, () => dispatch(player, line));
}

async function dispatch(player: PlayerContext, line: string): Promise<void> {
  player.activeMs = player.session.now();
  if (line.length > typedCharsMax) return player.talk.say(text.lineTooLong);
  const { away } = player;
  for (const each of player.aliases.expand(line)) {
    if (!player.over) await carryOut(player, parseLine(each));
  }
  const isForgotten = away !== undefined && player.away === away && line.trim() !== "";
  if (isForgotten && !player.over && player.isFirst("away")) player.talk.say(companyText.stillAway);
}

async function carryOut(player: PlayerContext, parsed: TypedLine): Promise<void> {
  const { word, args } = parsed;
  if (word === "") return;
  const [command, ...others] = standsFor(word, player.battle ? battleCommands : fieldCommands);
  if (command === undefined) return player.talk.say(notHere(player, parsed));
  if (others.length > 0) return player.talk.say(text.ambiguous(parsed.typed, [command, ...others]));
  const commands: Readonly<Record<string, Command>> = player.battle ? battle : field;
  await commands[command](player, args);
}

/** What to say of a word that is no command here. */
function notHere({ battle }: PlayerContext, { word, typed }: TypedLine): string {
  const [elsewhere, ...others] = standsFor(word, battle ? fieldCommands : battleCommands);
  if (elsewhere !== undefined && others.length === 0) {
    return battle ? battleText.notInBattle(elsewhere) : battleText.nothingToResign;
  }
  return text.unknownCommand(typed, meantBy(word, battle ? battleCommands : fieldCommands));
}

/** Does something that needs the store; false, and a kind word, when that did not answer. */
async function withStore(
  player: PlayerContext,
  act: (player: PlayerContext) => Promise<void>,
): Promise<boolean> {
  const { session, talk } = player;
  const notesBefore = session.notes;
  try {
    await talk.during(() => act(player));
    player.reportDeeds();
    player.reportServer();
    player.appear();
    return true;
  } catch (failure) {
    if (!(failure instanceof StoreFailure)) throw failure;
    const noted = session.notes > notesBefore ? "now" : session.owes ? "before" : "nothing";
    talk.say(text.storeTrouble(failure.why, noted), "trouble");
    // In a pipe nobody would find out that a server is back.
    if (talk.isTerminal) player.reachability.lost();
    return false;
  }
}
