import { EntryBatch } from "../entry/entry_batch.ts";
import { NumberQueue } from "../memory/number_queue.ts";
import { Claims } from "../versions/claims.ts";
import type { Store } from "./store.ts";
import { assert } from "../memory/assert.ts";

/** The two marks of a store that one dirty set uses. */
export interface DirtyMarks {
  /** The entry is in the set. */
  dirty: number;
  /** The entry stands in the queue, in the set or not. */
  queued: number;
}

/** Marks of the entries that the sync actor has not been sent. */
export const syncMarks: DirtyMarks = { dirty: 1, queued: 2 };

/** Marks of the entries that the journal has not been sent. */
export const diskMarks: DirtyMarks = { dirty: 4, queued: 8 };

/**
 * The entries of a replica that one receiver has not been sent since their last write.
 *
 * Each entry is in the set once, and leaves as it is when it leaves: an entry that is written again and
 * again travels once. An entry keeps its place in the queue when it is written again, so that it neither
 * overtakes the others nor falls behind.
 */
export class DirtySet {
  /** What may be claimed to the receiver once the entries have left that are in the set now. */
  readonly claims = new Claims();
  #store: Store;
  #dirty: number;
  #queued: number;
  #size = 0;
  /** Entry numbers in the order in which they became dirty; some have been removed since. */
  #queue = new NumberQueue();

  /** @param marks of this set alone: no other set over the same store uses them */
  constructor(store: Store, { dirty, queued }: DirtyMarks = syncMarks) {
    this.#store = store;
    this.#dirty = dirty;
    this.#queued = queued;
  }

  /** Number of entries in the set. */
  get size(): number {
    return this.#size;
  }

  /** Adds an entry, unless it is in the set. */
  add(n: number): void {
    if (this.#store.isMarked(n, this.#dirty)) return;
    if (!this.#store.isMarked(n, this.#queued)) {
      this.#queue.push(n);
      this.claims.pushed();
    }
    this.#store.mark(n, this.#dirty | this.#queued);
    this.#size++;
  }

  /** Removes an entry, if it is in the set. */
  remove(n: number): void {
    if (!this.#store.isMarked(n, this.#dirty)) return;
    this.#store.unmark(n, this.#dirty);
    this.#size--;
    // Claims, and whoever removes entries, wait for places, also for those that nothing is left of.
    while (this.#size === 0 && this.#queue.first !== undefined) this.#shift(this.#queue.first);
  }

  #shift(n: number): void {
    this.#store.unmark(n, this.#queued);
    this.#queue.shift();
    this.claims.left();
  }

  /** Moves entries, oldest first, to a batch until that is full: at least one, if there is one. */
  drain(bytesMax: number): EntryBatch {
    const batch = new EntryBatch(this.#store, bytesMax);
    for (let n = this.#queue.first; n !== undefined; n = this.#queue.first) {
      if (this.#store.isMarked(n, this.#dirty)) {
        if (!batch.add(n)) break;
        this.#store.unmark(n, this.#dirty);
        this.#size--;
      }
      this.#shift(n);
    }
    return batch;
  }

  /** Asserts that queue, marks and size agree. @throws {Error} when they do not. */
  assertInvariants(): void {
    const queued = this.assertQueueInvariants();
    this.#store.walk(undefined, (n) => {
      const isMarked = this.#store.isMarked(n, this.#dirty | this.#queued);
      assert(!isMarked || queued.has(n), "a marked entry stands in the queue");
      return true;
    });
  }

  /**
   * Asserts what can be seen without a walk over the store.
   *
   * @returns the entries in the queue.
   * @throws {Error} when an invariant does not hold.
   */
  assertQueueInvariants(): ReadonlySet<number> {
    const queued = new Set<number>();
    let size = 0;
    for (const n of this.#queue) {
      assert(!queued.has(n), "an entry stands in the queue once");
      assert(this.#store.isMarked(n, this.#queued), "an entry in the queue is marked so");
      if (this.#store.isMarked(n, this.#dirty)) size++;
      queued.add(n);
    }
    assert(size === this.#size, "the size is the number of dirty entries in the queue");
    return queued;
  }
}
