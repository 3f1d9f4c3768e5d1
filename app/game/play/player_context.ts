/**
 * The state of one player's game, which the commands read and change.
 *
 * @module
 */

import type { Aliases } from "../talk/aliases.ts";
import { readCareer, retirementsOf, type TermOfCareer } from "../state/career.ts";
import { type Character, readPlace } from "../state/character.ts";
import type { Conversation, Interject } from "../talk/conversation.ts";
import type { Dice } from "../world/dice.ts";
import { powerOf } from "../world/hardware.ts";
import type { Appearance, EventPublisher } from "../state/event_publisher.ts";
import type { News } from "../state/events.ts";
import { readGroup } from "../state/groups.ts";
import { readPresent } from "../state/presence.ts";
import { parseJson } from "../state/records.ts";
import { confirmTransfers } from "../state/transfers.ts";
import { ignoredMax } from "../world/bounds.ts";
import { isName } from "../world/names.ts";
import { enrol, isEnrolled, readSelf } from "../state/moves.ts";
import { keys } from "../state/keys.ts";
import { perksOf } from "../state/perks.ts";
import { titlesOf } from "../state/titles.ts";
import type { Buy, Pay } from "../state/records.ts";
import type { GameStore } from "../state/store.ts";
import { type Term, termFrom, termText } from "../state/term.ts";
import type { TermStore } from "../state/term_store.ts";
import { type Happening, happeningAt } from "../world/events.ts";
import type { Perk } from "../world/perk.ts";
import { rollSeconds } from "../world/rules.ts";
import type { Session } from "../state/session.ts";
import type { Attempting } from "../talk/progress.ts";
import type { Manner } from "../talk/words.ts";
import { promptFor } from "../talk/prompt.ts";
import { Reachability } from "./reachability.ts";
import * as campusText from "../talk/campus_text.ts";
import * as battleText from "../talk/battle_text.ts";
import * as text from "../talk/text.ts";
import * as tradeText from "../talk/trade_text.ts";
import { coursesOf, type Rank, rankAfter, ranks, riseTo, type Stage } from "../world/world.ts";
import { Deeds } from "./deeds.ts";
import { ToldNews } from "./told_news.ts";

/** Carries a command out; the words after it come as they were typed. */
export type Command = (player: PlayerContext, args: readonly string[]) => Promise<void> | void;

/** A problem that a player faces. */
export interface Battle {
  readonly rank: Rank;
  /** The round of it that was spoken of last. */
  readonly round: number;
  /** Its steps left, as far as the player knows. */
  remaining: number;
  /** The last attempt may have finished the round: the store did not answer any more. */
  undecided: boolean;
}

/** What a player's game is made of. */
export interface PlayerContextOptions {
  readonly session: Session;
  readonly talk: Conversation;
  readonly dice: Dice;
  readonly publisher: EventPublisher;
  readonly aliases: Aliases;
  /** The store, whatever the term. */
  readonly store: GameStore;
  /** The store as it is in the term that is played. */
  readonly termStore: TermStore;
}

/** One player's session, conversation, dice and character, from entering to leaving. */
export class PlayerContext {
  readonly session: Session;
  readonly talk: Conversation;
  readonly dice: Dice;
  readonly publisher: EventPublisher;
  /** The player's character as the player knows it; nothing before it was read. */
  known: Character | undefined;
  /** The store, whatever the term. */
  readonly store: GameStore;
  /** The store as it is in the term that is played. */
  readonly #termStore: TermStore;
  /** Which term it is; nothing before the player has come in. */
  term: Term | undefined;
  /** What the player came to in earlier terms. */
  career: readonly TermOfCareer[] = [];
  /** Words that the player has made up. */
  readonly aliases: Aliases;
  /** Whom the player does not hear. */
  readonly ignored = new Set<string>();
  /** The player's study group, as it was when it was read last. */
  group: readonly string[] = [];
  /** Of the group, how many others were in the same place then. */
  #companions = 0;
  /** What the player says on being away, if so. */
  away: string | undefined;
  /** When the player typed something last. */
  activeMs: number;
  /** What need not be told again. */
  readonly #told = new Set<string>();
  /** The player wants short answers. */
  isBrief = false;
  /** The player has had enough. */
  over = false;
  /** Whether a server answers. */
  readonly reachability = new Reachability();
  /** What is done at once though an attempt takes its time. */
  interject: Interject = () => undefined;
  /** Called when the player has come to another place. */
  onArrival = () => {};
  /** What the player has come to. */
  readonly deeds = new Deeds();
  /** What the player was told of others. */
  readonly toldNews = new ToldNews();
  /** Who told the player something last. */
  lastTeller: string | undefined;
  /** Has lines made in another manner, where that can be. */
  chooseManner: ((manner: Manner) => void) | undefined;
  /** Whether nobody is to hear the player. */
  isMuted: () => boolean = () => false;
  /** Whether nobody is to see a player. */
  isHidden: (name: string) => boolean = () => false;
  /** Called with what others have done, before it is shown. */
  onNews: (news: readonly News[]) => void = () => {};

