/** Distributes items to a number of receivers round robin, and brings them back in order. */
export class RoundRobin {
  #receivers: number;

  constructor(receivers: number) {
    this.#receivers = receivers;
  }

  /** Returns the items of each receiver. */
  split<T>(items: readonly T[]): T[][] {
    return Array.from(
      { length: this.#receivers },
      (_, receiver) => items.filter((_, i) => i % this.#receivers === receiver),
    );
  }

  /** Returns the items of all receivers, in the order that they had before `split`. */
  gather<T>(parts: readonly (readonly T[])[]): T[] {
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    const n = this.#receivers;
    return Array.from({ length }, (_, i) => parts[i % n][Math.floor(i / n)]);
  }
}
