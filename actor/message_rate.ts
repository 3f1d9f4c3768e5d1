const windowMs = 1000;
/** One bucket a millisecond. One more than the window, so that no pair of messages within it is missed. */
const bucketCount = windowMs + 1;

/** Counts events within a sliding window of one second, at a resolution of a millisecond. */
class SlidingWindow {
  #buckets = new Uint32Array(bucketCount);
  #newestMs = -Infinity;
  #total = 0;

  /** Adds an event. @returns the number of events in the second that ends with it. */
  add(nowMs: number): number {
    const ms = Math.floor(nowMs);
    if (ms - this.#newestMs >= bucketCount) {
      this.#buckets.fill(0);
      this.#total = 0;
      this.#newestMs = ms;
    }
    while (this.#newestMs < ms) {
      const bucket = ++this.#newestMs % bucketCount;
      this.#total -= this.#buckets[bucket];
      this.#buckets[bucket] = 0;
    }
    this.#buckets[ms % bucketCount]++;
    return ++this.#total;
  }

  isIdle(nowMs: number): boolean {
    return nowMs - this.#newestMs > windowMs;
  }
}

/** The message rates of one sender, a window for each of its receivers. */
export class MessageRates<Receiver> {
  #windows = new Map<Receiver, SlidingWindow>();
  #pairsMax: number;

  /** @param pairsMax receivers that are watched before idle ones are forgotten */
  constructor(pairsMax: number) {
    this.#pairsMax = pairsMax;
  }

  /** Adds a message to `receiver`. @returns how many it got from this sender in the last second. */
  add(receiver: Receiver, nowMs: number): number {
    let window = this.#windows.get(receiver);
    if (window === undefined) {
      if (this.#windows.size >= this.#pairsMax) this.#forget(nowMs);
      this.#windows.set(receiver, window = new SlidingWindow());
    }
    return window.add(nowMs);
  }

  /** Forgets idle windows, or the oldest when none is. */
  #forget(nowMs: number): void {
    for (const [receiver, window] of this.#windows) {
      if (window.isIdle(nowMs)) this.#windows.delete(receiver);
    }
    if (this.#windows.size < this.#pairsMax) return;
    const [oldest] = this.#windows.keys();
    this.#windows.delete(oldest);
  }
}
