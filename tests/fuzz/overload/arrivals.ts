/** What becomes due at a rate, and is given up when it waits for too long. */
export class Arrivals {
  #everyMs: number;
  #waitingMax: number;
  #startMs = performance.now();
  #waiting = 0;
  #arrived = 0;

  /** @param everyMs the time between two; 0: none ever becomes due */
  constructor(everyMs: number, patienceMs: number) {
    this.#everyMs = everyMs;
    this.#waitingMax = Math.max(1, patienceMs / everyMs);
  }

  /** How many have become due so far. */
  get arrived(): number {
    return this.#arrived;
  }

  /** @returns whether one is due and may be done now, which it is then. */
  take(hasRoom: boolean): boolean {
    if (this.#everyMs === 0) return false;
    const arrived = Math.floor((performance.now() - this.#startMs) / this.#everyMs);
    this.#waiting = Math.min(this.#waiting + arrived - this.#arrived, this.#waitingMax);
    this.#arrived = arrived;
    if (!hasRoom || this.#waiting < 1) return false;
    this.#waiting--;
    return true;
  }
}
