/** Numbers, first in, first out. Nothing is copied when it grows. */
export class NumberQueue {
  #leaving: number[] = [];
  /** How many of these have left. */
  #left = 0;
  /** Those behind them. */
  #arriving: number[] = [];

  /** The first; `undefined` when there is none. */
  get first(): number | undefined {
    if (this.#left === this.#leaving.length && this.#arriving.length > 0) {
      this.#leaving = this.#arriving;
      this.#arriving = [];
      this.#left = 0;
    }
    return this.#leaving[this.#left];
  }

  /** Adds a number at the end. */
  push(number: number): void {
    this.#arriving.push(number);
  }

  /** Removes the first. */
  shift(): void {
    if (++this.#left < this.#leaving.length) return;
    this.#leaving = [];
    this.#left = 0;
  }

  /** All of them, in order. */
  *[Symbol.iterator](): Iterator<number> {
    for (let i = this.#left; i < this.#leaving.length; i++) yield this.#leaving[i];
    yield* this.#arriving;
  }
}
