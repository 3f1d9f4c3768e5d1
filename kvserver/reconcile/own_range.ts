import { RangeSum, type Store } from "../store/mod.ts";

/** A range of the own replica. */
export class OwnRange {
  readonly sum = new RangeSum();
  readonly upper: Uint8Array | undefined;
  /** The sum of all entries below it. */
  readonly below = new RangeSum();
  #store: Store;

  constructor(store: Store, lower: Uint8Array | undefined, upper: Uint8Array | undefined) {
    this.#store = store;
    this.upper = upper;
    const { sums } = store;
    // In this order, because the lower bound is the upper one of the range before.
    if (lower !== undefined) sums.below(lower, this.below);
    if (upper === undefined) sums.total(this.sum);
    else sums.below(upper, this.sum);
    this.sum.subtract(this.below);
  }

  /** Its first entry; there must be one. */
  get first(): number {
    return this.#store.sums.entryAt(this.below.count);
  }

  /** Visits its entries in order, blank ones aside, until `visit` returns false. @returns whether these were all. */
  walk(visit: (n: number) => boolean): boolean {
    if (this.sum.count === 0) return true;
    const first = this.#store.keyOf(this.first);
    let left = this.sum.count;
    let isDone = true;
    this.#store.walkFrom(first, (n) => {
      isDone = this.#store.isBlank(n) || visit(n);
      return isDone && --left > 0;
    });
    return isDone;
  }
}
