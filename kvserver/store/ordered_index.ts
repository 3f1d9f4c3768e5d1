import type { Limits } from "../../limits.ts";
import { isAllocationFailure, MemoryAccount } from "../../rpc/mod.ts";
import { assert } from "../memory/assert.ts";
import {
  innerEntriesMax,
  innerEntriesMin,
  leafEntriesMax,
  leafEntriesMin,
  noNode,
  OrderedNodes,
} from "./ordered_nodes.ts";
import { noEntry, type Records } from "./records.ts";

/** More levels than a tree of all possible entries has. */
const levelsMax = 16;

/** Keeps the sums of what is below nodes. */
export interface NodeSums {
  /** The entries below a node are other ones now. @returns whether its sum was right before. */
  touch(node: number): boolean;
  /** There are no entries any more, and no nodes. */
  clear(): void;
}

/**
 * Entries in the order of their keys' bytes: a B+ tree of entry numbers.
 *
 * Nodes hold no keys: keys are compared where they lie in the records. The entry that separates two
 * children is the least one in the second, also when others come and go, so none stays that was removed.
 * Inner nodes say how many counted entries each child has (those with a value that has not expired), so
 * that those below a prefix are counted in O(log n).
 */
export class OrderedIndex {
  #records: Records;
  #limits: Limits;
  #memory: MemoryAccount;
  #nodes: OrderedNodes;
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
  /** The entry that stands at the place found, to which the path leads; or `noEntry` when that is not known. */
  #pathOf = noEntry;
  /** Is told which nodes have other entries below them than before. */
  #sums: NodeSums | undefined;

  /** @param limits bound the memory @param memory is charged for it */
  constructor(records: Records, limits: Limits, memory = new MemoryAccount()) {
    this.#records = records;
    this.#limits = limits;
    this.#memory = memory;
    this.#nodes = new OrderedNodes(limits, memory);
    this.#root = this.#nodes.createLeaf(noNode);
  }

  /** Memory that it takes. */
  get byteLength(): number {
    return this.#nodes.byteLength;
  }

