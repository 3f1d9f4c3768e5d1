import type { Claim } from "./claim.ts";
import { bytesPerClaim } from "./claims.ts";
import { type Dot, type VersionLimits, VersionVector } from "./version_vector.ts";

/**
 * What a replica has seen, and what was claimed to it that does not count yet, because writes before that
 * have not been seen.
 */
export class SeenWrites {
  readonly vector = new VersionVector();
  /** No write of this replica is as early as a tombstone that it, or whom it took over from, has forgotten. */
  floorMs = 0;
  /** By actor, the last claim that has to wait. */
  #ahead = new Map<string, { from: number; to: number }>();
  /** What has been seen since that was taken last, by actor. */
  #grown = new VersionVector();

  /** Whether a write was seen. */
  has(dot: Dot): boolean {
    return this.vector.has(dot);
  }

  /** Whether a claim of an actor waits for writes that were not seen. */
  awaits(uid: string): boolean {
    return this.#ahead.has(uid);
  }

  /** Whether a claim waits for writes that were not seen. */
  get hasGaps(): boolean {
    return this.#ahead.size > 0;
  }

  /** Adds all writes of an actor up to one. @returns whether one of them was not seen before. */
  add(uid: string, to: number): boolean {
    let counter = to;
    const ahead = this.#ahead.get(uid);
    if (ahead !== undefined && ahead.from <= counter) {
      this.#ahead.delete(uid);
      counter = Math.max(counter, ahead.to);
    }
    if (!this.vector.add({ uid, counter })) return false;
    this.#grown.add({ uid, counter: this.vector.counter(uid) });
    return true;
  }

  /** Adds a single write. @returns whether it was not seen before. */
  addDot(dot: Dot): boolean {
    if (!this.vector.addDot(dot)) return false;
    const { uid } = dot;
    const counter = this.vector.counter(uid);
    // As the counter that it has become, if it has: a single write may be forgotten where that is told.
    if (dot.counter <= counter) this.#grown.add({ uid, counter });
    else this.#grown.addDot(dot);
    // The gap in front of a claim may have been closed by it.
    const ahead = this.#ahead.get(uid);
    if (ahead !== undefined && ahead.from <= this.vector.counter(uid)) this.add(uid, ahead.to);
    return true;
  }

  /** Adds all that another replica has seen, or the disk. */
  join(other: VersionVector): void {
    for (const [uid, counter] of other) this.add(uid, counter);
    for (const [uid, counters] of other.dots) {
      for (const counter of counters) this.addDot({ uid, counter });
    }
  }

  /** Takes a claim, whose entries have been merged. @returns whether more was seen than before. */
  take({ uid, from, to }: Claim): boolean {
    if (from <= this.vector.counter(uid)) return this.add(uid, to);
    const ahead = this.#ahead.get(uid);
    if (ahead === undefined || from > ahead.to) this.#ahead.set(uid, { from, to });
    else if (to >= ahead.from) {
      this.#ahead.set(uid, { from: Math.min(from, ahead.from), to: Math.max(to, ahead.to) });
    }
    return false;
  }

  /**
   * Leaves out what is more than may be kept: then less is known to have been seen, and what was claimed ahead
   * is found by comparing.
   *
   * @returns how many actors are forgotten.
   */
  limit(limits: VersionLimits): number {
    const count = this.vector.limit(limits);
    this.#grown.limit(limits);
    for (const uid of this.#ahead.keys()) {
      if (this.#ahead.size <= limits.versionsMax) break;
      this.#ahead.delete(uid);
    }
    return count;
  }

  /** Memory that it takes, about. */
  get byteLength(): number {
    return this.vector.byteLength + this.#grown.byteLength + bytesPerClaim * this.#ahead.size;
  }

  /** Takes a floor over. @returns whether it is higher than it was. */
  raiseFloor(ms: number): boolean {
    if (ms <= this.floorMs) return false;
    this.floorMs = ms;
    return true;
  }

  /** Whether more was seen than `takeGrown` has said. */
  get hasGrown(): boolean {
    return this.#grown.size > 0;
  }

  /** Of each actor the last write that was seen, if that has changed since this was asked last. */
  takeGrown(): VersionVector {
    const grown = this.#grown;
    this.#grown = new VersionVector();
    return grown;
  }
}
