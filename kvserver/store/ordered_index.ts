import type { Limits } from "../../limits.ts";
import { MemoryAccount } from "../../rpc/mod.ts";
import { noEntry, type Records } from "./records.ts";
import { assert } from "../memory/assert.ts";
import { chunkOf, inChunk, WordArena } from "../memory/word_arena.ts";

// The words of a node.
const nodeWords = 64;
/** Number of entries in the node. */
const countWord = 0;
/** Of a leaf: the next leaf, or 0. */
const nextWord = 1;
/** Of an inner node: the child in front of its first entry. */
const firstChildWord = 1;
const entriesWord = 2;
const leafEntriesMax = nodeWords - entriesWord;
/** Of an inner node: the child behind each of its entries, which is the least entry in that child. */
const childrenWord = 33;
const innerEntriesMax = childrenWord - entriesWord;
/** Of an inner node, behind what a leaf has: for each child, how many entries in it have a value. */
const talliesWord = nodeWords;
/** A power of two, as a leaf's words are, because the arena reserves only such. */
const innerWords = 2 * nodeWords;

/** More levels than a tree of all possible entries has. */
const levelsMax = 16;

/**
 * Entries in the order of their keys' bytes: a B+ tree of entry numbers.
 *
 * Nodes hold no keys: keys are compared where they lie in the records. Any entry may separate two nodes
 * for ever, because entries are never removed. Node 0 is the first leaf. Inner nodes say how many entries
 * with a value each child has, so that those below a prefix are counted in O(log n).
 */
export class OrderedIndex {
  #records: Records;
  #nodes: WordArena;
  #root: number;
  /** Levels of inner nodes above the leaves. */
  #height = 0;
  /** The inner nodes on the path to a leaf, from the root, and the place in each where the path goes on. */
  #path = new Uint32Array(levelsMax);
  #turns = new Uint32Array(levelsMax);
  /** The result of a search: a leaf, and the place of an entry in it, or its end. */
  #leaf = 0;
  #at = 0;
  /** How many bytes the searched key has in common with the entries below and above it. */
  #matchBelow = 0;
  #matchAbove = 0;
  /** The entry to which the path leads, if it is known to; or `noEntry`. */
  #pathOf = noEntry;

  /** @param limits bound the memory @param memory is charged for it */
  constructor(records: Records, limits: Limits, memory = new MemoryAccount()) {
    this.#records = records;
    this.#nodes = new WordArena(nodeWords, limits, memory);
    this.#root = this.#nodes.allocate(nodeWords);
  }

  /** Memory that it takes. */
  get byteLength(): number {
    return this.#nodes.byteLength;
  }

