import { Ring } from "./ring.ts";

/**
 * A first-in-first-out queue whose reader may wait.
 *
 * `push`, `take` and `pop` are O(1), however many items or readers wait. Not bounded: an actor
 * cannot be made to wait for another one, or two of them could wait for each other.
 *
 * Invariant: items wait, or readers wait, never both.
 */
export class Mailbox<T> {
  #items = new Ring<T>();
  #readers = new Ring<(item: T | undefined) => void>();
  #closed = false;

  /** Number of items that wait. */
  get size(): number {
    return this.#items.size;
  }

  /** Adds an item at the end; after `close` it is ignored. Never blocks. */
  push(item: T): void {
    if (this.#closed) return;
    const reader = this.#readers.take();
    if (reader !== undefined) reader(item);
    else this.#items.push(item);
  }

  /** The first item, or `undefined` when none waits. */
  take(): T | undefined {
    return this.#items.take();
  }

  /** The first item, waiting for it if need be; `undefined` once closed. Readers are served in turn. */
  pop(): Promise<T | undefined> {
    if (this.#closed || this.#items.size > 0) return Promise.resolve(this.take());
    return new Promise((resolve) => this.#readers.push(resolve));
  }

  /** Drops what waits and ends every waiting and future `pop` with `undefined`. */
  close(): void {
    this.#closed = true;
    this.#items.clear();
    for (let reader = this.#readers.take(); reader !== undefined; reader = this.#readers.take()) {
      reader(undefined);
    }
  }
}
