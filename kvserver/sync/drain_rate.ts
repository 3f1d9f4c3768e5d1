/** It is measured over so long, or since the first acknowledgement of what waits, */
const measuredMs = 2_000;
/**
 * and over so long, before which it is not known: what may be under way to a peer begins with little, and
 * grows fast.
 */
const latelyMs = 500;

/**
 * How fast a peer acknowledges what waits for it. While all of that leaves in time this is how fast it comes,
 * and what waits takes as long as it does anyway; while more comes, it is how fast the peer can.
 */
export class DrainRate {
  /** What was acknowledged lately, the oldest first. */
  #drained: { readonly bytes: number; readonly atMs: number }[] = [];
  /** When the first of what waits was acknowledged, which says nothing of a rate; `undefined`: none is. */
  #sinceMs: number | undefined;

  /** So much of it was acknowledged. */
  drained(bytes: number, nowMs: number): void {
    if (bytes === 0) return;
    this.#drained = this.#drained.filter(({ atMs }) => atMs > nowMs - measuredMs);
    if (this.#sinceMs === undefined) this.#sinceMs = nowMs;
    else this.#drained.push({ bytes, atMs: nowMs });
  }

  /** Nothing waits any more, or what waits leaves on another connection: what was measured says nothing of it. */
  forget(): void {
    this.#sinceMs = undefined;
    this.#drained = [];
  }

  /** How long it takes about until so much more is acknowledged; 0: that is not known. */
  drainMs(bytes: number, nowMs: number): number {
    const rate = Math.max(this.#rate(measuredMs, nowMs), this.#rate(latelyMs, nowMs));
    return rate === 0 ? 0 : bytes / rate;
  }

  /** Bytes a millisecond. */
  #rate(overMs: number, nowMs: number): number {
    if (this.#sinceMs === undefined || nowMs - this.#sinceMs < latelyMs) return 0;
    const lately = this.#drained.filter(({ atMs }) => atMs > nowMs - overMs);
    const drained = lately.reduce((sum, { bytes }) => sum + bytes, 0);
    return drained / Math.min(overMs, nowMs - this.#sinceMs);
  }
}
