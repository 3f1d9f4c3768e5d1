import type { Limits } from "../../limits.ts";
import { MemoryAccount } from "../../rpc/mod.ts";
import { assert } from "../memory/assert.ts";
import { chunkOf, inChunk, WordArena } from "../memory/word_arena.ts";
import { RangeSum } from "./range_sum.ts";
import type { NodeSums, OrderedIndex } from "./ordered_index.ts";

// The words of a node's sum.
const sumWord = 0;
const countWord = 4;
/** The generation in which the sum was made; any other: the sum is stale. */
const generationWord = 5;
const sumWords = 8;

/** Words of the first chunk: of 32 nodes. */
const firstWords = 256;

/** In place of a generation: the sum is to be made anew. */
const stale = 0;

/** So many entries are queued, or one per node. */
const queuedMin = 1024;

/** Mark of the entries that are queued to be summed up anew; the dirty sets use others. */
export const summedMark = 16;

/** What `RangeSums` asks of the entries. */
export interface SummedEntries {
  /** Hashes an entry. The hash is valid until the next one. */
  hash(n: number): Uint32Array;
  /** What hashing an entry costs, in bytes that are hashed. */
  cost(n: number): number;
  isQueued(n: number): boolean;
  setQueued(n: number, isQueued: boolean): void;
}

/**
 * The sums of the entries below each node of the ordered index, kept beside it and made late: a Put only
 * queues its entry, once, and the leaves of queued entries are summed up anew when a sum is asked for.
 * Keeping them with each Put would cost five times as much as the Put, measured on a million keys: each
 * has to find its leaf, and to hash what it overwrites.
 *
 * When more entries are queued than there are nodes, all sums are stale: making each anew then costs less
 * than finding the leaf of each. So a store that nobody asks for sums keeps none, and queues nothing.
 *
 * Invariant: when the sum of a node is stale, so are those of the nodes above it.
 */
export class RangeSums implements NodeSums {
  #index: OrderedIndex;
  #entries: SummedEntries;
  #sums: WordArena;
  /** Nodes whose sums have a place. */
  #nodes = 0;
  #generation = 1;
  /** Whether all sums are stale, so that nothing need be queued. */
  #areAllStale = true;
  /** Entries that have changed, and whose leaves do not know. */
  #queue: number[] = [];
  #hash = new RangeSum();
  #others = new RangeSum();
  /** Ranges follow one another, so that the bound asked for last is asked for once more; absent: something has changed. */
  #lastBound: Uint8Array | undefined;
  #lastBelow = new RangeSum();

  /** @param limits bound the memory @param memory is charged for it */
  constructor(
    index: OrderedIndex,
    entries: SummedEntries,
    limits: Limits,
    memory = new MemoryAccount(),
  ) {
    this.#index = index;
    this.#entries = entries;
    this.#sums = new WordArena({ firstWords }, limits, memory);
  }

  /** Memory that it takes. */
  get byteLength(): number {
    return this.#sums.byteLength + 8 * this.#queue.length;
  }

  // ---- what changes -------------------------------------------------------------------------

  /** The hash of an entry of the index has changed. */
  changed(n: number): void {
    if (this.#areAllStale || this.#entries.isQueued(n)) return;
    this.#entries.setQueued(n, true);
    this.#queue.push(n);
    if (this.#queue.length > Math.max(queuedMin, this.#nodes)) this.#forgetAll();
  }

  /** An entry is about to leave the index; its leaf is touched by whoever removes it. */
  removed(n: number): void {
    if (this.#entries.isQueued(n)) this.#settle();
  }

  touch(node: number): boolean {
    this.#lastBound = undefined;
    const place = sumPlace(node);
    if (place >= this.#nodes * sumWords) return false;
    const words = this.#sums.words[chunkOf(place)];
    const at = inChunk(place) + generationWord;
    const wasMade = words[at] === this.#generation;
    words[at] = stale;
    return wasMade;
  }

  /** Gives all memory back, because the index has given its nodes back. */
  clear(): void {
    this.#forgetAll();
    this.#sums.clear();
    this.#nodes = 0;
  }

  #forgetAll(): void {
    this.#lastBound = undefined;
    for (const n of this.#queue) this.#entries.setQueued(n, false);
    this.#queue.length = 0;
    this.#areAllStale = true;
    // A generation that comes round again could take old sums for new ones.
    if (++this.#generation < 0xffffffff) return;
    this.#generation = 1;
    for (const words of this.#sums.words) words.fill(0);
  }

  /** Touches the nodes above the entries that are queued. */
  #settle(): void {
    for (const n of this.#queue) {
      this.#entries.setQueued(n, false);
      this.#index.touchPathTo(n);
    }
    this.#queue.length = 0;
  }

  // ---- what is asked ------------------------------------------------------------------------

  /**
   * Makes stale sums, until about `bytesMax` bytes are hashed: for a turn of an actor.
   *
   * @returns whether none is stale any more.
   */
  make(bytesMax: number): boolean {
    this.#begin();
    const { root, height } = this.#index;
    return this.#isMade(root) || this.#make(root, height, { bytesLeft: bytesMax });
  }

  /** The sum of all entries. Makes what is stale. */
  total(into: RangeSum): void {
    this.#begin();
    into.clear();
    this.#add(this.#index.root, this.#index.height, into);
  }

  /** The sum of the entries whose keys are below the key `bytes`, which is not to change. Makes what is stale. */
  below(bytes: Uint8Array, into: RangeSum): void {
    this.#begin();
    if (bytes !== this.#lastBound) {
      this.#lastBound = undefined;
      this.#sumUpBelow(bytes, this.#lastBelow);
      this.#lastBound = bytes;
    }
    into.set(this.#lastBelow);
  }

  #sumUpBelow(bytes: Uint8Array, into: RangeSum): void {
    into.clear();
    const index = this.#index;
    index.seek(bytes);
    for (let level = 0; level < index.height; level++) {
      const node = index.pathNode(level);
      const height = index.height - level;
      this.#addFirst(node, height, index.pathTurn(level), index.childCount(node), (turn, sum) => {
        this.#add(index.childAt(node, turn), height - 1, sum);
      }, into);
    }
    const leaf = index.foundLeaf;
    this.#addFirst(leaf, 0, index.foundAt, index.entryCount(leaf), (at, sum) => {
      sum.add(1, this.#entries.hash(index.entryAt(leaf, at)));
    }, into);
  }

  /** Adds the first ones of what is below a node: these, or all but the others, whichever are fewer. */
  #addFirst(
    node: number,
    height: number,
    count: number,
    countOfAll: number,
    addOne: (i: number, sum: RangeSum) => void,
    into: RangeSum,
  ): void {
    if (2 * count <= countOfAll) {
      for (let i = 0; i < count; i++) addOne(i, into);
      return;
    }
    this.#add(node, height, into);
    const others = this.#others;
    others.clear();
    for (let i = count; i < countOfAll; i++) addOne(i, others);
    into.subtract(others);
  }

  /** The entry before which so many others stand; there must be more. Makes what is stale. */
  entryAt(rank: number): number {
    this.#begin();
    const index = this.#index;
    let node = index.root;
    for (let height = index.height; height > 0; height--) {
      let turn = 0;
      for (;; turn++) {
        const count = this.#countBelow(index.childAt(node, turn), height - 1);
        if (rank < count) break;
        rank -= count;
      }
      node = index.childAt(node, turn);
    }
    return index.entryAt(node, rank);
  }

  /** Makes the sums account for all changes. */
  #begin(): void {
    this.#areAllStale = false;
    this.#settle();
  }

