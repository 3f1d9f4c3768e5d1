/**
 * Publishes what a player does, for other players to read.
 *
 * @module
 */

import {
  chatBucketMs,
  eventBucketMs,
  eventsPerBucketMax,
  eventsPerRecordMax,
  findsPerBucketMax,
  heartbeatMs,
  idleMs,
  presenceBucketMs,
  unaskedEventsPerBucketMax,
} from "../world/bounds.ts";
import { bucketOf } from "./buckets.ts";
import type { GameEvent, PlaceEvent, Whisper } from "./events.ts";
import { keys } from "./keys.ts";
import type { Session } from "./session.ts";
import type { GameStore } from "./store.ts";
import type { Rank } from "../world/world.ts";

/** Where a player is seen, and as what. */
export interface Appearance {
  readonly place: string;
  readonly rank: Rank;
  /** When something was typed last. */
  readonly activeMs?: number;
  /** What the player is called, if anything. */
  readonly title?: string;
  /** What the player says on being away, if so. */
  readonly away?: string;
}

/**
 * Writes the events of one player. An event of play is written without waiting for the answer, and
 * may get lost, because play must not wait for it. Speech waits: the player hears when it was not
 * written.
 */
export class EventPublisher {
  readonly #session: Session;
  readonly #store: GameStore;
  /** By the key of the first record, the events of this session in the present bucket. */
  readonly #published = new Map<string, GameEvent[]>();
  readonly #unanswered = new Set<Promise<void>>();
  #lastAt = -Infinity;
  #lastSignMs = -Infinity;
  #chatted = 0;
  /** How much was said in a bucket that is kept for long. */
  #kept = { bucket: 0, count: 0 };

  constructor(session: Session, store: GameStore) {
    this.#session = session;
    this.#store = store;
  }

  /** Publishes `event` at `place`, or drops it when the bucket has no room for its kind. */
  publish(place: string, event: PlaceEvent): void {
    const bucket = this.#bucket(keys.scene, place);
    if (bucket.events.length >= roomFor(event)) return;
    bucket.events.push({ ...event, at: this.#at() });
    this.#write(...lastRecord(bucket));
  }

  /**
   * Writes speech for everyone at `place`, and waits until it is written.
   *
   * @returns false when the bucket has no room for it.
   * @throws {StoreFailure} No server acknowledged it.
   */
  broadcast(place: string, event: PlaceEvent): Promise<boolean> {
    return this.#speak(this.#bucket(keys.scene, place), event);
  }

  /** Writes speech for the player `name` alone; otherwise as `broadcast`. */
  whisper(name: string, whisper: Whisper): Promise<boolean> {
    return this.#speak(this.#bucket(keys.letter, name), whisper);
  }

  /** Writes speech for everybody; otherwise as `broadcast`. */
  async chat(words: string): Promise<boolean> {
    if (!this.#hasBreath()) return false;
    const bucket = bucketOf(this.#session.now(), chatBucketMs);
    const key = keys.chat(bucket, this.#session.id, ++this.#chatted);
    const value = JSON.stringify([{ did: "chat", words, at: this.#at() }]);
    await this.#session.steadily(() => this.#store.put(key, value));
    return true;
  }

  /** Writes a letter to the player `name`; otherwise as `broadcast`. */
  async post(name: string, words: string): Promise<boolean> {
    if (!this.#hasBreath()) return false;
    const letter = JSON.stringify({ at: this.#session.now(), words });
    await this.#session.declareOwn((id, k) => [[keys.post(name, id, k), letter]]);
    return true;
  }

  /** Whether there is room in the present bucket for speech that is kept: counts one that is. */
  #hasBreath(): boolean {
    const bucket = bucketOf(this.#session.now(), eventBucketMs);
    if (this.#kept.bucket !== bucket) this.#kept = { bucket, count: 0 };
    return ++this.#kept.count <= eventsPerBucketMax;
  }

  /** Writes a sign of life: one is due, or the appearance has changed. */
  appear(appearance: Appearance): void {
    this.#sign(appearance, false);
  }

  /** Whether it is time for a sign of life. */
  get isSignDue(): boolean {
    return Math.abs(this.#session.now() - this.#lastSignMs) >= heartbeatMs;
  }

  /** Writes the last sign of life: the player has left. */
  disappear(appearance: Appearance): void {
    this.#sign(appearance, true);
  }

  /** Waits for the answers to all events and signs that were written. */
  async settle(): Promise<void> {
    await Promise.all(this.#unanswered);
  }

  #sign({ place, rank, activeMs = Infinity, title, away }: Appearance, gone: boolean): void {
    const at = this.#lastSignMs = notBefore(this.#lastSignMs, this.#session.now());
    const key = keys.here(bucketOf(at, presenceBucketMs), this.#session.name);
    const idleSince = at - activeMs >= idleMs ? activeMs : undefined;
    this.#write(key, JSON.stringify({ at, place, rank, gone, idleSince, title, away }));
  }

  async #speak(bucket: Bucket, said: PlaceEvent | Whisper): Promise<boolean> {
    const { events } = bucket;
    if (events.length >= eventsPerBucketMax) return false;
    const event = { ...said, at: this.#at() };
    events.push(event);
    try {
      const [key, value] = lastRecord(bucket);
      await this.#session.steadily(() => this.#store.put(key, value));
      return true;
    } catch (failure) {
      events.splice(events.indexOf(event), 1);
      throw failure;
    }
  }

  #bucket(
    key: (bucket: number, where: string, session: string) => string,
    where: string,
  ): Bucket {
    const bucket = bucketOf(this.#session.now(), eventBucketMs);
    const at = key(bucket, where, this.#session.id);
    for (const key of this.#published.keys()) {
      if (key.split("/")[1] !== String(bucket)) this.#published.delete(key);
    }
    const events = this.#published.get(at) ?? [];
    this.#published.set(at, events);
    return { key: at, events };
  }

  /** A time later than that of the last event, so that a session's events keep their order. */
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

/** The events in a bucket from which on `event` is dropped: fewer for a kind that is frequent. */
function roomFor({ did }: PlaceEvent): number {
  if (did === "find") return findsPerBucketMax;
  return did === "solve" || did === "sleep" ? eventsPerBucketMax : unaskedEventsPerBucketMax;
}

/** The present, but not before `earliestMs`; unless the clock was far ahead and has been set right. */
function notBefore(earliestMs: number, nowMs: number): number {
  const isSetBack = earliestMs - nowMs > eventBucketMs;
  return isSetBack ? nowMs : Math.max(earliestMs, nowMs);
}

interface Bucket {
  /** Of the first record. */
  readonly key: string;
  readonly events: GameEvent[];
}

/** The key and the value of the record that the last event of a bucket stands in. */
function lastRecord({ key, events }: Bucket): [key: string, value: string] {
  const part = Math.floor((events.length - 1) / eventsPerRecordMax);
  const value = JSON.stringify(events.slice(part * eventsPerRecordMax));
  return [part === 0 ? key : `${key}/${part}`, value];
}
