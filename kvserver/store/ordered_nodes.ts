import type { Limits } from "../../limits.ts";
import type { MemoryAccount } from "../../rpc/mod.ts";
import { chunkOf, inChunk, WordArena } from "../memory/word_arena.ts";

// The words of a node. The first one is below 2^31, as an arena wants it.
const leafWords = 64;
/** How many entries the node has. */
const countWord = 0;
const entriesWord = 1;
/** Of a leaf: the next leaf, or `noNode`. */
const nextWord = 63;
/** Of an inner node: its children, one more than it has entries. */
const childrenWord = 32;
/** Of an inner node, behind what a leaf has: for each child, how many entries in it are counted. */
const talliesWord = leafWords;
/** A power of two, as a leaf's words are, because the two fill a chunk then. */
const innerWords = 2 * leafWords;

/** In place of a node: there is none. */
export const noNode = 0xffffffff;

/** Entries of a leaf at most. */
export const leafEntriesMax = nextWord - entriesWord;

/** Entries of a leaf at least after one was removed, unless it is the only one. */
export const leafEntriesMin = 20;

/** Entries of an inner node at most. */
export const innerEntriesMax = childrenWord - entriesWord;

/** Entries of an inner node at least after it lost a child, unless it is the root. */
export const innerEntriesMin = 10;

/**
 * The nodes of a B+ tree of entry numbers, as words: where what is, and how it moves.
 *
 * A leaf has entries and the next leaf. An inner node has entries and children: child 0 in front of entry
 * 0, child `i + 1` behind entry `i`, which is the least in that child. With each child goes a tally: how
 * many of the entries in it are counted.
 */
export class OrderedNodes {
  /** The chunks of the arena that the nodes are in, for those who search. */
  readonly chunks: readonly Uint32Array[];
  #arena: WordArena;

  /** @param limits bound the memory @param memory is charged for it */
  constructor(limits: Limits, memory: MemoryAccount) {
    this.#arena = new WordArena({ firstWords: leafWords }, limits, memory);
    this.chunks = this.#arena.words;
  }

  /** Memory that they take. */
  get byteLength(): number {
    return this.#arena.byteLength;
  }

  /** Gives all memory back. */
  clear(): void {
    this.#arena.clear();
  }

  /** Makes sure that there is memory for one leaf and some inner nodes. @throws as `WordArena.reserve` does. */
  reserve(inner: number): void {
    this.#arena.reserve(leafWords + innerWords * inner);
  }

  /** Makes a leaf without entries. */
  createLeaf(next: number): number {
    const leaf = this.#arena.allocate(leafWords);
    this.setNext(leaf, next);
    return leaf;
  }

  /** Makes an inner node with one child, and no entry. */
  createInner(child: number, tally: number): number {
    const node = this.#arena.allocate(innerWords);
    const words = this.words(node);
    words[inChunk(node) + childrenWord] = child;
    words[inChunk(node) + talliesWord] = tally;
    return node;
  }

  freeLeaf(leaf: number): void {
    this.#arena.free(leaf, leafWords);
  }

  freeInner(node: number): void {
    this.#arena.free(node, innerWords);
  }

  /** @param leaves all of them @param inner all inner nodes @throws {Error} when room is kept for others. */
  assertInvariants(leaves: readonly number[], inner: readonly number[]): void {
    const runs = new Map<number, number>();
    for (const leaf of leaves) runs.set(leaf, leafWords);
    for (const node of inner) runs.set(node, innerWords);
    this.#arena.assertInvariants(runs);
  }

  // ---- reading ------------------------------------------------------------------------------

  /** The words that hold the node, and others. */
  words(node: number): Uint32Array {
    return this.chunks[chunkOf(node)];
  }

  /** Index in `words(node)` of its first entry. The word in front of that says how many there are. */
  entriesStart(node: number): number {
    return inChunk(node) + entriesWord;
  }

  /** How many entries the node has. */
  count(node: number): number {
    return this.words(node)[inChunk(node) + countWord];
  }

  entry(node: number, at: number): number {
    return this.words(node)[inChunk(node) + entriesWord + at];
  }

  setEntry(node: number, at: number, n: number): void {
    this.words(node)[inChunk(node) + entriesWord + at] = n;
  }

  /** The leaf behind a leaf, or `noNode`. */
  next(leaf: number): number {
    return this.words(leaf)[inChunk(leaf) + nextWord];
  }

  setNext(leaf: number, next: number): void {
    this.words(leaf)[inChunk(leaf) + nextWord] = next;
  }

  child(node: number, turn: number): number {
    return this.words(node)[inChunk(node) + childrenWord + turn];
  }

  /** How many entries in a child are counted. */
  tally(node: number, turn: number): number {
    return this.words(node)[inChunk(node) + talliesWord + turn];
  }

  setTally(node: number, turn: number, count: number): void {
    this.words(node)[inChunk(node) + talliesWord + turn] = count;
  }

  addToTally(node: number, turn: number, by: number): void {
    this.words(node)[inChunk(node) + talliesWord + turn] += by;
  }

  /** How many entries in the first `children` children are counted. */
  sumOfTallies(node: number, children: number): number {
    const words = this.words(node);
    const first = inChunk(node) + talliesWord;
    let sum = 0;
    for (let at = first; at < first + children; at++) sum += words[at];
    return sum;
  }

  // ---- entries of leaves --------------------------------------------------------------------

  insertEntry(leaf: number, at: number, n: number): void {
    const count = this.count(leaf);
    const words = this.words(leaf);
    insert(words, inChunk(leaf) + entriesWord, at, n, count);
    words[inChunk(leaf) + countWord] = count + 1;
  }