  /** The entry of the key `bytes[start..end)`, or `noEntry`. */
  find(bytes: Uint8Array, start: number, end: number): number {
    this.#seek(bytes, start, end, true);
    if (this.#at === 0) return noEntry;
    const n = this.#nodes.entry(this.#leaf, this.#at - 1);
    return this.#records.hasKey(n, bytes, start, end) ? n : noEntry;
  }

  /**
   * Visits, in order, the entries from the key `from` on, or only those behind `from`, until `visit`
   * returns `false`. `visit` must not add or remove entries.
   *
   * @returns whether there were no more.
   */
  walk(from: Uint8Array, isBehind: boolean, visit: (n: number) => boolean): boolean {
    this.#seek(from, 0, from.length, isBehind);
    let leaf = this.#leaf;
    let at = this.#at;
    while (true) {
      const words = this.#nodes.words(leaf);
      const start = this.#nodes.entriesStart(leaf);
      for (const count = this.#nodes.count(leaf); at < count; at++) {
        if (!visit(words[start + at])) return false;
      }
      leaf = this.#nodes.next(leaf);
      if (leaf === noNode) return true;
      at = 0;
    }
  }

  /**
   * Says that an entry is counted now (`by` is 1), or not any more (-1). Right after the entry was added
   * this costs no search.
   */
  count(n: number, by: 1 | -1): void {
    if (this.#pathOf !== n) this.#seekEntry(n);
    for (let level = 0; level < this.#height; level++) {
      this.#nodes.addToTally(this.#path[level], this.#turns[level], by);
    }
  }

  /** How many entries below the key `bytes` are counted. */
  countBelow(bytes: Uint8Array): number {
    this.#seek(bytes, 0, bytes.length, false);
    let count = this.#countedIn(this.#leaf, 0, this.#at);
    for (let level = 0; level < this.#height; level++) {
      count += this.#nodes.sumOfTallies(this.#path[level], this.#turns[level]);
    }
    return count;
  }

  /** The counted entry that has `rank` of these before it: one below the number of all of them. */
  entryOfRank(rank: number): number {
    let node = this.#root;
    for (let level = 0; level < this.#height; level++) {
      let turn = 0;
      for (; rank >= this.#nodes.tally(node, turn); turn++) rank -= this.#nodes.tally(node, turn);
      node = this.#nodes.child(node, turn);
    }
    for (let at = 0;; at++) {
      const n = this.#nodes.entry(node, at);
      if (this.#records.isCounted(n) && rank-- === 0) return n;
    }
  }

  /** Asserts that the tree is one, and that its tallies are right. For tests: O(n). @throws {Error} */
  assertInvariants(): void {
    const leaves: number[] = [];
    const inner: number[] = [];
    this.#assertNode(this.#root, this.#height, leaves, inner);
    for (const [i, leaf] of leaves.entries()) {
      assert(this.#nodes.next(leaf) === (leaves[i + 1] ?? noNode), "a leaf knows the next one");
    }
    this.#nodes.assertInvariants(leaves, inner);
  }

  /** Makes sure that there is memory to take in one more entry. @throws as `WordArena.reserve` does. */
  reserve(): void {
    // A leaf that is split may split all nodes above it, and the root.
    this.#nodes.reserve(this.#height + 1);
  }

  /**
   * Whether the key `bytes[start..end)` belongs right behind the entry added last, and so is not in the index. A
   * state arrives in the order of the keys, and to compare with two neighbours takes a fifth of a search.
   */
  isNext(bytes: Uint8Array, start: number, end: number): boolean {
    const last = this.#pathOf;
    if (last === noEntry || this.#records.compareKey(last, bytes, start, end) >= 0) return false;
    const next = this.#behindFound();
    return next === noEntry || this.#records.compareKey(next, bytes, start, end) > 0;
  }

  /** Adds an entry whose key is not in the index. @param isNext what `isNext` has just said of the key */
  add(n: number, isNext = this.#isNext(n)): void {
    if (isNext) this.#at++;
    else this.#seekEntry(n);
    this.#touchPath();
    const leaf = this.#leaf;
    const count = this.#nodes.count(leaf);
    if (count < leafEntriesMax) {
      this.#nodes.insertEntry(leaf, this.#at, n);
      this.#pathOf = n;
      return;
    }
    // Keys that come in order fill the leaves; others split them in halves.
    const isLast = this.#nodes.next(leaf) === noNode && this.#at === count;
    this.#splitLeaf(isLast ? 0 : count / 2, n);
  }

  /** Removes an entry that is in the index, and is not counted. */
  remove(n: number): void {
    this.#seekEntry(n);
    this.#touchPath();
    this.#pathOf = noEntry;
    const leaf = this.#leaf;
    this.#nodes.removeEntry(leaf, this.#at - 1);
    const wasLeast = this.#at === 1;
    if (this.#height === 0) {
      if (this.#nodes.count(leaf) === 0) this.#beginAnew();
      return;
    }
    const level = this.#height - 1;
    const isFew = this.#nodes.count(leaf) < leafEntriesMin;
    const isMerged = isFew && this.#balance(level);
    // A leaf that was balanced with the one before it is separated from that already, or is no more.
    if (wasLeast && !(isFew && this.#turns[level] > 0)) {
      this.#separate(this.#nodes.entry(leaf, 0));
    }
    if (isMerged) this.#shrink(level);
  }

  // ---- sums ---------------------------------------------------------------------------------

  /** From now on says which nodes have other entries below them than before. */
  sumUpIn(sums: NodeSums): void {
    this.#sums = sums;
  }

  get root(): number {
    return this.#root;
  }

  /** Levels of inner nodes above the leaves. */
  get height(): number {
    return this.#height;
  }

  /** Children of an inner node. */
  childCount(node: number): number {
    return this.#nodes.count(node) + 1;
  }

  childAt(node: number, turn: number): number {
    return this.#nodes.child(node, turn);
  }

  /** Entries of a node. */
  entryCount(node: number): number {
    return this.#nodes.count(node);
  }

  entryAt(node: number, at: number): number {
    return this.#nodes.entry(node, at);
  }

  /** Finds the place of the first entry that is not below the key: `path...` and `found...` tell it. */
  seek(key: Uint8Array): void {
    this.#seek(key, 0, key.length, false);
  }

  /** The inner node on the path, so many levels below the root. */
  pathNode(level: number): number {
    return this.#path[level];
  }

  /** How many children of that node stand before the one that the path leads to. */
  pathTurn(level: number): number {
    return this.#turns[level];
  }

  /** The leaf that the path leads to. */
  get foundLeaf(): number {
    return this.#leaf;
  }

  /** How many entries of that leaf stand before the place that was found. */
  get foundAt(): number {
    return this.#at;
  }

  /** Says that the sums of the nodes above an entry are not right any more. */
  touchPathTo(n: number): void {
    this.#seekEntry(n);
    this.#touchPath();
  }

  /** Stops where a sum was stale, because those above it were too. */
  #touchPath(): void {
    if (this.#sums?.touch(this.#leaf) !== true) return;
    for (let level = this.#height - 1; level >= 0; level--) {
      if (!this.#sums.touch(this.#path[level])) return;
    }
  }

  /** Nodes that are new, in whatever place, or that have other entries now; those above them are touched. */
  #touch(...nodes: number[]): void {
    for (const node of nodes) this.#sums?.touch(node);
  }

  // ---- searching ----------------------------------------------------------------------------

  #isNext(n: number): boolean {
    const start = this.#records.keyStart(n);
    return this.isNext(this.#records.bytesAt(n), start, start + this.#records.keyLength(n));
  }

  /** The entry behind the place found, or `noEntry`. */
  #behindFound(): number {
    const at = this.#at + 1;
    if (at < this.#nodes.count(this.#leaf)) return this.#nodes.entry(this.#leaf, at);
    const leaf = this.#nodes.next(this.#leaf);
    return leaf === noNode ? noEntry : this.#nodes.entry(leaf, 0);
  }

  /** Finds an entry, or where it is to be: the place behind it. */
  #seekEntry(n: number): void {
    const start = this.#records.keyStart(n);
    this.#seek(this.#records.bytesAt(n), start, start + this.#records.keyLength(n), true);
  }

  /** Finds the place of the first entry that is not below the key, or that is above it. */
  #seek(bytes: Uint8Array, start: number, end: number, isAbove: boolean): void {
    this.#matchBelow = this.#matchAbove = 0;
    this.#pathOf = noEntry;
    let node = this.#root;
    for (let level = 0; level < this.#height; level++) {
      const turn = this.#search(node, bytes, start, end, true);
      this.#path[level] = node;
      this.#turns[level] = turn;
      node = this.#nodes.child(node, turn);
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
    const words = this.#nodes.words(node);
    const first = this.#nodes.entriesStart(node);
    let low = 0;
    let high = words[first - 1];
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

  // ---- counting -----------------------------------------------------------------------------

  /** How many of the entries of a leaf from place `from` up to place `to` are counted. */
  #countedIn(leaf: number, from: number, to: number): number {
    const words = this.#nodes.words(leaf);
    const first = this.#nodes.entriesStart(leaf);
    let count = 0;
    for (let at = first + from; at < first + to; at++) {
      if (this.#records.isCounted(words[at])) count++;
    }
    return count;
  }

  /** How many entries are counted in the leaf that was found; -1 when no node above it says so. */
  #tallyOfLeaf(): number {
    if (this.#height === 0) return -1;
    return this.#nodes.tally(this.#path[this.#height - 1], this.#turns[this.#height - 1]);
  }

  /** How many entries are counted in a node so many levels above the leaves. */
  #countedBelow(node: number, height: number): number {
    const count = this.#nodes.count(node);
    return height === 0
      ? this.#countedIn(node, 0, count)
      : this.#nodes.sumOfTallies(node, count + 1);
  }

  /**
   * @param leaves collects the leaves below the node, in order
   * @param inner collects the inner nodes
   * @returns the least entry in a node.
   */
  #assertNode(node: number, height: number, leaves: number[], inner: number[]): number {
    const count = this.#nodes.count(node);
    if (height === 0) {
      leaves.push(node);
      return this.#nodes.entry(node, 0);
    }
    inner.push(node);
    assert(count > 0, "an inner node has two children at least");
    let least = noEntry;
    for (let turn = 0; turn <= count; turn++) {
      const child = this.#nodes.child(node, turn);
      const leastInChild = this.#assertNode(child, height - 1, leaves, inner);
      const counted = this.#countedBelow(child, height - 1);
      assert(
        counted === this.#nodes.tally(node, turn),
        "a tally is how many entries in a child are counted",
      );
      if (turn === 0) least = leastInChild;
      else {
        const separator = this.#nodes.entry(node, turn - 1);
        assert(separator === leastInChild, "the least entry in a child stands in front of it");
      }
    }
    return least;
  }

  // ---- growing ------------------------------------------------------------------------------

  /** Splits the leaf that was found in two, the right one with `moved` entries, and inserts `n`. */
  #splitLeaf(moved: number, n: number): void {
    const left = this.#leaf;
    const isFull = this.#tallyOfLeaf() === leafEntriesMax;
    const right = this.#nodes.createLeaf(this.#nodes.next(left));
    this.#touch(right);
    this.#nodes.setNext(left, right);
    this.#nodes.moveEntriesRight(left, right, moved);
    const kept = leafEntriesMax - moved;
    const isLeft = this.#at < kept || (this.#at === kept && moved > 0);
    if (isLeft) this.#nodes.insertEntry(left, this.#at, n);
    else this.#nodes.insertEntry(right, this.#at - kept, n);
    // Where all entries are counted, as is usual, no record is read. The new one is not in the tally.
    const counted = isFull ? moved : this.#countedBelow(right, 0);
    const level = this.#height - 1;
    const hasRoom = level >= 0 && this.#hasRoom(this.#path[level]);
    this.#addChild(level, this.#nodes.entry(right, 0), right, counted);
    if (!hasRoom) {
      this.#pathOf = noEntry;
      return;
    }
    // Only the leaf was split, so the path leads to the entry still, or to the leaf beside it.
    if (!isLeft) {
      this.#turns[level]++;
      this.#leaf = right;
      this.#at -= kept;
    }
    this.#pathOf = n;
  }

  /**
   * Adds a child, split off the one on the path, to the node of the path at `level`, with its least entry
   * and how many of its entries are counted.
   */
  #addChild(level: number, least: number, child: number, counted: number): void {
    if (level < 0) return this.#addRoot(least, child, counted);
    const node = this.#path[level];
    const turn = this.#turns[level];
    if (this.#hasRoom(node)) return this.#insertChild(node, turn, least, child, counted);
    // The right node begins with the last child; the other half goes to it from there.
    const last = this.#nodes.count(node);
    const right = this.#nodes.createInner(
      this.#nodes.child(node, last),
      this.#nodes.tally(node, last),
    );
    this.#touch(right);
    const leastInLast = this.#nodes.entry(node, last - 1);
    this.#nodes.removeChild(node, last);
    const up = this.#nodes.moveChildrenRight(node, right, leastInLast, innerEntriesMax >>> 1);
    const kept = this.#nodes.count(node);
    if (turn <= kept) this.#insertChild(node, turn, least, child, counted);
    else this.#insertChild(right, turn - kept - 1, least, child, counted);
    this.#addChild(level - 1, up, right, this.#countedBelow(right, this.#height - level));
  }

  /** Whether an inner node can take in one more child. */
  #hasRoom(node: number): boolean {
    return this.#nodes.count(node) < innerEntriesMax;
  }

  /** Inserts a child that was split off the child `turn`. */
  #insertChild(node: number, turn: number, least: number, child: number, counted: number): void {
    this.#nodes.addToTally(node, turn, -counted);
    this.#nodes.insertChild(node, turn, least, child, counted);
  }

  #addRoot(least: number, child: number, counted: number): void {
    const root = this.#nodes.createInner(this.#root, this.#countedBelow(this.#root, this.#height));
    this.#touch(root);
    this.#nodes.insertChild(root, 0, least, child, counted);
    this.#root = root;
    this.#height++;
  }

  // ---- shrinking ----------------------------------------------------------------------------

  /** Gives back what the nodes took, because there are no entries. */
  #beginAnew(): void {
    try {
      const nodes = new OrderedNodes(this.#limits, this.#memory);
      this.#root = nodes.createLeaf(noNode);
      this.#nodes.clear();
      this.#nodes = nodes;
      this.#sums?.clear();
    } catch (error) {
      // Without memory for one small leaf, the large one stays.
      if (!isAllocationFailure(error)) throw error;
    }
  }

  /** Makes `least` what separates the child on the path from the one before it, at the lowest level that has one. */
  #separate(least: number): void {
    for (let level = this.#height - 1; level >= 0; level--) {
      const turn = this.#turns[level];
      if (turn > 0) return this.#nodes.setEntry(this.#path[level], turn - 1, least);
    }
  }

