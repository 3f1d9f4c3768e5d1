import { Charge, MemoryAccount } from "../../rpc/mod.ts";
import { assert } from "./assert.ts";

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
  #free: number[] = [];
  /** The number that was used last, because entries come in runs of one uid. 0 at first. */
  #last = 0;
  #charge: Charge;

  /** @param memory is charged for it */
  constructor(memory = new MemoryAccount()) {
    this.#charge = new Charge(memory);
  }

  /** Counts one more entry of `uid`. @returns its number. */
  use(uid: string): number {
    if (this.#uids[this.#last] !== uid) this.#last = this.#numbers.get(uid) ?? this.#add(uid);
    this.#uses[this.#last]++;
    return this.#last;
  }

  /** Counts one entry less of the uid with this number. */
  release(number: number): void {
    if (--this.#uses[number] > 0) return;
    const uid = this.#uids[number]!;
    this.#charge.add(-bytesPerUid - uid.length);
    this.#numbers.delete(uid);
    this.#uids[number] = undefined;
    this.#free.push(number);
  }

  /** The uid of a number that is in use. */
  uid(number: number): string {
    return this.#uids[number]!;
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
