import { assert } from "../memory/assert.ts";

/** Put requests of one connection, Deletes among them. */
export interface PutRequests {
  /** Counter of the connection's inbox. */
  readonly inbox: number;
  readonly msgids: readonly number[];
  /** What each is answered: nil, or whether the key that was deleted was shown. */
  readonly results: readonly (boolean | null)[];
}

/**
 * Puts that are acknowledged once their entries are on disk, in the order in which they were accepted.
 * The Puts added since the last commit belong to the next one.
 */
export class PendingAcks {
  #puts: PutRequests[] = [];
  /** The commits under way, and where in `#puts` the Puts of each end. */
  #commits: { number: number; end: number }[] = [];
  #size = 0;

  /** Number of Puts that are not acknowledged. */
  get size(): number {
    return this.#size;
  }

  /** Adds Puts to those of the next commit. */
  add(puts: PutRequests): void {
    this.#puts.push(puts);
    this.#size += puts.msgids.length;
  }

  /** Assigns the Puts that were added since the last commit to the commit of this number. */
  assignTo(number: number): void {
    this.#commits.push({ number, end: this.#puts.length });
  }

  /** Removes and returns the Puts of all commits up to this number. */
  release(number: number): PutRequests[] {
    let end = 0;
    while (this.#commits.length > 0 && this.#commits[0].number <= number) {
      end = this.#commits.shift()!.end;
    }
    for (const commit of this.#commits) commit.end -= end;
    return this.#remove(end);
  }

  /** Removes and returns all Puts. */
  releaseAll(): PutRequests[] {
    this.#commits = [];
    return this.#remove(this.#puts.length);
  }

  /** @throws {Error} when an invariant does not hold. */
  assertInvariants(): void {
    const size = this.#puts.reduce((sum, { msgids }) => sum + msgids.length, 0);
    assert(size === this.#size, "the size is the number of Puts that are not acknowledged");
    let [number, end] = [0, 0];
    for (const commit of this.#commits) {
      assert(commit.number > number, "commits are in the order of their numbers");
      assert(commit.end >= end && commit.end <= this.#puts.length, "each Put is in one commit");
      ({ number, end } = commit);
    }
  }

  #remove(count: number): PutRequests[] {
    const removed = this.#puts.splice(0, count);
    for (const { msgids } of removed) this.#size -= msgids.length;
    return removed;
  }
}
