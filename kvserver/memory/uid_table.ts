import { assert } from "./assert.ts";

/**
 * Numbers for the uids that entries bear. A uid is forgotten with its last entry, so that there are
 * never more than there are entries, however often servers restart.
 */
export class UidTable {
  /** By number; none has the number 0. */
  #uids: (string | undefined)[] = [undefined];
  /** How many entries bear each. */
  #uses = [0];
  #numbers = new Map<string, number>();
  #free: number[] = [];
  /** The one that was used last: entries come in runs of one uid. 0 when it is forgotten. */
  #last = 0;

  /** Counts one more entry of `uid`. @returns its number. */
  use(uid: string): number {
    if (this.#uids[this.#last] !== uid) this.#last = this.#numbers.get(uid) ?? this.#add(uid);
    this.#uses[this.#last]++;
    return this.#last;
  }

  /** Counts one entry less. */
  release(number: number): void {
    if (--this.#uses[number] > 0) return;
    this.#numbers.delete(this.#uids[number]!);
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
    return number;
  }
}
