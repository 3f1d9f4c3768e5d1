import { Ring } from "./ring.ts";

/**
 * A first-in-first-out queue that ends once.
 *
 * `push` and `take` are O(1), however many items wait. Not bounded: an actor cannot be made to wait
 * for another one, or two of them could wait for each other.
 */
export class Mailbox<T> {
  #items = new Ring<T>();
  #closed = false;

  /** Adds an item at the end; after `close` it is ignored. Never blocks. */
  push(item: T): void {
    if (!this.#closed) this.#items.push(item);
  }

  /** The first item, or `undefined` when none waits. */
  take(): T | undefined {
    return this.#items.take();
  }

  /** Drops what waits and what is pushed later. */
  close(): void {
    this.#closed = true;
    this.#items.clear();
  }
}
