/** Numbers, first in, first out: `push` and `shift` are O(1), amortized. */
export class NumberQueue {
  #numbers: number[] = [];
  /** How many of the numbers have left: none, or fewer than have not. */
  #left = 0;

  /** The first number; `undefined` when the queue is empty. */
  get first(): number | undefined {
    return this.#numbers[this.#left];
  }

  /** Adds a number at the end. */
  push(number: number): void {
    this.#numbers.push(number);
  }

  /** Removes the first number. */
  shift(): void {
    if (++this.#left * 2 < this.#numbers.length) return;
    this.#numbers = this.#numbers.slice(this.#left);
    this.#left = 0;
  }

  /** All numbers, in order. */
  *[Symbol.iterator](): Iterator<number> {
    for (let i = this.#left; i < this.#numbers.length; i++) yield this.#numbers[i];
  }
}
