import type { Limits } from "../limits.ts";
import type { Clock } from "./environment.ts";

/** The clock is read once for so many requests: most take less time than that. */
const requestsPerLook = 16;

/**
 * Says when a turn in which many requests are executed has lasted long enough, however little they ask for:
 * some cost much more than the bytes of their responses tell.
 */
export class TurnTime {
  #monotonicMs: Clock["monotonicMs"];
  #turnMs: number;
  #requests = 0;
  #endMs = Infinity;

  constructor(
    { requestTurnMs }: Pick<Limits, "requestTurnMs">,
    { monotonicMs }: Pick<Clock, "monotonicMs">,
  ) {
    this.#monotonicMs = monotonicMs;
    this.#turnMs = requestTurnMs;
  }

  /** A turn begins. A short one costs no look at the clock. */
  begin(): void {
    this.#requests = 0;
    this.#endMs = Infinity;
  }

  /** To be called before each request. @returns whether the turn is to end. */
  isOver(): boolean {
    // Not before the first, because each turn executes something, and so not in a turn of 16, which are many clients'.
    if (this.#requests++ % requestsPerLook !== 0 || this.#requests === 1) return false;
    const nowMs = this.#monotonicMs();
    if (this.#endMs === Infinity) this.#endMs = nowMs + this.#turnMs;
    return nowMs >= this.#endMs;
  }
}
