/** First capacity, and what an emptied ring that had grown goes back to. Power of two. */
const initialCapacity = 16;

/** An emptied ring keeps a capacity of up to this. */
const keptCapacity = 64 * initialCapacity;

/**
 * A first-in-first-out queue in an array: `push` and `take` are O(1), growing is amortized.
 *
 * Invariant: the items are the `size` slots from `#head` on, around the end; the others are empty.
 */
export class Ring<T> {
  #slots: (T | undefined)[] = new Array(initialCapacity);
  #head = 0;
  #size = 0;

  /** Number of items. */
  get size(): number {
    return this.#size;
  }

  /** Adds an item at the end. */
  push(item: T): void {
    if (this.#size === this.#slots.length) this.#grow();
    this.#slots[(this.#head + this.#size) & (this.#slots.length - 1)] = item;
    this.#size++;
  }

  /** Removes the first item; `undefined` when there is none. */
  take(): T | undefined {
    if (this.#size === 0) return undefined;
    const item = this.#slots[this.#head];
    this.#slots[this.#head] = undefined;
    this.#head = (this.#head + 1) & (this.#slots.length - 1);
    this.#size--;
    if (this.#size === 0 && this.#slots.length > keptCapacity) this.clear();
    return item;
  }

  /** Drops all items. */
  clear(): void {
    this.#slots = new Array(initialCapacity);
    this.#head = this.#size = 0;
  }

  #grow(): void {
    const slots: (T | undefined)[] = new Array(this.#slots.length * 2);
    for (let i = 0; i < this.#size; i++) {
      slots[i] = this.#slots[(this.#head + i) & (this.#slots.length - 1)];
    }
    this.#slots = slots;
    this.#head = 0;
  }
}
