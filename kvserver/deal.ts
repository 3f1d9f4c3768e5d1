/** Items dealt to so many receivers in turn, and gathered again. */
export class Deal {
  #receivers: number;

  constructor(receivers: number) {
    this.#receivers = receivers;
  }

  /** What each receiver gets of the items. */
  split<T>(items: readonly T[]): T[][] {
    return Array.from(
      { length: this.#receivers },
      (_, receiver) => items.filter((_, i) => i % this.#receivers === receiver),
    );
  }

  /** The items in the order before they were split. */
  gather<T>(parts: readonly (readonly T[])[]): T[] {
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    const n = this.#receivers;
    return Array.from({ length }, (_, i) => parts[i % n][Math.floor(i / n)]);
  }
}
