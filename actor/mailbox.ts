/** First capacity, and what an emptied mailbox that had grown goes back to. Power of two. */
const initialCapacity = 16;

/**
 * A first-in-first-out queue whose reader may wait.
 *
 * A ring in an array: `push`, `take` and `pop` are O(1) (growing is amortized). Not bounded: an
 * actor cannot be made to wait for another one, or two of them could wait for each other.
 *
 * Invariant: items wait, or readers wait, never both.
 */
export class Mailbox<T> {
  #ring: (T | undefined)[] = new Array(initialCapacity);
  #head = 0;
  #size = 0;
  #waiting: ((item: T | undefined) => void)[] = [];
  #closed = false;

  /** Number of items that wait. */
  get size(): number {
    return this.#size;
  }

  /** Adds an item at the end; after `close` it is ignored. Never blocks. */
  push(item: T): void {
    if (this.#closed) return;
    if (this.#waiting.length > 0) return this.#waiting.shift()!(item);
    if (this.#size === this.#ring.length) this.#grow();
    this.#ring[(this.#head + this.#size) & (this.#ring.length - 1)] = item;
    this.#size++;
  }

  /** The first item, or `undefined` when none waits. */
  take(): T | undefined {
    if (this.#size === 0) return undefined;
    const item = this.#ring[this.#head];
    this.#ring[this.#head] = undefined;
    this.#head = (this.#head + 1) & (this.#ring.length - 1);
    this.#size--;
    if (this.#size === 0 && this.#ring.length > 64 * initialCapacity) this.#reset();
    return item;
  }

  /** The first item, waiting for it if need be; `undefined` once closed. Readers are served in turn. */
  pop(): Promise<T | undefined> {
    if (this.#closed || this.#size > 0) return Promise.resolve(this.take());
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Drops what waits and ends every waiting and future `pop` with `undefined`. */
  close(): void {
    this.#closed = true;
    this.#reset();
    for (const resolve of this.#waiting.splice(0)) resolve(undefined);
  }

  #grow(): void {
    const ring: (T | undefined)[] = new Array(this.#ring.length * 2);
    for (let i = 0; i < this.#size; i++) {
      ring[i] = this.#ring[(this.#head + i) & (this.#ring.length - 1)];
    }
    this.#ring = ring;
    this.#head = 0;
  }

  #reset(): void {
    this.#ring = new Array(initialCapacity);
    this.#head = this.#size = 0;
  }
}
