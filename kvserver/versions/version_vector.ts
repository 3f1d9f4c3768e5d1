import { noCounter } from "../entry/entry.ts";

/** A write, as who has seen it is told: the actor that accepted it, and its number there. */
export interface Dot {
  readonly uid: string;
  /** Counts from 1; `noCounter` for a write that was not numbered. */
  readonly counter: number;
}

/**
 * What a replica has seen: of each actor the number of a write, up to which all its writes were merged
 * here, or something later of the same key was.
 *
 * A write that was not numbered is never seen. Counters only grow, so joining is associative, commutative
 * and idempotent, and the order in which vectors come does not matter.
 */
export class VersionVector {
  #counters: Map<string, number>;

  /** @param counters by uid, which are copied */
  constructor(counters: Iterable<readonly [uid: string, counter: number]> = []) {
    this.#counters = new Map(counters);
  }

  /** How many actors it names. */
  get size(): number {
    return this.#counters.size;
  }

  /** The last write of an actor that was seen, or `noCounter`. */
  counter(uid: string): number {
    return this.#counters.get(uid) ?? noCounter;
  }

  /** Whether a write was seen. */
  has({ uid, counter }: Dot): boolean {
    return counter !== noCounter && counter <= this.counter(uid);
  }

  /** Adds the writes of an actor up to this one. @returns whether one of them was not seen before. */
  add({ uid, counter }: Dot): boolean {
    if (counter <= this.counter(uid)) return false;
    // Behind the others: those that have ended come to stand in front.
    this.#counters.delete(uid);
    this.#counters.set(uid, counter);
    return true;
  }

  /** Leaves out those actors of which nothing new was seen for longest, but for `max`. @returns how many. */
  bound(max: number): number {
    let count = 0;
    for (const uid of this.#counters.keys()) {
      if (this.#counters.size <= max) break;
      this.#counters.delete(uid);
      count++;
    }
    return count;
  }

  /** What it has seen that `other` has not: its own counters. */
  beyond(other: VersionVector): VersionVector {
    return new VersionVector(
      [...this.#counters].filter(([uid, counter]) => counter > other.counter(uid)),
    );
  }

  /** Adds all that `other` has seen. @returns whether any of it was not seen before. */
  join(other: VersionVector): boolean {
    let hasGrown = false;
    for (const [uid, counter] of other) hasGrown = this.add({ uid, counter }) || hasGrown;
    return hasGrown;
  }

  /** Whether it has seen all that `other` has. */
  covers(other: VersionVector): boolean {
    for (const [uid, counter] of other) if (counter > this.counter(uid)) return false;
    return true;
  }

  /** Of each actor the last write that was seen. */
  [Symbol.iterator](): IterableIterator<[uid: string, counter: number]> {
    return this.#counters.entries();
  }
}

/**
 * What all of some replicas have seen: of each actor the least counter.
 *
 * @param vectors of the replicas, one at least
 */
export function meet([first, ...others]: readonly VersionVector[]): VersionVector {
  const met = new VersionVector();
  for (const [uid, counter] of first) {
    const least = Math.min(counter, ...others.map((vector) => vector.counter(uid)));
    if (least !== noCounter) met.add({ uid, counter: least });
  }
  return met;
}
