/** Counts durations by whole microseconds, so that any number of them takes the same memory. */
export class Histogram {
  #counts = new Uint32Array(1 << 20);
  #total = 0;

  /** A duration past a second counts as a second. */
  add(ms: number): void {
    this.#counts[Math.min(ms * 1000, this.#counts.length - 1) | 0]++;
    this.#total++;
  }

  /** What the part `share` of all durations does not exceed, in microseconds; NaN of none. */
  percentileUs(share: number): number {
    if (this.#total === 0) return NaN;
    let us = 0;
    for (let seen = this.#counts[0]; seen < this.#total * share; seen += this.#counts[us]) us++;
    return us;
  }
}
