import type { MemoryAccount } from "../../rpc/mod.ts";
import { assert } from "../memory/assert.ts";

/** What a heap knows of its members, which are numbers. */
export interface HeapMembers {
  /** Whether `a` comes before `b`. */
  isBefore(a: number, b: number): boolean;
  /** Called with the index of a member whenever that changes, for `remove`. */
  moved(member: number, index: number): void;
}

const noMembers = new Uint32Array(0);

/** Room for so many members at first. */
const firstRoom = 16;

/**
 * Numbers, the first of which is found at once, and added and removed in O(log n): a binary heap. Its
 * room is made ahead (`reserve`), so that no other change needs memory.
 */
export class ExpiryHeap {
  #members: HeapMembers;
  #memory: MemoryAccount;
  #heap = noMembers;
  #size = 0;

  /** @param memory is charged for it */
  constructor(members: HeapMembers, memory: MemoryAccount) {
    this.#members = members;
    this.#memory = memory;
  }

  get size(): number {
    return this.#size;
  }

  /** Memory that it takes. */
  get byteLength(): number {
    return this.#heap.byteLength;
  }

  /** The first member, or `undefined`. */
  get first(): number | undefined {
    return this.#size === 0 ? undefined : this.#heap[0];
  }

  /** Makes room for so many members in all. */
  reserve(count: number): void {
    let room = Math.max(this.#heap.length, firstRoom);
    while (room < count) room *= 2;
    if (room > this.#heap.length) this.#resize(room);
  }

  /** Gives all memory back: it is empty, and has room for none. */
  release(): void {
    this.#memory.charge(-this.#heap.byteLength);
    this.#heap = noMembers;
    this.#size = 0;
  }

  /** Adds a member, for which there is room. */
  add(member: number): void {
    this.#rise(this.#size++, member);
  }

  /** Removes the member at an index. */
  remove(index: number): void {
    const last = this.#heap[--this.#size];
    if (index === this.#size) return;
    const isUp = index > 0 && this.#members.isBefore(last, this.#heap[(index - 1) >>> 1]);
    if (isUp) this.#rise(index, last);
    else this.#sink(index, last);
  }

  /** @param indexOf returns where a member was last told to be @throws {Error} when the order is broken. */
  assertInvariants(indexOf: (member: number) => number): void {
    for (let i = 0; i < this.#size; i++) {
      assert(indexOf(this.#heap[i]) === i, "a member knows its index");
      const isLess = i > 0 && this.#members.isBefore(this.#heap[i], this.#heap[(i - 1) >>> 1]);
      assert(!isLess, "no member comes before the one above it");
    }
  }

  /** Lets a member go up from an index that is free. */
  #rise(index: number, member: number): void {
    while (index > 0) {
      const above = (index - 1) >>> 1;
      if (!this.#members.isBefore(member, this.#heap[above])) break;
      this.#place(index, this.#heap[above]);
      index = above;
    }
    this.#place(index, member);
  }

  /** Lets a member go down from an index that is free. */
  #sink(index: number, member: number): void {
    while (true) {
      let below = 2 * index + 1;
      if (below >= this.#size) break;
      const isRight = below + 1 < this.#size &&
        this.#members.isBefore(this.#heap[below + 1], this.#heap[below]);
      if (isRight) below++;
      if (!this.#members.isBefore(this.#heap[below], member)) break;
      this.#place(index, this.#heap[below]);
      index = below;
    }
    this.#place(index, member);
  }

  #place(index: number, member: number): void {
    this.#heap[index] = member;
    this.#members.moved(member, index);
  }

  #resize(room: number): void {
    const heap = new Uint32Array(room);
    heap.set(this.#heap.subarray(0, this.#size));
    this.#memory.charge(heap.byteLength - this.#heap.byteLength);
    this.#heap = heap;
  }
}
