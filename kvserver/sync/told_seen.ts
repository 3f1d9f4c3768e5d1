import type { Limits } from "../../limits.ts";
import type { Seen } from "../versions/version_bytes.ts";
import { VersionVector } from "../versions/version_vector.ts";

/** What a peer was told of what this server has seen, and what it is to be told next. */
export class ToldSeen {
  #limits: Limits;
  /**
   * What the peer was told; what may be lost it was not told. It is the vector that was told, and no copy: all
   * peers together would have as many as there are of them.
   */
  #vector = nothing;
  #bytes = 0;
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

  /** Memory that is kept for what the peer was told, about; none while that is what this server has seen. */
  bytesBeside(seen: Seen): number {
    return this.#vector === seen.vector ? 0 : this.#bytes;
  }

  /** How long to wait until the peer is told what this server has seen; `Infinity`: it knows. */
  waitMs(seen: Seen, nowMs: number): number {
    if (seen === this.#last) return Infinity;
    return this.#toldMs + this.#limits.tellVersionsMs - nowMs;
  }

  /**
   * Takes what the peer is told now of what this server has seen; `undefined`: nothing, because it knows, or not now.
   *
   * @param seen does not change any more: when more is seen, that is another object
   */
  take(seen: Seen, nowMs: number): Seen | undefined {
    const floorMs = Math.max(seen.floorMs, this.#sentFloorMs);
    const isDue = this.waitMs(seen, nowMs) <= 0;
    if (!isDue && floorMs <= this.#floorMs) return undefined;
    const vector = newsOf(seen.vector, this.#vector);
    this.#last = seen;
    this.#vector = seen.vector;
    this.#bytes = seen.vector.byteLength;
    if (vector.size === 0 && floorMs <= this.#floorMs) return undefined;
    this.#floorMs = floorMs;
    this.#toldMs = nowMs;
    return { vector, floorMs };
  }

  /** A message that told it may be lost: the peer is told all of it again, at once. */
  lost(): void {
    this.#vector = nothing;
    this.#bytes = 0;
    this.#floorMs = 0;
    this.#toldMs = -Infinity;
    this.#last = undefined;
  }
}

const nothing = new VersionVector();

/**
 * Of a vector that was told: what it has beyond another one, that for which it was asked last. Most peers were
 * told the same before, so they are told the same now.
 */
const lastNews = new WeakMap<VersionVector, { told: VersionVector; news: VersionVector }>();

/** What `vector` has beyond what was told before; neither of them changes any more. */
function newsOf(vector: VersionVector, told: VersionVector): VersionVector {
  const last = lastNews.get(vector);
  if (last?.told === told) return last.news;
  const news = vector.beyond(told);
  lastNews.set(vector, { told, news });
  return news;
}
