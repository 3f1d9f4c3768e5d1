import { EntryBatch } from "./entry_batch.ts";
import type { Store } from "./store/mod.ts";

// Marks of entries in the store.
/** It is owed. */
const owed = 1;
/** It stands in the queue. */
const queued = 2;

/**
 * The entries of a replica that somebody is owed, each once and as it is when it leaves: so an entry
 * that is put again and again before that travels once, and neither overtakes the others nor falls
 * behind.
 */
export class WrittenEntries {
  #store: Store;
  #size = 0;
  /** Numbers of entries, in the order in which they came to be owed; some are so no longer. */
  #leaving: number[] = [];
  /** How many of these have left. */
  #left = 0;
  /** Those behind them. */
  #arriving: number[] = [];

  /** The marks 1 and 2 of the store's entries are its own. */
  constructor(store: Store) {
    this.#store = store;
  }

  /** How many are owed. */
  get size(): number {
    return this.#size;
  }

  /** Owes an entry. */
  add(n: number): void {
    if (this.#store.isMarked(n, owed)) return;
    if (!this.#store.isMarked(n, queued)) this.#arriving.push(n);
    this.#store.mark(n, owed | queued);
    this.#size++;
  }

  /** Owes an entry no longer. */
  forget(n: number): void {
    if (!this.#store.isMarked(n, owed)) return;
    this.#store.unmark(n, owed);
    this.#size--;
  }

  /** Takes out, oldest first, as many as a message may hold: at least one, if there is one. */
  take(bytesMax: number): EntryBatch {
    const batch = new EntryBatch(this.#store, bytesMax);
    for (let n = this.#first(); n !== undefined; n = this.#first()) {
      if (this.#store.isMarked(n, owed) && !batch.add(n)) break;
      this.forget(n);
      this.#store.unmark(n, queued);
      this.#left++;
    }
    return batch;
  }

  #first(): number | undefined {
    if (this.#left === this.#leaving.length) {
      this.#leaving = this.#arriving;
      this.#arriving = [];
      this.#left = 0;
    }
    return this.#leaving[this.#left];
  }
}
