import type { Limits } from "../../limits.ts";
import { MemoryAccount } from "../../rpc/mod.ts";
import { assert } from "../memory/assert.ts";
import { chunkOf, inChunk, WordArena } from "../memory/word_arena.ts";
import { ExpiryHeap } from "./expiry_heap.ts";

// The words of an expiry.
/** The number of the entry. */
const entryWord = 0;
/** The number of the uid of the entry's write, because the entry has the expiry's place instead of it. */
const uidWord = 1;
const expiresAtLow = 2;
/** The upper 21 bits of the time, and above them whether it has passed. */
const expiresAtHigh = 3;
const heapIndexWord = 4;
const expiryWords = 5;

const passedBit = 1 << 31;
const highMask = 0x1fffff;

/** The place of no expiry. */
const none = 0;

/** None has the place 0. */
const arenaOptions = { firstWords: 64, reservedWords: 1 };

/** Called with the number of an entry that has expired, or has not any more because the clock was set back. */
export type OnPassed = (entry: number, hasExpired: boolean) => void;

/**
 * What an entry has that expires, so that the others need no room for it. The place of an expiry does not
 * change.
 *
 * An expiry is ahead or has passed. `passTime` moves those whose time has come from the one heap to the
 * other, in O(log n) each, and back when the clock is set back.
 */
export class Expiries {
  #arena: WordArena;
  /** The next one to expire is the first. */
  #ahead: ExpiryHeap;
  /** The last one to have expired is the first. */
  #passed: ExpiryHeap;

  /** @param limits bound the memory @param memory is charged for it */
  constructor(limits: Limits, memory = new MemoryAccount()) {
    this.#arena = new WordArena(arenaOptions, limits, memory);
    const moved = (place: number, index: number) => this.#set(place, heapIndexWord, index);
    this.#ahead = new ExpiryHeap({
      isBefore: (a, b) => this.expiresAt(a) < this.expiresAt(b),
      moved,
    }, memory);
    this.#passed = new ExpiryHeap({
      isBefore: (a, b) => this.expiresAt(a) > this.expiresAt(b),
      moved,
    }, memory);
  }

  /** How many there are. */
  get size(): number {
    return this.#ahead.size + this.#passed.size;
  }

  /** Memory that they take. */
  get byteLength(): number {
    return this.#arena.byteLength + this.#ahead.byteLength + this.#passed.byteLength;
  }

  /** When the next entry expires, milliseconds since the epoch; `undefined` when none does. */
  get nextMs(): number | undefined {
    const place = this.#ahead.first;
    return place === undefined ? undefined : this.expiresAt(place);
  }

  /** Makes sure that there is memory for one more. @throws as `WordArena.reserve` does. */
  reserve(): void {
    this.#arena.reserve(expiryWords);
    this.#ahead.reserve(this.size + 1);
    this.#passed.reserve(this.size + 1);
  }

  /** Adds that of an entry, for which there is memory. @returns its place. */
  add(entry: number, uid: number, expiresAt: number, hasPassed: boolean): number {
    const place = this.#arena.allocate(expiryWords);
    this.#set(place, entryWord, entry);
    this.#fill(place, uid, expiresAt, hasPassed);
    return place;
  }

  /** Replaces that of an entry. */
  replace(place: number, uid: number, expiresAt: number, hasPassed: boolean): void {
    this.#leave(place);
    this.#fill(place, uid, expiresAt, hasPassed);
  }

  /** The number of the uid of the entry's write. */
  uid(place: number): number {
    return this.#get(place, uidWord);
  }

  /** When the entry expires, milliseconds since the epoch. */
  expiresAt(place: number): number {
    const words = this.#arena.words[chunkOf(place)];
    const at = inChunk(place);
    return (words[at + expiresAtHigh] & highMask) * 0x100000000 + words[at + expiresAtLow];
  }

  /** Whether the time has passed, as `passTime` has seen. */
  hasPassed(place: number): boolean {
    return (this.#get(place, expiresAtHigh) & passedBit) !== 0;
  }

  /** Removes one. With the last one all memory is given back. */
  remove(place: number): void {
    this.#leave(place);
    this.#arena.free(place, expiryWords);
    if (this.size > 0) return;
    this.#ahead.release();
    this.#passed.release();
  }

  /**
   * Goes by what the clock says now, for `max` expiries at the most.
   *
   * @returns whether that was all.
   */
  passTime(nowMs: number, max: number, onPassed: OnPassed): boolean {
    for (let count = 0; count < max; count++) {
      const place = this.#misplaced(nowMs);
      if (place === none) return true;
      const hasExpired = !this.hasPassed(place);
      this.#leave(place);
      this.#enter(place, hasExpired);
      onPassed(this.#get(place, entryWord), hasExpired);
    }
    return this.#misplaced(nowMs) === none;
  }

  /** The next expiry that is ahead and should have passed, or the other way round; or `none`. */
  #misplaced(nowMs: number): number {
    const next = this.#ahead.first;
    if (next !== undefined && this.expiresAt(next) <= nowMs) return next;
    const last = this.#passed.first;
    return last !== undefined && this.expiresAt(last) > nowMs ? last : none;
  }

  /** @param places of all of them, by entry @throws {Error} when there are others. */
  assertInvariants(places: ReadonlyMap<number, number>): void {
    assert(places.size === this.size, "each entry that expires has an expiry, and no other");
    for (const [entry, place] of places) {
      assert(this.#get(place, entryWord) === entry, "an expiry is of its entry");
    }
    this.#arena.assertInvariants(new Map(Array.from(places.values(), (at) => [at, expiryWords])));
    for (const heap of [this.#ahead, this.#passed]) {
      heap.assertInvariants((place) => this.#get(place, heapIndexWord));
    }
  }

  #fill(place: number, uid: number, expiresAt: number, hasPassed: boolean): void {
    const words = this.#arena.words[chunkOf(place)];
    const at = inChunk(place);
    words[at + uidWord] = uid;
    words[at + expiresAtLow] = expiresAt;
    words[at + expiresAtHigh] = expiresAt / 0x100000000;
    this.#enter(place, hasPassed);
  }

  #leave(place: number): void {
    const heap = this.hasPassed(place) ? this.#passed : this.#ahead;
    heap.remove(this.#get(place, heapIndexWord));
  }

  #enter(place: number, hasPassed: boolean): void {
    const high = this.#get(place, expiresAtHigh) & highMask;
    this.#set(place, expiresAtHigh, hasPassed ? high | passedBit : high);
    (hasPassed ? this.#passed : this.#ahead).add(place);
  }

  #get(place: number, word: number): number {
    return this.#arena.words[chunkOf(place)][inChunk(place) + word];
  }

  #set(place: number, word: number, value: number): void {
    this.#arena.words[chunkOf(place)][inChunk(place) + word] = value;
  }
}
