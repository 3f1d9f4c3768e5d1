import { EntryReader } from "../entry/entry_reader.ts";
import type { EntryPool } from "./entry_pool.ts";
import type { OutgoingBatch } from "./outgoing_batch.ts";

/**
 * The entries of a received message, on their way to others. A receiver with an empty outbox is sent
 * the bytes as they came. For any other receiver the entries are decoded, once, and stay in the pool
 * for as long as the batch is held.
 *
 * The batch counts its holders. The caller of the constructor is the first.
 */
export class ForwardedBatch implements OutgoingBatch {
  /** The entries as they came. */
  readonly bytes: Uint8Array;
  readonly size: number;
  #pool: EntryPool;
  #reader: EntryReader;
  /** Absent until the entries are decoded. */
  #numbers: number[] | undefined;
  #latest: number | undefined;
  #holders = 1;

  /**
   * @param bytes must not change any more
   * @throws {TypeError | MsgpackError} when `bytes` do not begin as entries do.
   */
  constructor(pool: EntryPool, bytes: Uint8Array) {
    this.#pool = pool;
    this.#reader = new EntryReader(bytes);
    this.bytes = bytes;
    this.size = this.#reader.size;
    pool.charge(bytes.length);
  }

  /**
   * Whether the bytes make up most of the memory that holding them keeps alive. Small messages share
   * a chunk of memory, so a small one would keep the others alive.
   */
  get isWorthKeeping(): boolean {
    return this.bytes.length > this.bytes.buffer.byteLength / 4;
  }

  /** The uids that the entries bear. */
  get uids(): readonly string[] {
    return this.#reader.uids;
  }

  /** The latest timestamp in it; reads the entries on first use. */
  get latest(): number {
    if (this.#latest === undefined) {
      this.#latest = 0;
      for (const entry = new EntryReader(this.bytes); entry.next();) {
        this.#latest = Math.max(this.#latest, entry.timestamp);
      }
    }
    return this.#latest;
  }

  /** The entry numbers in the pool; decodes the entries on first use. */
  get numbers(): readonly number[] {
    if (this.#numbers === undefined) {
      this.#numbers = [];
      while (this.#reader.next()) this.#numbers.push(this.#pool.add(this.#reader));
    }
    return this.#numbers;
  }

  get pooled(): readonly number[] {
    return this.#numbers ?? [];
  }

  encode(): Uint8Array {
    return this.bytes;
  }

  isSame(other: OutgoingBatch): boolean {
    return other === this;
  }

  /** Counts one more holder. */
  hold(): void {
    this.#holders++;
  }

  /** Counts one holder less. The last one frees the entries in the pool. */
  release(): void {
    if (--this.#holders > 0) return;
    this.#pool.charge(-this.bytes.length);
    if (this.#numbers === undefined) return;
    this.#pool.releaseAll(this.#numbers);
    this.#numbers = undefined;
  }
}
