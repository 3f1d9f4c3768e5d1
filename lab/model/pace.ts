/** Says when something may be done again that is not to be done too often. */
export class Pace {
  #intervalMs: number;
  #lastMs = -Infinity;

  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs;
  }

  /** Whether that is so at a moment; then it counts as done. */
  isDue(nowMs: number): boolean {
    if (nowMs - this.#lastMs < this.#intervalMs) return false;
    this.#lastMs = nowMs;
    return true;
  }
}
