/**
 * Tells others what a player does.
 *
 * @module
 */

import {
  eventBucketMs,
  eventsPerBucketMax,
  findsPerBucketMax,
  heartbeatMs,
  presenceBucketMs,
  unaskedEventsPerBucketMax,
} from "../world/bounds.ts";
import { bucketOf } from "./buckets.ts";
import type { Deed, Happening, Tell } from "./happenings.ts";
import { keys } from "./keys.ts";
import type { Session } from "./session.ts";
import type { GameStore } from "./store.ts";
import type { Rank } from "../world/world.ts";

/** Where a player is seen, and as what. */
export interface Appearance {
  readonly place: string;
  readonly rank: Rank;
}

/**
 * Writes what others may notice. What a player does is told as it happens, without waiting for an
 * answer, and is lost if there is none: play goes on all the same. What a player says is written as
 * everything else is: it has been said, or the player hears that it has not.
 */
export class Herald {
  readonly #session: Session;
  readonly #store: GameStore;
  /** By key, what this session did in the present bucket. */
  readonly #told = new Map<string, Happening[]>();
  readonly #unanswered = new Set<Promise<void>>();
  #lastAt = -Infinity;
  #lastSignMs = -Infinity;

  constructor(session: Session, store: GameStore) {
    this.#session = session;
    this.#store = store;
  }

  /** Tells everyone at `place`; or nobody, should there be too much to tell already. */
  tell(place: string, deed: Deed): void {
    const { key, happenings } = this.#record(keys.scene, place);
    if (happenings.length >= roomFor(deed)) return;
    happenings.push({ ...deed, at: this.#at() });
    this.#write(key, JSON.stringify(happenings));
  }

  /**
   * Says something to everyone at `place`.
   *
   * @returns whether there was room for it.
   * @throws {StoreFailure} It has not been said.
   */
  say(place: string, deed: Deed): Promise<boolean> {
    return this.#say(this.#record(keys.scene, place), deed);
  }

  /** As `say`, to the player `name` alone. */
  whisper(name: string, tell: Tell): Promise<boolean> {
    return this.#say(this.#record(keys.letter, name), tell);
  }

  /** Gives a sign of life: when one is due, or when there is something new to be seen. */
  appear(appearance: Appearance, isNew: boolean): void {
    const nowMs = this.#session.now();
    if (!isNew && Math.abs(nowMs - this.#lastSignMs) < heartbeatMs) return;
    this.#sign(appearance, false);
  }

  /** Gives the last one. */
  disappear(appearance: Appearance): void {
    this.#sign(appearance, true);
  }

  /** Waits for the answers to all that was told. */
  async settle(): Promise<void> {
    await Promise.all(this.#unanswered);
  }

  #sign({ place, rank }: Appearance, gone: boolean): void {
    const at = this.#lastSignMs = notBefore(this.#lastSignMs, this.#session.now());
    const key = keys.here(bucketOf(at, presenceBucketMs), this.#session.name);
    this.#write(key, JSON.stringify({ at, place, rank, gone }));
  }

  async #say({ key, happenings }: Told, said: Deed | Tell): Promise<boolean> {
    if (happenings.length >= eventsPerBucketMax) return false;
    const happening = { ...said, at: this.#at() };
    happenings.push(happening);
    try {
      const value = JSON.stringify(happenings);
      await this.#session.steadily(() => this.#store.put(key, value));
      return true;
    } catch (failure) {
      happenings.splice(happenings.indexOf(happening), 1);
      throw failure;
    }
  }

  #record(
    key: (bucket: number, where: string, session: string) => string,
    where: string,
  ): Told {
    const bucket = bucketOf(this.#session.now(), eventBucketMs);
    const at = key(bucket, where, this.#session.id);
    for (const key of this.#told.keys()) {
      if (key.split("/")[1] !== String(bucket)) this.#told.delete(key);
    }
    const happenings = this.#told.get(at) ?? [];
    this.#told.set(at, happenings);
    return { key: at, happenings };
  }

  /** Always later than before, so that a session's deeds keep their order, wherever they are told. */
  #at(): number {
    return this.#lastAt = notBefore(this.#lastAt + 1, this.#session.now());
  }

  #write(key: string, value: string): void {
    const answered = this.#store.put(key, value)
      .catch(() => {})
      .finally(() => this.#unanswered.delete(answered));
    this.#unanswered.add(answered);
  }
}

/** How many may be told before `deed` is not: the fewer, the more of its kind there are. */
function roomFor({ did }: Deed): number {
  if (did === "find") return findsPerBucketMax;
  return did === "solve" || did === "sleep" ? eventsPerBucketMax : unaskedEventsPerBucketMax;
}

/** The present, but not before `earliestMs`; unless the clock was far ahead and has been set right. */
function notBefore(earliestMs: number, nowMs: number): number {
  const isSetBack = earliestMs - nowMs > eventBucketMs;
  return isSetBack ? nowMs : Math.max(earliestMs, nowMs);
}

interface Told {
  readonly key: string;
  readonly happenings: Happening[];
}