  #battle: Battle | undefined;
  #lastBattle: Battle | undefined;
  /** An enrolment has begun: what failed half-way through is no old friend. */
  #isNew = false;
  /** The server that the player knows to be at. */
  #server: string;
  /** The highest rank that the player knows of. */
  #rank: Rank | undefined;
  /** Purchases of this game of which the player knows that they do not count, by key. */
  readonly #voided = new Map<string, Buy | Pay>();

  constructor(
    { session, talk, dice, publisher, aliases, store, termStore }: PlayerContextOptions,
  ) {
    this.store = store;
    this.#termStore = termStore;
    this.aliases = aliases;
    this.session = session;
    this.talk = talk;
    this.dice = dice;
    this.publisher = publisher;
    this.#server = session.server;
    this.activeMs = session.now();
    this.reachability.onChange = () => this.#reportReachability();
  }

  /** What the player faces, if anything. */
  get battle(): Battle | undefined {
    return this.#battle;
  }

  set battle(battle: Battle | undefined) {
    this.#battle = battle;
    this.#lastBattle = battle ?? this.#lastBattle;
  }

  /** What the player faces, or has faced last. */
  get lastBattle(): Battle | undefined {
    return this.#lastBattle;
  }

  /** What stands in front of the line that the player types. */
  get prompt(): string {
    const { manner, columns, promptsApart: isApart } = this.talk;
    const { isOffline } = this.reachability;
    const [status, problem] = [this.known, this.battle];
    return promptFor({ status, problem, manner, columns, isApart, isOffline });
  }

  /** Shows the prompt anew in front of the line being typed; one that is read aloud stays. */
  showPrompt(): void {
    if (this.talk.redraws) this.talk.setPrompt(this.prompt);
  }

  /**
   * Enters the world: true for a newcomer. After a failure it is called again, and gives the same.
   */
  async enter(): Promise<boolean> {
    this.term = await this.#findTerm();
    this.#termStore.term = this.term.number;
    this.career = await readCareer(this.session, this.store, this.term.number);
    this.#isNew ||= !await isEnrolled(this.session);
    if (this.#isNew) await enrol(this.session);
    else await this.#takeUp(await this.refresh());
    return this.#isNew;
  }

  /**
   * Reads the player's character, and reports what others or other sessions have changed. A rise
   * that is narrated here ends the battle.
   *
   * The rank never falls, because a server that is behind may not know of the last rise yet.
   */
  async refresh(): Promise<Character> {
    const character = await readSelf(this.session, this.known);
    this.reportServer();
    this.#reportVoided(character);
    const known = this.#rank ?? character.rank;
    if (ranks.indexOf(character.rank) <= ranks.indexOf(known)) {
      this.#rank = known;
    } else {
      this.known = character;
      this.talk.say(battleText.awarded);
      await this.#narrateRise(known, character.rank);
    }
    return this.known = { ...character, rank: this.#rank! };
  }

  /**
   * Reads how many coins there are, because others may have given some, and shows that. A higher rank waits
   * for `refresh`, and what a command has read meanwhile stays.
   */
  async refreshCoins(): Promise<void> {
    const before = this.known!;
    const { coins } = await readSelf(this.session, before);
    if (this.known !== before || coins === before.coins) return;
    this.known = { ...before, coins };
    this.showPrompt();
  }

  /**
   * Reads the player's place, because another session of the same player may have moved. It costs one
   * request to the store, and `refresh` one for each kind of record.
   */
  async refreshPlace(): Promise<string> {
    const { session } = this;
    const place = await session.steadily(() => readPlace(session, session.name));
    this.reportServer();
    this.known = { ...this.known!, place };
    return place;
  }

  /** Narrates how the player rises who has just solved the problem of `rank`. */
  async rise(rank: Rank): Promise<void> {
    await this.#narrateRise(rank, rankAfter(rank)!);
  }

  /** Whether `what` is told for the first time, which it is from now on no more. */
  isFirst(what: string): boolean {
    const isFirst = !this.#told.has(what);
    this.#told.add(what);
    return isFirst;
  }

  /** Tells what the player's problem wants before anything else. */
  want(rank: Rank, stage: Stage): void {
    this.talk.say(campusText.wanted(stage));
    this.deeds.want(rank, stage);
  }

  /** Tells what the player has come to by the last command. */
  reportDeeds(): void {
    if (this.known !== undefined) this.talk.say(this.deeds.newOf(this.known, this.career));
  }

  /** Whether the term that is played is over. */
  get isTermOver(): boolean {
    return this.term !== undefined && this.session.now() >= this.term.endsMs;
  }

  /** What happens to everybody at the moment, if anything. */
  get happening(): Happening | undefined {
    const { term } = this;
    return term && happeningAt(term.number, this.session.now() - term.beganMs);
  }

  /** What is easier for the player at the moment. */
  get perks(): Required<Perk> {
    const { career, happening } = this;
    return perksOf(this.known!, {
      event: happening?.event,
      retirements: retirementsOf(career),
      companions: this.#companions,
    });
  }

  /** The player's computing power at the moment; 0 before the player has come in. */
  get power(): number {
    return this.known === undefined ? 0 : powerOf(this.known.hardware, this.perks.supply);
  }

  /** Reads the player's study group, and which of it are in the same place. */
  async refreshCompanions(): Promise<void> {
    const { session } = this;
    const { name } = session;
    const [group, present] = await session.steadily(() =>
      Promise.all([readGroup(session, name), readPresent(session, session.now())])
    );
    this.group = group;
    const place = this.known?.place;
    this.#companions =
      present.records.filter((each) =>
        each.name !== name && each.place === place && group.includes(each.name)
      ).length;
  }

  /** How the player is seen. */
  get #appearance(): Appearance {
    const { place, rank } = this.known!;
    const title = titlesOf(this.known!, this.career).at(-1);
    return { place, rank, title, activeMs: this.activeMs, away: this.away };
  }

  /** Reads whom the player does not hear, and writes what others may not have got of the player's coins. */
  async #takeUp(character: Character): Promise<void> {
    const { session } = this;
    const value = await session.steadily(() => session.get(keys.ignore(session.name)));
    const names = value === undefined ? [] : parseJson(value);
    for (const name of Array.isArray(names) ? names.slice(0, ignoredMax) : []) {
      if (typeof name === "string" && isName(name)) this.ignored.add(name);
    }
    await confirmTransfers(session, character.transfers);
  }

