/**
 * The events that a player hears of unasked: those in the player's place, whispers to the player, and
 * steps that others take off the problem that the player faces. What the player does in another window is
 * no news.
 *
 * @module
 */

import { type News, parseChat, parseLetters, parseScene } from "../state/events.ts";
import { HeardReader } from "../state/heard_reader.ts";
import { prefixes } from "../state/keys.ts";
import * as battleText from "../talk/battle_text.ts";
import { happened } from "../talk/news_text.ts";
import { glanceAt } from "../state/problem.ts";
import type { GameStore } from "../state/store.ts";
import type { PlayerContext } from "./player_context.ts";
import { NewsFilter } from "../state/news_filter.ts";
import { chatBucketMs } from "../world/bounds.ts";
import type { WorldEvent } from "../world/world.ts";

/**
 * Reads the events around one player, and has the conversation print the new ones. Where the store tells
 * what changes, nothing is asked for that: an idle player costs a sign of life now and then.
 */
export class EventFeed {
  readonly #player: PlayerContext;
  readonly #reader: HeardReader;
  readonly #letters: NewsFilter;
  readonly #chat: NewsFilter;
  /** What happened to everybody when it was looked last, once it was. */
  #event: { readonly now: WorldEvent | undefined } | undefined;
  #scene: NewsFilter | undefined;
  /** Whether nothing is known to have changed of the problem since it was read. */
  #isProblemRead = false;
  /** What was read last. */
  #prefixes: readonly string[] = [];
  /** The place of `#scene`. */
  #place: string | undefined;

  /** @param onNews called when there may be news */
  constructor(player: PlayerContext, store: GameStore, onNews: () => void) {
    this.#player = player;
    this.#reader = new HeardReader(player.session, store, onNews);
    this.#letters = new NewsFilter({
      prefix: (bucket) => prefixes.letters(bucket, player.session.name),
      parse: parseLetters,
      isOwn: (id) => player.session.owns(id),
    });
    this.#chat = new NewsFilter({
      prefix: prefixes.chat,
      parse: parseChat,
      bucketMs: chatBucketMs,
      isOwn: (id) => player.session.owns(id),
    });
  }

  /**
   * Reads the store once, and prints the events that are new.
   *
   * @throws {StoreFailure} No server answered.
   */
  async poll(): Promise<void> {
    const player = this.#player;
    const place = player.known?.place;
    // Before the player has come in there is nothing to show, but whether a server answers.
    if (place === undefined) return void await player.session.get("");
    this.#listen(place);
    const [seen, told, chat] = await Promise.all([
      this.#newsOf(this.#sceneAt(place)),
      this.#newsOf(this.#letters),
      this.#newsOf(this.#chat),
      this.#pollProblem(),
    ]);
    await player.session.settle();
    player.reportServer();
    player.appear();
    // The player may have moved during the read: events of the place before are dropped.
    const isStill = player.known?.place === place;
    const news = [...isStill ? seen : [], ...told, ...chat];
    const { name } = player.session;
    const heard = news.filter((each) => each.name !== name && !player.ignored.has(each.name));
    player.lastTeller = heard.findLast(({ event }) => event.did === "tell")?.name ??
      player.lastTeller;
    player.onNews(heard);
    player.talk.hear(heard.filter((each) => player.toldNews.isNew(each)).map(happened));
    this.#tellEvent();
    // What was whispered may be that coins were given.
    if (told.length > 0) await player.refreshCoins();
    // The other window said that the player has left.
    if (news.some((each) => each.name === name && each.event.did === "sleep")) player.stay();
  }

  /** Whether all that is read is heard: then a poll finds nothing that it was not called for. */
  get hearsAll(): boolean {
    return this.#prefixes.length > 0 && this.#reader.hears(this.#prefixes);
  }

  /** Ends it. */
  close(): Promise<void> {
    return this.#reader.close();
  }

  /** Says what will be read from now on. */
  #listen(place: string): void {
    const { battle, session } = this.#player;
    const nowMs = session.now();
    this.#prefixes = [
      ...this.#sceneAt(place).prefixes(nowMs),
      ...this.#letters.prefixes(nowMs),
      ...this.#chat.prefixes(nowMs),
      ...battle === undefined ? [] : [prefixes.damage(battle.rank, battle.round)],
    ];
    this.#reader.listen(this.#prefixes);
  }

  /** Tells when something begins or ends that happens to everybody; what went on before is no news. */
  #tellEvent(): void {
    const now = this.#player.happening?.event;
    const before = this.#event?.now;
    const isNews = this.#event !== undefined && now !== before;
    this.#event = { now };
    if (!isNews) return;
    this.#player.talk.hear([...before ? [before.ends] : [], ...now ? [now.begins] : []]);
  }

  #sceneAt(place: string): NewsFilter {
    if (this.#scene === undefined || place !== this.#place) {
      this.#place = place;
      this.#scene = new NewsFilter({
        prefix: (bucket) => prefixes.scenes(bucket, place),
        parse: parseScene,
        isOwn: (id) => this.#player.session.owns(id),
      });
    }
    return this.#scene;
  }

  /**
   * Updates the steps that the prompt shows, if it can be drawn anew: one that is read aloud has none,
   * because a screen reader would speak at every change.
   */
  async #pollProblem(): Promise<void> {
    const { battle, session, talk } = this.#player;
    if (battle === undefined || !talk.redraws) return;
    this.#isProblemRead &&= !this.#reader.hasChanged(prefixes.damage(battle.rank, battle.round));
    if (this.#isProblemRead) return;
    const remaining = await glanceAt(session, battle.rank, battle.round);
    this.#isProblemRead = true;
    if (this.#player.battle !== battle || remaining >= battle.remaining) return;
    battle.remaining = remaining;
    // What an attempt of the player's own has finished is told by that.
    if (remaining === 0 && !battle.undecided) talk.hear([battleText.lastStepTaken]);
    this.#player.showPrompt();
  }

  async #newsOf(filter: NewsFilter): Promise<News[]> {
    const nowMs = this.#player.session.now();
    return filter.newsAmong(await this.#reader.read(filter.prefixes(nowMs)), nowMs);
  }
}