  /** The entry of the key `bytes[start..end)`, or `noEntry`. */
  find(bytes: Uint8Array, start: number, end: number): number {
    this.#seek(bytes, start, end, true);
    if (this.#at === 0) return noEntry;
    const n = this.#node(this.#leaf)[inChunk(this.#leaf) + entriesWord + this.#at - 1];
    return this.#records.hasKey(n, bytes, start, end) ? n : noEntry;
  }

  /**
   * Visits, in order, the entries from the key `from` on, or only those behind `from`, until `visit`
   * returns `false`. `visit` must not add entries.
   *
   * @returns whether there were no more.
   */
  walk(from: Uint8Array, isBehind: boolean, visit: (n: number) => boolean): boolean {
    this.#seek(from, 0, from.length, isBehind);
    let leaf = this.#leaf;
    let at = this.#at;
    while (true) {
      const words = this.#node(leaf);
      const start = inChunk(leaf);
      for (const count = words[start + countWord]; at < count; at++) {
        if (!visit(words[start + entriesWord + at])) return false;
      }
      leaf = words[start + nextWord];
      if (leaf === 0) return true;
      at = 0;
    }
  }

  /**
   * Says that an entry has a value now (`by` is 1), or has none any more (-1). Right after the entry was
   * added this costs no search.
   */
  count(n: number, by: 1 | -1): void {
    if (this.#pathOf !== n) {
      const start = this.#records.keyStart(n);
      this.#seek(this.#records.bytesAt(n), start, start + this.#records.keyLength(n), true);
    }
    for (let level = 0; level < this.#height; level++) {
      const node = this.#path[level];
      this.#node(node)[inChunk(node) + talliesWord + this.#turns[level]] += by;
    }
  }

  /** How many entries below the key `bytes` have a value. */
  countBelow(bytes: Uint8Array): number {
    this.#seek(bytes, 0, bytes.length, false);
    let count = this.#valuesIn(this.#leaf, 0, this.#at);
    for (let level = 0; level < this.#height; level++) {
      count += this.#tally(this.#path[level], this.#turns[level]);
    }
    return count;
  }

  /** The counted entry that has `rank` of these before it: one below the number of all of them. */
  entryOfRank(rank: number): number {
    let node = this.#root;
    for (let level = 0; level < this.#height; level++) {
      const words = this.#node(node);
      const start = inChunk(node);
      let turn = 0;
      for (; rank >= words[start + talliesWord + turn]; turn++) {
        rank -= words[start + talliesWord + turn];
      }
      node = words[start + (turn === 0 ? firstChildWord : childrenWord + turn - 1)];
    }
    const words = this.#node(node);
    for (let at = inChunk(node) + entriesWord;; at++) {
      if (this.#records.isCounted(words[at]) && rank-- === 0) return words[at];
    }
  }

  /** Asserts that the tallies are right. For tests: O(n). @throws {Error} */
  assertInvariants(): void {
    this.#assertTallies(this.#root, this.#height);
  }

  /** Makes sure that there is memory to take in one more entry. @throws as `WordArena.reserve` does. */
  reserve(): void {
    // A leaf that is split may split all nodes above it, and the root.
    this.#nodes.reserve(nodeWords + innerWords * (this.#height + 1));
  }

  /** Adds an entry whose key is not in the index. */
  add(n: number): void {
    const start = this.#records.keyStart(n);
    this.#seek(this.#records.bytesAt(n), start, start + this.#records.keyLength(n), true);
    const leaf = this.#leaf;
    const words = this.#node(leaf);
    const count = words[inChunk(leaf) + countWord];
    if (count < leafEntriesMax) {
      this.#insert(leaf, entriesWord, this.#at, n, count);
      this.#pathOf = n;
      return;
    }
    // Keys that come in order fill the leaves; others split them in halves.
    const isLast = words[inChunk(leaf) + nextWord] === 0 && this.#at === count;
    this.#splitLeaf(isLast ? count : count / 2, n);
  }

  // ---- searching ----------------------------------------------------------------------------

  /** Finds the place of the first entry that is not below the key, or that is above it. */
  #seek(bytes: Uint8Array, start: number, end: number, isAbove: boolean): void {
    this.#matchBelow = this.#matchAbove = 0;
    this.#pathOf = noEntry;
    let node = this.#root;
    for (let level = 0; level < this.#height; level++) {
      const turn = this.#search(node, bytes, start, end, true);
      this.#path[level] = node;
      this.#turns[level] = turn;
      const words = this.#node(node);
      node = words[inChunk(node) + (turn === 0 ? firstChildWord : childrenWord + turn - 1)];
    }
    this.#leaf = node;
    this.#at = this.#search(node, bytes, start, end, isAbove);
  }

  /** How many of the node's entries are below the key, or equal to it if `countsEqual`. */
  #search(
    node: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    countsEqual: boolean,
  ): number {
    const words = this.#node(node);
    const first = inChunk(node) + entriesWord;
    let low = 0;
    let high = words[inChunk(node) + countWord];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const n = words[first + middle];
      const key = this.#records.bytesAt(n);
      const keyStart = this.#records.keyStart(n);
      const keyLength = this.#records.keyLength(n);
      // An entry begins with the bytes that the entries on both sides have in common with the key.
      let match = Math.min(this.#matchBelow, this.#matchAbove);
      const common = Math.min(keyLength, end - start);
      while (match < common && key[keyStart + match] === bytes[start + match]) match++;
      const difference = match < common
        ? key[keyStart + match] - bytes[start + match]
        : keyLength - (end - start);
      if (difference < 0 || (countsEqual && difference === 0)) {
        low = middle + 1;
        this.#matchBelow = match;
      } else {
        high = middle;
        this.#matchAbove = match;
      }
    }
    return low;
  }

