import { EntryBatch } from "../entry_batch.ts";
import type { EntryPool } from "./entry_pool.ts";

/** Entries that leave with a message, and are kept until they have left for good. */
export interface LeavingEntries {
  /** How many they are. */
  readonly size: number;
  /** Them in the pool. */
  readonly numbers: readonly number[];
  /** Them as bytes. */
  encode(): Uint8Array;
  /** Whether others are the same. */
  isSame(other: LeavingEntries): boolean;
  /** To be called when nobody needs them any more. */
  release(): void;
}

/** Entries of a pool, which it holds until they are released. */
export class PooledBatch extends EntryBatch implements LeavingEntries {
  #pool: EntryPool;

  /** As an `EntryBatch`. Whoever adds an entry hands over its use. */
  constructor(pool: EntryPool, bytesMax: number) {
    super(pool, bytesMax);
    this.#pool = pool;
  }

  isSame(other: LeavingEntries): boolean {
    if (!(other instanceof PooledBatch) || other.size !== this.size) return false;
    for (let i = 0; i < this.size; i++) if (this.numbers[i] !== other.numbers[i]) return false;
    return true;
  }

  release(): void {
    this.#pool.releaseAll(this.numbers);
  }
}
