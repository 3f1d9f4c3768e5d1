/** A function that waits for its time. */
export interface Timer {
  readonly atMs: number;
  /** Counts the timers: of two for one moment, the one set first runs first. */
  readonly order: number;
  /** `undefined` once it ran or was cancelled. */
  fn: (() => void) | undefined;
}

/**
 * Timers, the next one first; those of one moment in the order in which they were set.
 *
 * A binary heap. A cancelled timer stays in it until it is at the top.
 */
export class TimerQueue {
  #heap: Timer[] = [];
  #set = 0;
  #live = 0;

  /** Number of timers that wait. */
  get size(): number {
    return this.#live;
  }

  /** @returns what cancels it. */
  add(atMs: number, fn: () => void): () => void {
    const timer: Timer = { atMs, order: this.#set++, fn };
    this.#rise(this.#heap.push(timer) - 1, timer);
    this.#live++;
    return () => {
      if (timer.fn === undefined) return;
      timer.fn = undefined;
      this.#live--;
    };
  }

  /** When the next one is due; `Infinity` when there is none. */
  nextMs(): number {
    while (this.#heap.length > 0 && this.#heap[0].fn === undefined) this.#removeTop();
    return this.#heap.length > 0 ? this.#heap[0].atMs : Infinity;
  }

  /** Takes the next one out. */
  take(): (() => void) | undefined {
    if (this.nextMs() === Infinity) return undefined;
    const timer = this.#removeTop();
    const fn = timer.fn;
    timer.fn = undefined;
    this.#live--;
    return fn;
  }

  #removeTop(): Timer {
    const top = this.#heap[0];
    const last = this.#heap.pop()!;
    if (this.#heap.length > 0) this.#sink(0, last);
    return top;
  }

  #rise(index: number, timer: Timer): void {
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!isBefore(timer, this.#heap[parent])) break;
      this.#heap[index] = this.#heap[parent];
      index = parent;
    }
    this.#heap[index] = timer;
  }

  #sink(index: number, timer: Timer): void {
    for (;;) {
      let child = 2 * index + 1;
      if (child >= this.#heap.length) break;
      if (child + 1 < this.#heap.length && isBefore(this.#heap[child + 1], this.#heap[child])) {
        child++;
      }
      if (!isBefore(this.#heap[child], timer)) break;
      this.#heap[index] = this.#heap[child];
      index = child;
    }
    this.#heap[index] = timer;
  }
}

function isBefore(a: Timer, b: Timer): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}
