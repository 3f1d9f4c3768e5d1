import type { Limits } from "../../limits.ts";
import { MemoryAccount } from "../../rpc/mod.ts";
import { noEntry, type Records } from "./records.ts";
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

/** More levels than a tree of all possible entries has. */
const levelsMax = 16;

/**
 * Entries in the order of their keys' bytes: a B+ tree of entry numbers.
 *
 * Nodes hold no keys: keys are compared where they lie in the records. Any entry may separate two nodes
 * for ever, because entries are never removed. Node 0 is the first leaf.
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

  /** Makes sure that there is memory to take in one more entry. @throws as `WordArena.reserve` does. */
  reserve(): void {
    // A leaf that is split may split all nodes above it, and the root.
    this.#nodes.reserve(nodeWords * (this.#height + 2));
  }

  /** Adds an entry whose key is not in the index. */
  add(n: number): void {
    const start = this.#records.keyStart(n);
    this.#seek(this.#records.bytesAt(n), start, start + this.#records.keyLength(n), true);
    const leaf = this.#leaf;
    const words = this.#node(leaf);
    const count = words[inChunk(leaf) + countWord];
    if (count < leafEntriesMax) return this.#insert(leaf, entriesWord, this.#at, n, count);
    // Keys that come in order fill the leaves; others split them in halves.
    const isLast = words[inChunk(leaf) + nextWord] === 0 && this.#at === count;
    this.#splitLeaf(isLast ? count : count / 2, n);
  }

  // ---- searching ----------------------------------------------------------------------------

  /** Finds the place of the first entry that is not below the key, or that is above it. */
  #seek(bytes: Uint8Array, start: number, end: number, isAbove: boolean): void {
    this.#matchBelow = this.#matchAbove = 0;
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
    if (at < kept || (at === kept && moved > 0)) this.#insert(left, entriesWord, at, n, kept);
    else this.#insert(right, entriesWord, at - kept, n, moved);
    this.#addChild(this.#height - 1, to[inChunk(right) + entriesWord], right);
  }

  /** Adds a child and its least entry to the node of the path at `level`. */
  #addChild(level: number, least: number, child: number): void {
    if (level < 0) return this.#addRoot(least, child);
    const node = this.#path[level];
    const turn = this.#turns[level];
    const count = this.#node(node)[inChunk(node) + countWord];
    if (count < innerEntriesMax) return this.#insertChild(node, turn, least, child, count);
    const right = this.#nodes.allocate(nodeWords);
    const from = this.#node(node);
    const to = this.#node(right);
    // The entry in the middle goes up, the child behind it becomes the first of the right node.
    const kept = innerEntriesMax >>> 1;
    const moved = innerEntriesMax - kept - 1;
    const up = from[inChunk(node) + entriesWord + kept];
    to[inChunk(right) + firstChildWord] = from[inChunk(node) + childrenWord + kept];
    for (let i = 0; i < moved; i++) {
      to[inChunk(right) + entriesWord + i] = from[inChunk(node) + entriesWord + kept + 1 + i];
      to[inChunk(right) + childrenWord + i] = from[inChunk(node) + childrenWord + kept + 1 + i];
    }
    from[inChunk(node) + countWord] = kept;
    to[inChunk(right) + countWord] = moved;
    if (turn <= kept) this.#insertChild(node, turn, least, child, kept);
    else this.#insertChild(right, turn - kept - 1, least, child, moved);
    this.#addChild(level - 1, up, right);
  }

  #insertChild(node: number, turn: number, least: number, child: number, count: number): void {
    this.#insert(node, childrenWord, turn, child, count);
    this.#insert(node, entriesWord, turn, least, count);
  }

  #addRoot(least: number, child: number): void {
    const root = this.#nodes.allocate(nodeWords);
    const words = this.#node(root);
    words[inChunk(root) + countWord] = 1;
    words[inChunk(root) + firstChildWord] = this.#root;
    words[inChunk(root) + entriesWord] = least;
    words[inChunk(root) + childrenWord] = child;
    this.#root = root;
    this.#height++;
  }
}
