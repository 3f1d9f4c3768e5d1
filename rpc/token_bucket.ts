/**
 * Limits a rate: so many at once, and one more for each period that passes. It is full at first, and
 * never holds more than `capacity`. So a span of time sees at most `capacity` takes, and one for each
 * whole period that fits in it. (The cell rate algorithm of ATM: it remembers one moment.)
 */
export class TokenBucket {
  #capacity: number;
  #everyMs: number;
  /** When it is full again. */
  #fullMs = -Infinity;

  /**
   * @param capacity tokens that it holds
   * @param everyMs a token comes in so much time
   */
  constructor(capacity: number, everyMs: number) {
    this.#capacity = capacity;
    this.#everyMs = everyMs;
  }

  /** How long it takes until there are `tokens`, of `capacity` at the most; 0: they are there. */
  waitMs(nowMs: number, tokens = 1): number {
    return Math.max(0, this.#fullMs - nowMs - (this.#capacity - tokens) * this.#everyMs);
  }

  /** How long it takes until it is full; 0: it is. */
  fullInMs(nowMs: number): number {
    return this.waitMs(nowMs, this.#capacity);
  }

  /** Takes a token. Where there is none it is empty from now on, and owes nothing. */
  take(nowMs: number): void {
    const fullMs = Math.max(this.#fullMs, nowMs) + this.#everyMs;
    this.#fullMs = Math.min(fullMs, nowMs + this.#capacity * this.#everyMs);
  }
}
