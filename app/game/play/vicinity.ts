/**
 * What is news to a player: what happens where the player is, what is told to the player alone, and
 * what others take off the problem that the player faces.
 *
 * @module
 */

import { listAll } from "../state/character.ts";
import { type News, parseLetters, parseScene } from "../state/happenings.ts";
import { prefixes } from "../state/keys.ts";
import { happened } from "../talk/news_text.ts";
import { glanceAt } from "../state/problem.ts";
import { promptFor } from "../talk/prompt.ts";
import type { Visit } from "./visit.ts";
import { Watch } from "../state/watch.ts";

/** Keeps a player posted. */
export class Vicinity {
  readonly #visit: Visit;
  readonly #letters: Watch;
  #scene: Watch | undefined;
  /** The place of that scene. */
  #place: string | undefined;

  constructor(visit: Visit) {
    this.#visit = visit;
    this.#letters = new Watch({
      prefix: (bucket) => prefixes.letters(bucket, visit.session.name),
      parse: parseLetters,
      isOwn: (id) => visit.session.owns(id),
    });
  }

  /**
   * Looks once, and lets the player hear what is new.
   *
   * @throws {StoreFailure}
   */
  async look(): Promise<void> {
    const visit = this.#visit;
    const place = visit.known?.place;
    if (place === undefined) return;
    const [seen, told] = await Promise.all([
      this.#newsOf(this.#sceneAt(place)),
      this.#newsOf(this.#letters),
      this.#lookAtProblem(),
    ]);
    visit.tellServer();
    visit.appear();
    // What happened where the player has just been is behind.
    const news = visit.known?.place === place ? [...seen, ...told] : told;
    visit.talk.hear(news.map(happened));
  }

  #sceneAt(place: string): Watch {
    if (this.#scene === undefined || place !== this.#place) {
      this.#place = place;
      this.#scene = new Watch({
        prefix: (bucket) => prefixes.scenes(bucket, place),
        parse: parseScene,
        isOwn: (id) => this.#visit.session.owns(id),
      });
    }
    return this.#scene;
  }

  /** Shows in the prompt how many steps are left; to whom it is read aloud, it does not say that. */
  async #lookAtProblem(): Promise<void> {
    const { battle, session, talk } = this.#visit;
    if (battle === undefined || talk.manner !== "drawn") return;
    const remaining = await glanceAt(session, battle.rank, battle.round);
    if (this.#visit.battle !== battle || remaining >= battle.remaining) return;
    battle.remaining = remaining;
    talk.setPrompt(promptFor(this.#visit.known, battle, talk.manner));
  }

  async #newsOf(watch: Watch): Promise<News[]> {
    const { session } = this.#visit;
    const nowMs = session.now();
    return watch.look(await listAll(session, watch.prefixes(nowMs)), nowMs);
  }
}