  #countBelow(node: number, height: number): number {
    if (height === 0) return this.#index.entryCount(node);
    if (!this.#isMade(node)) this.#make(node, height, { bytesLeft: Infinity });
    const place = sumPlace(node);
    return this.#sums.words[chunkOf(place)][inChunk(place) + countWord];
  }

  /** Adds the sum of a node so many levels above the leaves. */
  #add(node: number, height: number, into: RangeSum): void {
    if (!this.#isMade(node)) this.#make(node, height, { bytesLeft: Infinity });
    const place = sumPlace(node);
    const words = this.#sums.words[chunkOf(place)];
    into.add(words[inChunk(place) + countWord], words, inChunk(place) + sumWord);
  }

  /** @returns whether the sum of the node is made. */
  #make(node: number, height: number, work: { bytesLeft: number }): boolean {
    if (work.bytesLeft <= 0) return false;
    const sum = new RangeSum();
    if (height === 0) {
      const count = this.#index.entryCount(node);
      for (let at = 0; at < count; at++) {
        const n = this.#index.entryAt(node, at);
        sum.add(1, this.#entries.hash(n));
        work.bytesLeft -= this.#entries.cost(n);
      }
    } else {
      const count = this.#index.childCount(node);
      for (let turn = 0; turn < count; turn++) {
        const child = this.#index.childAt(node, turn);
        if (!this.#isMade(child) && !this.#make(child, height - 1, work)) return false;
        this.#add(child, height - 1, sum);
      }
    }
    this.#set(node, sum);
    return true;
  }

  #isMade(node: number): boolean {
    const place = sumPlace(node);
    if (place >= this.#nodes * sumWords) return false;
    return this.#sums.words[chunkOf(place)][inChunk(place) + generationWord] === this.#generation;
  }

  #set(node: number, { count, words: sum }: RangeSum): void {
    const place = sumPlace(node);
    for (; this.#nodes * sumWords <= place; this.#nodes++) this.#sums.allocate(sumWords);
    const words = this.#sums.words[chunkOf(place)];
    words.set(sum, inChunk(place) + sumWord);
    words[inChunk(place) + countWord] = count;
    words[inChunk(place) + generationWord] = this.#generation;
  }

  /** Asserts that no sum that counts as made is wrong. For tests: O(n). @throws {Error} */
  assertInvariants(): void {
    this.#begin();
    this.#assertSums(this.#index.root, this.#index.height);
  }

  #assertSums(node: number, height: number): RangeSum {
    const sum = new RangeSum();
    let areAllMade = true;
    if (height === 0) {
      for (let at = 0; at < this.#index.entryCount(node); at++) {
        sum.add(1, this.#entries.hash(this.#index.entryAt(node, at)));
      }
    } else {
      for (let turn = 0; turn < this.#index.childCount(node); turn++) {
        const child = this.#index.childAt(node, turn);
        const { count, words } = this.#assertSums(child, height - 1);
        sum.add(count, words);
        areAllMade &&= this.#isMade(child);
      }
    }
    if (!this.#isMade(node)) return sum;
    assert(areAllMade, "a sum is stale when one below it is");
    this.#hash.clear();
    this.#add(node, height, this.#hash);
    assert(this.#hash.equals(sum), "a sum that was made is that of the entries");
    return sum;
  }
}

/** Where the sum of a node is. */
function sumPlace(node: number): number {
  return node / 64 * sumWords;
}
