/** Numbers, first in, first out: `push` and `shift` are O(1), amortized. */
export class NumberQueue {
  #numbers: number[] = [];
  /** How many of these have left; fewer than have not, or none. */
  #left = 0;

  /** The first; `undefined` when there is none. */
  get first(): number | undefined {
    return this.#numbers[this.#left];
  }

  /** Adds a number at the end. */
  push(number: number): void {
    this.#numbers.push(number);
  }

  /** Removes the first. */
  shift(): void {
    if (++this.#left * 2 < this.#numbers.length) return;
    this.#numbers = this.#numbers.slice(this.#left);
    this.#left = 0;
  }

  /** All of them, in order. */
  *[Symbol.iterator](): Iterator<number> {
    for (let i = this.#left; i < this.#numbers.length; i++) yield this.#numbers[i];
  }
}