  /** The term by the store, which is the first one where nobody has ever enrolled. */
  async #findTerm(): Promise<Term> {
    const { session } = this;
    const nowMs = session.now();
    const value = await session.steadily(() => session.get(keys.term()));
    const term = value === undefined ? undefined : termFrom(value, nowMs);
    if (term !== undefined) return term;
    const first = termText(1, nowMs);
    await session.put(keys.term(), first);
    return termFrom(first, nowMs)!;
  }

  /** Lets others see that the player is there, if it is time to. */
  appear(): void {
    if (this.known !== undefined && this.publisher.isSignDue) {
      this.publisher.appear(this.#appearance);
    }
  }

  /** Lets others know that the player begins to play. */
  wake(): void {
    const { place } = this.known!;
    this.publisher.publish(place, { did: "wake" });
    this.publisher.appear(this.#appearance);
    this.onArrival();
  }

  /** Lets others know that the player plays on, who has left in another window. */
  stay(): void {
    this.publisher.appear(this.#appearance);
  }

  /** Lets others know that the player has gone to another place. */
  moved(place: string): void {
    const from = this.known!.place;
    this.known = { ...this.known!, place };
    this.publisher.publish(from, { did: "go", to: place });
    this.publisher.publish(place, { did: "come", from });
    this.publisher.appear(this.#appearance);
    this.onArrival();
  }

  /** Lets others know that the player ceases to play. */
  sleep(): void {
    if (this.known === undefined) return;
    this.publisher.publish(this.known.place, { did: "sleep" });
    this.publisher.disappear(this.#appearance);
  }

  /** Reports a change of the server that answers. */
  reportServer(): void {
    const { server } = this.session;
    if (server === this.#server) return;
    this.talk.hear([text.otherServer(this.#server, server)]);
    this.#server = server;
  }

  /** Lets the time of one attempt pass; returns its seconds, or nothing if the player leaves meanwhile. */
  async toil(attempting: Attempting): Promise<number | undefined> {
    const seconds = this.talk.fast ? 0 : rollSeconds(this.dice, this.perks.seconds);
    if (await this.talk.wait(seconds * 1_000, attempting, this.interject)) return seconds;
    this.talk.say(text.cutShort);
  }

  /** A prompt that is drawn says itself that nobody answers. */
  #reportReachability(): void {
    const { isOffline } = this.reachability;
    if (!isOffline) this.talk.hear([text.serverBack]);
    else if (!this.talk.redraws) this.talk.hear([text.serverLost]);
    this.showPrompt();
  }

  #reportVoided({ voided }: Character): void {
    for (const [key, purchase] of voided) {
      if (!this.session.owns(key) || this.#voided.has(key)) continue;
      this.#voided.set(key, purchase);
      this.talk.say(tradeText.voided(purchase));
    }
    for (const [key, purchase] of this.#voided) {
      if (voided.has(key)) continue;
      this.#voided.delete(key);
      this.talk.say(tradeText.restored(purchase));
    }
  }

  async #narrateRise(from: Rank, to: Rank): Promise<void> {
    this.battle = undefined;
    this.#rank = to;
    const risen = ranks.slice(ranks.indexOf(from), ranks.indexOf(to));
    if (this.known !== undefined) {
      this.known = { ...this.known, rank: to };
      for (const rank of risen) this.publisher.publish(this.known.place, { did: "solve", rank });
      this.publisher.appear(this.#appearance);
    }
    for (const rank of risen) await this.talk.narrate(riseTo(rankAfter(rank)!));
    for (const rank of risen) this.talk.say(battleText.nowSold(rankAfter(rank)!));
    if (coursesOf(to).length > 0) this.talk.say(campusText.courseWaits);
  }
}