  removeEntry(leaf: number, at: number): void {
    const count = this.count(leaf);
    const words = this.words(leaf);
    remove(words, inChunk(leaf) + entriesWord, at, count);
    words[inChunk(leaf) + countWord] = count - 1;
  }

  /** Moves the last `count` entries of a leaf to the front of the next one. */
  moveEntriesRight(left: number, right: number, count: number): void {
    const kept = this.count(left) - count;
    const held = this.count(right);
    const to = this.words(right);
    const start = inChunk(right) + entriesWord;
    shift(to, start, held, count);
    copy(this.words(left), inChunk(left) + entriesWord + kept, to, start, count);
    this.#setCounts(left, kept, right, held + count);
  }

  /** Moves the first `count` entries of a leaf to the end of the one before it. */
  moveEntriesLeft(left: number, right: number, count: number): void {
    const held = this.count(left);
    const kept = this.count(right) - count;
    const from = this.words(right);
    const start = inChunk(right) + entriesWord;
    copy(from, start, this.words(left), inChunk(left) + entriesWord + held, count);
    shift(from, start + count, kept, -count);
    this.#setCounts(left, held + count, right, kept);
  }

  // ---- children of inner nodes --------------------------------------------------------------

  /** Inserts a child behind the child `turn`, with its least entry and its tally. */
  insertChild(node: number, turn: number, least: number, child: number, tally: number): void {
    const count = this.count(node);
    const words = this.words(node);
    const start = inChunk(node);
    insert(words, start + entriesWord, turn, least, count);
    insert(words, start + childrenWord, turn + 1, child, count + 1);
    insert(words, start + talliesWord, turn + 1, tally, count + 1);
    words[start + countWord] = count + 1;
  }

  /** Removes a child that is not the first, and its least entry. */
  removeChild(node: number, turn: number): void {
    const count = this.count(node);
    const words = this.words(node);
    const start = inChunk(node);
    remove(words, start + entriesWord, turn - 1, count);
    remove(words, start + childrenWord, turn, count + 1);
    remove(words, start + talliesWord, turn, count + 1);
    words[start + countWord] = count - 1;
  }

  /**
   * Moves the last `count` children of a node, not all of them, to the front of the node behind it.
   *
   * @param least the least entry in the node behind it
   * @returns the least entry in that node now.
   */
  moveChildrenRight(left: number, right: number, least: number, count: number): number {
    const kept = this.count(left) - count;
    const held = this.count(right);
    const from = this.words(left);
    const to = this.words(right);
    const at = inChunk(left);
    const start = inChunk(right);
    const up = from[at + entriesWord + kept];
    shift(to, start + entriesWord, held, count);
    copy(from, at + entriesWord + kept + 1, to, start + entriesWord, count - 1);
    to[start + entriesWord + count - 1] = least;
    for (const word of [childrenWord, talliesWord]) {
      shift(to, start + word, held + 1, count);
      copy(from, at + word + kept + 1, to, start + word, count);
    }
    this.#setCounts(left, kept, right, held + count);
    return up;
  }

  /**
   * Moves the first `count` children of a node, not all of them, to the end of the node before it.
   *
   * @param least the least entry in the node
   * @returns the least entry in it now.
   */
  moveChildrenLeft(left: number, right: number, least: number, count: number): number {
    const kept = this.count(right) - count;
    const words = this.words(right);
    const start = inChunk(right);
    const up = words[start + entriesWord + count - 1];
    this.#append(left, right, least, count);
    shift(words, start + entriesWord + count, kept, -count);
    for (const word of [childrenWord, talliesWord]) {
      shift(words, start + word + count, kept + 1, -count);
    }
    this.#setCounts(left, this.count(left), right, kept);
    return up;
  }

  /** Moves all children of a node, whose least entry is `least`, to the end of the node before it. */
  mergeInner(left: number, right: number, least: number): void {
    this.#append(left, right, least, this.count(right) + 1);
  }

  /** Copies the first `count` children of a node to the end of the one before it. */
  #append(left: number, right: number, least: number, count: number): void {
    const held = this.count(left);
    const from = this.words(right);
    const to = this.words(left);
    const at = inChunk(right);
    const start = inChunk(left);
    to[start + entriesWord + held] = least;
    copy(from, at + entriesWord, to, start + entriesWord + held + 1, count - 1);
    for (const word of [childrenWord, talliesWord]) {
      copy(from, at + word, to, start + word + held + 1, count);
    }
    to[start + countWord] = held + count;
  }

  #setCounts(left: number, ofLeft: number, right: number, ofRight: number): void {
    this.words(left)[inChunk(left) + countWord] = ofLeft;
    this.words(right)[inChunk(right) + countWord] = ofRight;
  }
}

// Loops rather than calls into the runtime, which take longer for so few words.

/** Inserts a word at place `at` of `count` words from `first` on. */
function insert(words: Uint32Array, first: number, at: number, word: number, count: number): void {
  for (let i = first + count; i > first + at; i--) words[i] = words[i - 1];
  words[first + at] = word;
}

/** Removes the word at place `at` of `count` words from `first` on. */
function remove(words: Uint32Array, first: number, at: number, count: number): void {
  for (let i = first + at; i < first + count - 1; i++) words[i] = words[i + 1];
}

/** Shifts `count` words from `first` on, by so many places. */
function shift(words: Uint32Array, first: number, count: number, by: number): void {
  if (by < 0) { for (let i = first; i < first + count; i++) words[i + by] = words[i]; }
  else for (let i = first + count - 1; i >= first; i--) words[i + by] = words[i];
}

function copy(from: Uint32Array, at: number, to: Uint32Array, start: number, count: number): void {
  for (let i = 0; i < count; i++) to[start + i] = from[at + i];
}
