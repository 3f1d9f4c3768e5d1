import { EntryBatch } from "../entry/entry_batch.ts";
import type { EntryPool } from "./entry_pool.ts";

/** The entries of one message that leaves; kept until they cannot be lost any more. */
export interface OutgoingBatch {
  /** Number of entries. */
  readonly size: number;
  /** The numbers of the entries in the pool. */
  readonly numbers: readonly number[];
  /** Encodes the entries for the wire. */
  encode(): Uint8Array;
  /** Whether `other` encodes to the same bytes. */
  isSame(other: OutgoingBatch): boolean;
  /** Ends the caller's hold on the batch. */
  release(): void;
  /** The numbers of the entries that the batch keeps in the pool now. */
  readonly pooled: readonly number[];
}

/** A batch of entries of a pool, which keeps them there until it is released. */
export class PooledBatch extends EntryBatch implements OutgoingBatch {
  #pool: EntryPool;
  /** How many entries the pool had freed when the batch was encoded. */
  #freed = 0;

  /** Makes an empty batch. The caller of `add` hands its use of the entry over to the batch. */
  constructor(pool: EntryPool, bytesMax: number) {
    super(pool, bytesMax);
    this.#pool = pool;
  }

  get pooled(): readonly number[] {
    return this.numbers;
  }

  override encode(): Uint8Array<ArrayBuffer> {
    this.#freed = this.#pool.freed;
    return super.encode();
  }

  isSame(other: OutgoingBatch): boolean {
    // What this one held may be gone by now, and its numbers be those of other entries.
    if (this.#freed !== this.#pool.freed) return false;
    if (!(other instanceof PooledBatch) || other.size !== this.size) return false;
    for (let i = 0; i < this.size; i++) if (this.numbers[i] !== other.numbers[i]) return false;
    return true;
  }

  release(): void {
    this.#pool.releaseAll(this.numbers);
  }
}
