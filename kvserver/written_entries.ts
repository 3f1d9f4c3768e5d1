import { EntryBatch } from "./entry_batch.ts";
import { NumberQueue } from "./number_queue.ts";
import type { Store } from "./store/mod.ts";

/** The two of a store's marks that a list of its entries uses. */
export interface EntryMarks {
  /** It is owed. */
  owed: number;
  /** It stands in the queue. */
  queued: number;
}

/** Of what is owed to the sync actor. */
export const syncMarks: EntryMarks = { owed: 1, queued: 2 };

/** Of what is owed to the disk. */
export const diskMarks: EntryMarks = { owed: 4, queued: 8 };

/**
 * The entries of a replica that somebody is owed, each once and as it is when it leaves: so an entry
 * that is put again and again before that travels once, and neither overtakes the others nor falls
 * behind.
 */
export class WrittenEntries {
  #store: Store;
  #owed: number;
  #queued: number;
  #size = 0;
  /** Numbers of entries, in the order in which they came to be owed; some are so no longer. */
  #queue = new NumberQueue();

  /** @param marks its own: no other list of the store's entries uses them */
  constructor(store: Store, { owed, queued }: EntryMarks = syncMarks) {
    this.#store = store;
    this.#owed = owed;
    this.#queued = queued;
  }

  /** How many are owed. */
  get size(): number {
    return this.#size;
  }

  /** Owes an entry. */
  add(n: number): void {
    if (this.#store.isMarked(n, this.#owed)) return;
    if (!this.#store.isMarked(n, this.#queued)) this.#queue.push(n);
    this.#store.mark(n, this.#owed | this.#queued);
    this.#size++;
  }

  /** Owes an entry no longer. */
  forget(n: number): void {
    if (!this.#store.isMarked(n, this.#owed)) return;
    this.#store.unmark(n, this.#owed);
    this.#size--;
  }

  /** Takes out, oldest first, as many as a message may hold: at least one, if there is one. */
  take(bytesMax: number): EntryBatch {
    const batch = new EntryBatch(this.#store, bytesMax);
    for (let n = this.#queue.first; n !== undefined; n = this.#queue.first) {
      if (this.#store.isMarked(n, this.#owed) && !batch.add(n)) break;
      this.forget(n);
      this.#store.unmark(n, this.#queued);
      this.#queue.shift();
    }
    return batch;
  }
}