  /**
   * Merges the child on the path at `level`, which has few entries, with one beside it, or has the two share
   * what they have.
   *
   * @returns whether it merged them.
   */
  #balance(level: number): boolean {
    const parent = this.#path[level];
    const turn = Math.max(1, this.#turns[level]);
    const left = this.#nodes.child(parent, turn - 1);
    const right = this.#nodes.child(parent, turn);
    this.#touch(left, right);
    const height = this.#height - level - 1;
    const counted = this.#nodes.tally(parent, turn - 1) + this.#nodes.tally(parent, turn);
    const isMerged = height === 0
      ? this.#balanceLeaves(parent, turn, left, right)
      : this.#balanceInner(parent, turn, left, right);
    const ofLeft = isMerged ? counted : this.#countedBelow(left, height);
    this.#nodes.setTally(parent, turn - 1, ofLeft);
    if (isMerged) this.#nodes.removeChild(parent, turn);
    else this.#nodes.setTally(parent, turn, counted - ofLeft);
    return isMerged;
  }

  /** As `#balance`, of two leaves. The right one is freed when they are merged. */
  #balanceLeaves(parent: number, turn: number, left: number, right: number): boolean {
    const inLeft = this.#nodes.count(left);
    const inRight = this.#nodes.count(right);
    if (inLeft + inRight <= leafEntriesMax) {
      this.#nodes.moveEntriesLeft(left, right, inRight);
      this.#nodes.setNext(left, this.#nodes.next(right));
      this.#nodes.freeLeaf(right);
      return true;
    }
    const excess = inLeft - ((inLeft + inRight) >>> 1);
    if (excess > 0) this.#nodes.moveEntriesRight(left, right, excess);
    else this.#nodes.moveEntriesLeft(left, right, -excess);
    this.#nodes.setEntry(parent, turn - 1, this.#nodes.entry(right, 0));
    return false;
  }

  /** As `#balance`, of two inner nodes. The right one is freed when they are merged. */
  #balanceInner(parent: number, turn: number, left: number, right: number): boolean {
    const least = this.#nodes.entry(parent, turn - 1);
    const inLeft = this.#nodes.count(left);
    const inRight = this.#nodes.count(right);
    if (inLeft + inRight < innerEntriesMax) {
      this.#nodes.mergeInner(left, right, least);
      this.#nodes.freeInner(right);
      return true;
    }
    const excess = inLeft - ((inLeft + inRight) >>> 1);
    const up = excess > 0
      ? this.#nodes.moveChildrenRight(left, right, least, excess)
      : this.#nodes.moveChildrenLeft(left, right, least, -excess);
    this.#nodes.setEntry(parent, turn - 1, up);
    return false;
  }

  /** Balances the inner nodes of the path, from the one at `level` on, which has lost a child. */
  #shrink(level: number): void {
    const node = this.#path[level];
    if (level > 0) {
      const isFew = this.#nodes.count(node) < innerEntriesMin;
      if (isFew && this.#balance(level - 1)) this.#shrink(level - 1);
      return;
    }
    if (this.#nodes.count(node) > 0) return;
    this.#root = this.#nodes.child(node, 0);
    this.#nodes.freeInner(node);
    this.#height--;
  }
}
