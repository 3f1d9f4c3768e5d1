import { NumberQueue } from "../memory/number_queue.ts";
import type { Records } from "./records.ts";

/** Mark of the entries that stand in the queue. */
export const tombstoneMark = 32;

/**
 * Entries of a replica that have ceased to be shown, because they were deleted or have expired, in the order
 * in which they did: those that may be removed one day. One that is shown again stays in the queue until it
 * comes to its turn.
 */
export class TombstoneQueue {
  #records: Records;
  #queue = new NumberQueue();
  #size = 0;

  constructor(records: Records) {
    this.#records = records;
  }

  /** How many entries stand in the queue. */
  get size(): number {
    return this.#size;
  }

  /** Adds an entry at the end, unless it stands in the queue. */
  add(n: number): void {
    if (this.#records.isMarked(n, tombstoneMark)) return;
    this.#records.mark(n, tombstoneMark);
    this.#queue.push(n);
    this.#size++;
  }

  /**
   * Takes the first entry out; `undefined`: the queue is empty. It keeps its mark, and so its number, until
   * it is put back or released.
   */
  take(): number | undefined {
    const n = this.#queue.first;
    if (n === undefined) return undefined;
    this.#queue.shift();
    this.#size--;
    return n;
  }

  /** Puts an entry that was taken behind all others. */
  putBack(n: number): void {
    this.#queue.push(n);
    this.#size++;
  }

  /** Takes the mark from an entry that was taken: it is added again when it ceases to be shown again. */
  release(n: number): void {
    this.#records.unmark(n, tombstoneMark);
  }
}