  #node(node: number): Uint32Array {
    return this.#nodes.words[chunkOf(node)];
  }

  // ---- counting -----------------------------------------------------------------------------

  /** How many of the entries of a leaf from place `from` up to place `to` have a value. */
  #valuesIn(leaf: number, from: number, to: number): number {
    const words = this.#node(leaf);
    const first = inChunk(leaf) + entriesWord;
    let count = 0;
    for (let at = first + from; at < first + to; at++) {
      if (this.#records.isCounted(words[at])) count++;
    }
    return count;
  }

  /** How many entries have a value in the leaf that was found; -1 when no node above it says so. */
  #tallyOfLeaf(): number {
    if (this.#height === 0) return -1;
    const node = this.#path[this.#height - 1];
    return this.#node(node)[inChunk(node) + talliesWord + this.#turns[this.#height - 1]];
  }

  /** How many entries have a value in the first `children` children of an inner node. */
  #tally(node: number, children: number): number {
    const words = this.#node(node);
    const first = inChunk(node) + talliesWord;
    let count = 0;
    for (let at = first; at < first + children; at++) count += words[at];
    return count;
  }

  /** How many entries have a value in a node so many levels above the leaves. */
  #valuesBelow(node: number, height: number): number {
    const count = this.#node(node)[inChunk(node) + countWord];
    return height === 0 ? this.#valuesIn(node, 0, count) : this.#tally(node, count + 1);
  }

  /** @returns how many entries have a value in a node, counted anew. */
  #assertTallies(node: number, height: number): number {
    if (height === 0) return this.#valuesBelow(node, 0);
    const words = this.#node(node);
    const start = inChunk(node);
    let sum = 0;
    for (let turn = 0; turn <= words[start + countWord]; turn++) {
      const child = words[start + (turn === 0 ? firstChildWord : childrenWord + turn - 1)];
      const count = this.#assertTallies(child, height - 1);
      assert(count === words[start + talliesWord + turn], "a tally counts the values in a child");
      sum += count;
    }
    return sum;
  }

  // ---- growing ------------------------------------------------------------------------------

  /** Puts `n` at place `at` of the run of the node that begins with the word `run`. */
  #insert(node: number, run: number, at: number, n: number, count: number): void {
    const words = this.#node(node);
    const first = inChunk(node) + run;
    for (let i = first + count; i > first + at; i--) words[i] = words[i - 1];
    words[first + at] = n;
    if (run === entriesWord) words[inChunk(node) + countWord] = count + 1;
  }

  /** Splits the leaf that was found in two, the left one with `kept` entries, and inserts `n`. */
  #splitLeaf(kept: number, n: number): void {
    const left = this.#leaf;
    const at = this.#at;
    const isFull = this.#tallyOfLeaf() === leafEntriesMax;
    const right = this.#nodes.allocate(nodeWords);
    const from = this.#node(left);
    const to = this.#node(right);
    const moved = leafEntriesMax - kept;
    for (let i = 0; i < moved; i++) {
      to[inChunk(right) + entriesWord + i] = from[inChunk(left) + entriesWord + kept + i];
    }
    to[inChunk(right) + countWord] = moved;
    from[inChunk(left) + countWord] = kept;
    to[inChunk(right) + nextWord] = from[inChunk(left) + nextWord];
    from[inChunk(left) + nextWord] = right;
    const isLeft = at < kept || (at === kept && moved > 0);
    if (isLeft) this.#insert(left, entriesWord, at, n, kept);
    else this.#insert(right, entriesWord, at - kept, n, moved);
    // Where all entries have a value, as is usual, no record is read. The new one is not in the tally.
    const values = isFull ? moved : this.#valuesBelow(right, 0);
    const level = this.#height - 1;
    const hasRoom = level >= 0 && this.#hasRoom(this.#path[level]);
    this.#addChild(level, to[inChunk(right) + entriesWord], right, values);
    if (!hasRoom) return;
    // Only the leaf was split, so the path leads to the entry still, or to the leaf beside it.
    if (!isLeft) this.#turns[level]++;
    this.#pathOf = n;
  }

  /**
   * Adds a child, split off the one on the path, to the node of the path at `level`, with its least entry
   * and how many of its entries have a value.
   */
  #addChild(level: number, least: number, child: number, values: number): void {
    if (level < 0) return this.#addRoot(least, child, values);
    const node = this.#path[level];
    const turn = this.#turns[level];
    const count = this.#node(node)[inChunk(node) + countWord];
    if (this.#hasRoom(node)) return this.#insertChild(node, turn, least, child, count, values);
    const right = this.#nodes.allocate(innerWords);
    const from = this.#node(node);
    const to = this.#node(right);
    // The entry in the middle goes up, the child behind it becomes the first of the right node.
    const kept = innerEntriesMax >>> 1;
    const moved = innerEntriesMax - kept - 1;
    const up = from[inChunk(node) + entriesWord + kept];
    to[inChunk(right) + firstChildWord] = from[inChunk(node) + childrenWord + kept];
    for (let i = 0; i <= moved; i++) {
      to[inChunk(right) + talliesWord + i] = from[inChunk(node) + talliesWord + kept + 1 + i];
    }
    for (let i = 0; i < moved; i++) {
      to[inChunk(right) + entriesWord + i] = from[inChunk(node) + entriesWord + kept + 1 + i];
      to[inChunk(right) + childrenWord + i] = from[inChunk(node) + childrenWord + kept + 1 + i];
    }
    from[inChunk(node) + countWord] = kept;
    to[inChunk(right) + countWord] = moved;
    if (turn <= kept) this.#insertChild(node, turn, least, child, kept, values);
    else this.#insertChild(right, turn - kept - 1, least, child, moved, values);
    this.#addChild(level - 1, up, right, this.#valuesBelow(right, this.#height - level));
  }

  /** Whether an inner node can take in one more child. */
  #hasRoom(node: number): boolean {
    return this.#node(node)[inChunk(node) + countWord] < innerEntriesMax;
  }

  #insertChild(
    node: number,
    turn: number,
    least: number,
    child: number,
    count: number,
    values: number,
  ): void {
    this.#node(node)[inChunk(node) + talliesWord + turn] -= values;
    this.#insert(node, talliesWord, turn + 1, values, count + 1);
    this.#insert(node, childrenWord, turn, child, count);
    this.#insert(node, entriesWord, turn, least, count);
  }

  #addRoot(least: number, child: number, values: number): void {
    const root = this.#nodes.allocate(innerWords);
    const words = this.#node(root);
    words[inChunk(root) + countWord] = 1;
    words[inChunk(root) + firstChildWord] = this.#root;
    words[inChunk(root) + entriesWord] = least;
    words[inChunk(root) + childrenWord] = child;
    words[inChunk(root) + talliesWord] = this.#valuesBelow(this.#root, this.#height);
    words[inChunk(root) + talliesWord + 1] = values;
    this.#root = root;
    this.#height++;
  }
}
