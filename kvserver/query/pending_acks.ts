import { assert } from "../memory/assert.ts";
import type { DeferredResults } from "./deferred_results.ts";

/** Put requests of one connection, Deletes among them, that came in frames. */
export interface FramedPuts extends DeferredResults {
  /** Counter of the connection's inbox. */
  readonly inbox: number;
}

/** Commands of a Redis client, writes among them. Its replies have no ids: all of them wait for the writes. */
export interface HeldCommands {
  readonly inbox: number;
  /** What the commands are answered, as it goes to the socket. */
  readonly replies: Uint8Array;
  /** Beginning and end of each reply to a write. */
  readonly writes: readonly number[];
  readonly consumed: number;
  readonly close: boolean;
  readonly isLast: boolean;
  readonly isBarred: boolean;
}

/** What is answered once it is on disk. */
export type PutRequests = FramedPuts | HeldCommands;

/** How many writes they are. */
function countOf(puts: PutRequests): number {
  return "msgids" in puts ? puts.msgids.length : puts.writes.length / 2;
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
  #heldBytes = 0;

  /** Bytes of replies that are held. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Number of Puts that are not acknowledged. */
  get size(): number {
    return this.#size;
  }

  /** Adds Puts to those of the next commit. */
  add(puts: PutRequests): void {
    this.#puts.push(puts);
    this.#size += countOf(puts);
    if ("replies" in puts) this.#heldBytes += puts.replies.length;
  }

  /** Assigns the Puts that were added since the last commit to the commit of this number. */
  assignTo(number: number): void {
    const last = this.#commits.at(-1);
    if (last?.number === number) last.end = this.#puts.length;
    else this.#commits.push({ number, end: this.#puts.length });
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
    const size = this.#puts.reduce((sum, puts) => sum + countOf(puts), 0);
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
    for (const puts of removed) {
      this.#size -= countOf(puts);
      if ("replies" in puts) this.#heldBytes -= puts.replies.length;
    }
    return removed;
  }
}
