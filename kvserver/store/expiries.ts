import type { Limits } from "../../limits.ts";
import { MemoryAccount } from "../../rpc/mod.ts";
import { assert } from "../memory/assert.ts";
import { chunkOf, inChunk, WordArena } from "../memory/word_arena.ts";

// The words of an expiry.
/** The number of the entry; of a free one, the next free one. */
const entryWord = 0;
/** The number of the uid of the entry's write, because the entry has the expiry's place instead of it. */
const uidWord = 1;
const expiresAtLow = 2;
const expiresAtHigh = 3;
const expiryWords = 4;

/** The place of no expiry. */
const none = 0;

/** Words of the first chunk, a power of two. */
const firstWords = 64;

/** What an entry has that expires, so that the others need no room for it. Its place does not change. */
export class Expiries {
  #limits: Limits;
  #memory: MemoryAccount;
  #arena: WordArena;
  #free = none;
  #size = 0;

  /** @param limits bound the memory @param memory is charged for it */
  constructor(limits: Limits, memory = new MemoryAccount()) {
    this.#limits = limits;
    this.#memory = memory;
    this.#arena = newArena(limits, memory);
  }

  /** Memory that they take. */
  get byteLength(): number {
    return this.#arena.byteLength;
  }

  /** Makes sure that there is memory for one more. @throws as `WordArena.reserve` does. */
  reserve(): void {
    if (this.#free === none) this.#arena.reserve(expiryWords);
  }

  /** Adds that of an entry, for which there is memory. @returns its place. */
  add(entry: number, uid: number, expiresAt: number): number {
    const place = this.#allocate();
    const words = this.#arena.words[chunkOf(place)];
    const at = inChunk(place);
    words[at + entryWord] = entry;
    words[at + uidWord] = uid;
    words[at + expiresAtLow] = expiresAt;
    words[at + expiresAtHigh] = expiresAt / 0x100000000;
    this.#size++;
    return place;
  }

  /** The number of the uid of the entry's write. */
  uid(place: number): number {
    return this.#arena.words[chunkOf(place)][inChunk(place) + uidWord];
  }

  /** When the entry expires, milliseconds since the epoch. */
  expiresAt(place: number): number {
    const words = this.#arena.words[chunkOf(place)];
    const at = inChunk(place);
    return words[at + expiresAtHigh] * 0x100000000 + words[at + expiresAtLow];
  }

  /** Removes one. With the last one all memory is given back. */
  remove(place: number): void {
    this.#arena.words[chunkOf(place)][inChunk(place) + entryWord] = this.#free;
    this.#free = place;
    if (--this.#size > 0 || this.#arena.words.length === 1) return;
    this.#arena.release();
    this.#arena = newArena(this.#limits, this.#memory);
    this.#free = none;
  }

  /** @param places of all of them, by entry @throws {Error} when there are others. */
  assertInvariants(places: ReadonlyMap<number, number>): void {
    assert(places.size === this.#size, "each entry that expires has an expiry, and no other");
    for (const [entry, place] of places) {
      const held = this.#arena.words[chunkOf(place)][inChunk(place) + entryWord];
      assert(held === entry, "an expiry is of its entry");
    }
  }

  #allocate(): number {
    const place = this.#free;
    if (place === none) return this.#arena.allocate(expiryWords);
    this.#free = this.#arena.words[chunkOf(place)][inChunk(place) + entryWord];
    return place;
  }
}

function newArena(limits: Limits, memory: MemoryAccount): WordArena {
  const arena = new WordArena(firstWords, limits, memory);
  // None has the place 0.
  arena.allocate(expiryWords);
  return arena;
}
