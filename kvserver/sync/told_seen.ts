import type { Limits } from "../../limits.ts";
import type { Seen } from "../versions/version_bytes.ts";
import { VersionVector } from "../versions/version_vector.ts";

/** What a peer was told of what this server has seen, and what it is to be told next. */
export class ToldSeen {
  #limits: Limits;
  /** What the peer was told; what may be lost it was not told. */
  #vector = new VersionVector();
  #floorMs = 0;
  /** When it was told last, and the object that it was told of. */
  #toldMs = -Infinity;
  #last: Seen | undefined;
  /** No tombstone that was forgotten by those whose state the peer was sent is later than this. */
  #sentFloorMs = 0;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /** The peer was sent what is held by those who have forgotten tombstones up to this time. */
  raiseFloor(ms: number): void {
    this.#sentFloorMs = Math.max(this.#sentFloorMs, ms);
  }

  /** Memory that it takes, about. */
  get byteLength(): number {
    return this.#vector.byteLength;
  }

  /** How long to wait until the peer is told what this server has seen; `Infinity`: it knows. */
  waitMs(seen: Seen, nowMs: number): number {
    if (seen === this.#last) return Infinity;
    return this.#toldMs + this.#limits.tellVersionsMs - nowMs;
  }

  /** Takes what the peer is told now of what this server has seen; `undefined`: nothing, because it knows, or not now. */
  take(seen: Seen, nowMs: number): Seen | undefined {
    const floorMs = Math.max(seen.floorMs, this.#sentFloorMs);
    const isDue = this.waitMs(seen, nowMs) <= 0;
    if (!isDue && floorMs <= this.#floorMs) return undefined;
    const vector = seen.vector.beyond(this.#vector);
    this.#last = seen;
    if (vector.size === 0 && floorMs <= this.#floorMs) return undefined;
    this.#vector.join(vector);
    this.#vector.limit(this.#limits);
    this.#floorMs = floorMs;
    this.#toldMs = nowMs;
    return { vector, floorMs };
  }

  /** A message that told it may be lost: the peer is told all of it again, at once. */
  lost(): void {
    this.#vector = new VersionVector();
    this.#floorMs = 0;
    this.#toldMs = -Infinity;
    this.#last = undefined;
  }
}
