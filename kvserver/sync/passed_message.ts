import { EntryReader } from "../entry_reader.ts";
import type { EntryPool } from "./entry_pool.ts";
import type { LeavingEntries } from "./leaving_entries.ts";

/**
 * The entries of a message that go on to others. Mostly they leave as they came; for whoever is owed
 * something else as well they are looked into, once for all, and are in the pool from then on.
 *
 * It counts those who hold it, whoever made it included.
 */
export class PassedMessage implements LeavingEntries {
  /** The entries as they came. */
  readonly bytes: Uint8Array;
  /** How many they are. */
  readonly size: number;
  #pool: EntryPool;
  #reader: EntryReader;
  #numbers: number[] | undefined;
  #holders = 1;

  /**
   * @param bytes must not change any more
   * @throws {TypeError | MsgpackError} when they do not begin as entries do.
   */
  constructor(pool: EntryPool, bytes: Uint8Array) {
    this.#pool = pool;
    this.#reader = new EntryReader(bytes);
    this.bytes = bytes;
    this.size = this.#reader.size;
  }

  /** Whether it is most of the memory that is kept with it: messages share chunks. */
  get isWorthKeeping(): boolean {
    return this.bytes.length > this.bytes.buffer.byteLength / 4;
  }

  /** The entries in the pool, where they are for as long as somebody holds the message. */
  get numbers(): readonly number[] {
    if (this.#numbers === undefined) {
      this.#numbers = [];
      while (this.#reader.next()) this.#numbers.push(this.#pool.add(this.#reader));
    }
    return this.#numbers;
  }

  encode(): Uint8Array {
    return this.bytes;
  }

  isSame(other: LeavingEntries): boolean {
    return other === this;
  }

  /** Counts one more holder. */
  hold(): void {
    this.#holders++;
  }

  /** Counts one holder less. */
  release(): void {
    if (--this.#holders > 0 || this.#numbers === undefined) return;
    this.#pool.releaseAll(this.#numbers);
    this.#numbers = undefined;
  }
}
