import type { Limits } from "../../limits.ts";
import { noCounter } from "../entry/entry.ts";

/** A write, as who has seen it is told: the actor that accepted it, and its number there. */
export interface Dot {
  readonly uid: string;
  /** Counts from 1; `noCounter` for a write that was not numbered. */
  readonly counter: number;
}

/** How much is remembered of what was seen. */
export type VersionLimits = Pick<
  Limits,
  "versionsMax" | "versionNameBytesMax" | "unknownWritesMax" | "singleWritesMax"
>;

/** Memory for an actor beside its name, and for a single write, as was measured. */
const actorBytes = 100;
const dotBytes = 40;

/**
 * What a replica has seen: of each actor the number of a write, up to which all its writes were merged
 * here, or something later of the same key was.
 *
 * Single writes behind that number may have been seen too, as their dots say: those that were replaced here
 * before it was claimed that all before them had come.
 *
 * A write that was not numbered is never seen. Counters only grow, so joining is associative, commutative
 * and idempotent, and the order in which vectors come does not matter.
 */
export class VersionVector {
  #counters: Map<string, number>;
  /** By actor, the writes behind its counter that were seen; absent: none. */
  #dots = new Map<string, Set<number>>();

  /** @param counters by uid, or another vector, which are copied */
  constructor(counters: Iterable<readonly [uid: string, counter: number]> = []) {
    this.#counters = new Map(counters);
    if (!(counters instanceof VersionVector)) return;
    for (const [uid, dots] of counters.#dots) this.#dots.set(uid, new Set(dots));
  }

  /** The actors of which single writes were seen, and which. */
  get dots(): ReadonlyMap<string, ReadonlySet<number>> {
    return this.#dots;
  }

  /** Memory that it takes, about. */
  get byteLength(): number {
    let bytes = 0;
    for (const uid of this.#counters.keys()) bytes += actorBytes + uid.length;
    for (const [uid, dots] of this.#dots) bytes += actorBytes + uid.length + dotBytes * dots.size;
    return bytes;
  }

  /** How many actors it names. */
  get size(): number {
    return this.#counters.size + this.#dots.size;
  }

  /** The last write of an actor that was seen, or `noCounter`. */
  counter(uid: string): number {
    return this.#counters.get(uid) ?? noCounter;
  }

  /** Whether a write was seen. */
  has({ uid, counter }: Dot): boolean {
    if (counter === noCounter) return false;
    return counter <= this.counter(uid) || this.#dots.get(uid)?.has(counter) === true;
  }

  /** Adds a single write. @returns whether it was not seen before. */
  addDot(dot: Dot): boolean {
    const { uid, counter } = dot;
    if (counter === noCounter || this.has(dot)) return false;
    if (counter === this.counter(uid) + 1) return this.add(dot);
    const dots = this.#dots.get(uid);
    if (dots === undefined) this.#dots.set(uid, new Set([counter]));
    else dots.add(counter);
    return true;
  }

  /** Adds the writes of an actor up to this one. @returns whether one of them was not seen before. */
  add({ uid, counter }: Dot): boolean {
    if (counter <= this.counter(uid)) return false;
    // Behind the others: those that have ended come to stand in front.
    this.#counters.delete(uid);
    this.#counters.set(uid, this.#dots.size === 0 ? counter : this.#absorb(uid, counter));
    return true;
  }

  /** Takes the dots up to a counter in, and those that follow it. @returns the counter then. */
  #absorb(uid: string, counter: number): number {
    const dots = this.#dots.get(uid);
    if (dots === undefined) return counter;
    let to = counter;
    while (dots.has(to + 1)) to++;
    for (const dot of dots) if (dot <= to) dots.delete(dot);
    if (dots.size === 0) this.#dots.delete(uid);
    return to;
  }

  /**
   * Leaves out those actors of which nothing new was seen for longest, but for `max`.
   *
   * @param nameBytesMax of the names of those that stay. Default: any number
   * @returns how many.
   */
  bound(max: number, nameBytesMax = Infinity): number {
    let count = 0;
    let nameBytes = nameBytesOf(this.#counters.keys());
    for (const uid of this.#counters.keys()) {
      if (this.#counters.size <= max && nameBytes <= nameBytesMax) break;
      this.#counters.delete(uid);
      this.#dots.delete(uid);
      nameBytes -= uid.length;
      count++;
    }
    return count;
  }

  /** Leaves out single writes of actors of whom nothing else was seen, until their names are no longer than this. */
  #boundUnknown(nameBytesMax: number): void {
    const unknown = [...this.#dots.keys()].filter((uid) => !this.#counters.has(uid));
    let nameBytes = nameBytesOf(unknown);
    for (const uid of unknown) {
      if (nameBytes <= nameBytesMax) break;
      this.#dots.delete(uid);
      nameBytes -= uid.length;
    }
  }

  /**
   * Leaves out single writes, but for `max`: the earliest ones of the actors that have most of them, so that one
   * actor's do not push out those of the others.
   *
   * @param of whom: only of actors of whom nothing else was seen, which is the default, or of all
   * @returns how many.
   */
  boundDots(max: number, of: "unknown" | "all" = "unknown"): number {
    const bounded = [...this.#dots].filter(([uid]) => of === "all" || !this.#counters.has(uid));
    const size = bounded.reduce((sum, [, dots]) => sum + dots.size, 0);
    if (size <= max) return 0;
    bounded.sort(([, a], [, b]) => a.size - b.size);
    let left = max;
    for (const [i, [uid, dots]] of bounded.entries()) {
      // Those with fewest have all of theirs, and leave what they do not need to the others.
      const share = Math.min(dots.size, Math.floor(left / (bounded.length - i)));
      left -= share;
      if (share === 0) this.#dots.delete(uid);
      else if (share < dots.size) this.#dots.set(uid, latest(dots, share));
    }
    return size - max;
  }

  /** Leaves out what is more than may be kept: less is known to have been seen then. @returns how many actors. */
  limit(
    { versionsMax, versionNameBytesMax, unknownWritesMax, singleWritesMax }: VersionLimits,
  ): number {
    const count = this.bound(versionsMax, versionNameBytesMax);
    this.#boundUnknown(versionNameBytesMax);
    this.boundDots(unknownWritesMax);
    this.boundDots(singleWritesMax, "all");
    return count;
  }

  /** Leaves out the single writes of an actor, if nothing else was seen of it. */
  dropDots(uid: string): void {
    if (!this.#counters.has(uid)) this.#dots.delete(uid);
  }

  /** What it has seen that `other` has not: its own counters. */
  beyond(other: VersionVector): VersionVector {
    const beyond = new VersionVector(
      [...this.#counters].filter(([uid, counter]) => counter > other.counter(uid)),
    );
    for (const dot of this.#eachDot()) if (!other.has(dot)) beyond.addDot(dot);
    return beyond;
  }

  *#eachDot(): Iterable<Dot> {
    for (const [uid, dots] of this.#dots) for (const counter of dots) yield { uid, counter };
  }

  /** Adds all that `other` has seen. @returns whether any of it was not seen before. */
  join(other: VersionVector): boolean {
    let hasGrown = false;
    for (const [uid, counter] of other) hasGrown = this.add({ uid, counter }) || hasGrown;
    for (const dot of other.#eachDot()) hasGrown = this.addDot(dot) || hasGrown;
    return hasGrown;
  }

  /** Whether it has seen all that `other` has. */
  covers(other: VersionVector): boolean {
    for (const [uid, counter] of other) if (counter > this.counter(uid)) return false;
    for (const dot of other.#eachDot()) if (!this.has(dot)) return false;
    return true;
  }

  /** Of each actor the last write that was seen. */
  [Symbol.iterator](): IterableIterator<[uid: string, counter: number]> {
    return this.#counters.entries();
  }
}

function nameBytesOf(uids: Iterable<string>): number {
  let bytes = 0;
  for (const uid of uids) bytes += uid.length;
  return bytes;
}

function latest(dots: ReadonlySet<number>, count: number): Set<number> {
  return new Set(Float64Array.from(dots).sort().subarray(-count));
}

/**
 * What all of some replicas have seen: of each actor the least counter.
 *
 * @param vectors of the replicas, one at least
 */
export function meet(vectors: readonly VersionVector[]): VersionVector {
  const met = new VersionVector();
  // Of whom one has seen nothing, not all have: most are decided by the one that knows fewest actors.
  const least = vectors.reduce((a, b) => b.size < a.size ? b : a);
  for (const [uid] of least) {
    let counter = Infinity;
    for (const vector of vectors) counter = Math.min(counter, vector.counter(uid));
    if (counter !== noCounter) met.add({ uid, counter });
  }
  for (const { dots } of vectors) {
    for (const [uid, counters] of dots) {
      for (const counter of counters) {
        const dot = { uid, counter };
        if (least.has(dot) && vectors.every((vector) => vector.has(dot))) met.addDot(dot);
      }
    }
  }
  return met;
}
