import { Charge, type Charged, MemoryAccount } from "../../rpc/mod.ts";
import { assert } from "./assert.ts";
import type { WideHash } from "./wide_hash.ts";

const encoder = new TextEncoder();

/** What a uid is charged for, beside its characters. */
const bytesPerUid = 128;

/**
 * Numbers for the uids that entries bear. A uid is removed with its last entry, so that the table has
 * no more uids than there are entries, however often servers restart.
 */
export class UidTable {
  /** Uids by number; no uid has the number 0. */
  #uids: (string | undefined)[] = [undefined];
  /** By number: how many entries bear the uid. */
  #uses = [0];
  #numbers = new Map<string, number>();
  /** By number: the hash of the uid, once it was asked for. */
  #hashes: (Uint32Array | undefined)[] = [];
  #free: number[] = [];
  /** The number that was used last, because entries come in runs of one uid. 0 at first. */
  #last = 0;
  #charge: Charge;

  /** @param memory is charged for it */
  constructor(memory: Charged = new MemoryAccount()) {
    this.#charge = new Charge(memory);
  }

  /** The number of `uid`; 0 when no entry bears it. */
  numberOf(uid: string): number {
    return this.#uids[this.#last] === uid ? this.#last : this.#numbers.get(uid) ?? 0;
  }

  /** Counts one more entry of `uid`. @returns its number. */
  use(uid: string): number {
    if (this.#uids[this.#last] !== uid) this.#last = this.#numbers.get(uid) ?? this.#add(uid);
    this.#uses[this.#last]++;
    return this.#last;
  }

  /**
   * Counts an entry with the uid of this number as one of `uid` instead.
   *
   * @returns the number of `uid`: most entries are written again by the one who wrote them before.
   */
  replace(number: number, uid: string): number {
    if (this.#uids[number] === uid) return number;
    const other = this.use(uid);
    this.release(number);
    return other;
  }

  /** Counts one entry less of the uid with this number. */
  release(number: number): void {
    if (--this.#uses[number] > 0) return;
    const uid = this.#uids[number]!;
    this.#charge.add(-bytesPerUid - uid.length);
    this.#numbers.delete(uid);
    this.#uids[number] = undefined;
    this.#hashes[number] = undefined;
    this.#free.push(number);
  }

  /** The uid of a number that is in use. */
  uid(number: number): string {
    return this.#uids[number]!;
  }

  /** The hash of the uid of a number that is in use: numbers differ from replica to replica. */
  hashOf(number: number, hash: WideHash): Uint32Array {
    let words = this.#hashes[number];
    if (words === undefined) {
      const bytes = encoder.encode(this.uid(number));
      hash.begin();
      hash.block(bytes.length, 0, 0, 0);
      hash.bytes(bytes, 0, bytes.length);
      hash.end();
      this.#hashes[number] = words = hash.words.slice();
    }
    return words;
  }

  /**
   * Asserts that the table counts the uids of all entries and knows no other.
   *
   * @param uses how many entries bear each number
   * @throws {Error} when it does not.
   */
  assertInvariants(uses: ReadonlyMap<number, number>): void {
    assert(this.#numbers.size === uses.size, "a uid is in the table while an entry bears it");
    for (const [number, count] of uses) {
      assert(this.#uses[number] === count, "a uid counts the entries that bear it");
      assert(this.#numbers.get(this.#uids[number]!) === number, "a number is of its uid");
    }
  }

  #add(uid: string): number {
    const number = this.#free.pop() ?? this.#uids.length;
    this.#uids[number] = uid;
    this.#uses[number] = 0;
    this.#numbers.set(uid, number);
    this.#charge.add(bytesPerUid + uid.length);
    return number;
  }
}
