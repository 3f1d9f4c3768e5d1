import { wireLimits } from "../../limits.ts";

/** How many messages may be sent, and how soon after one another. */
export interface SendBudgetOptions {
  /** Messages that any second may see. */
  readonly max: number;
  /** Messages that may leave at once when none did for a while. */
  readonly atOnce: number;
}

const { countedSecondMs } = wireLimits;

/**
 * Limits a rate exactly: it remembers when the last messages were sent, as many as a second may see. A message
 * may leave when from then on one may leave at each beat, however long: so the first few go at once, what comes
 * now and then does not wait, however regularly, and what comes all the time waits for a beat at the most.
 */
export class SendBudget {
  #max: number;
  #atOnce: number;
  #beatMs: number;
  /** When the last messages were sent: a ring. */
  #sentMs: Float64Array;
  /** Where the time of the next one goes. */
  #next = 0;
  /** When a message may leave, and when as many at once as ever. */
  #dueMs = -Infinity;
  #fullMs = -Infinity;

  constructor({ max, atOnce }: SendBudgetOptions) {
    this.#max = max;
    this.#atOnce = atOnce;
    this.#beatMs = countedSecondMs / (max + 1 - atOnce);
    this.#sentMs = new Float64Array(max).fill(-Infinity);
  }

  /** How long the next message has to wait; 0: it may leave now. */
  waitMs(nowMs: number): number {
    return Math.max(0, this.#dueMs - nowMs);
  }

  /** How long it takes until as many may leave at once as ever; 0: they may now. */
  fullInMs(nowMs: number): number {
    return Math.max(0, this.#fullMs - nowMs);
  }

  /** Notes that a message is sent. */
  take(nowMs: number): void {
    this.#sentMs[this.#next] = nowMs;
    this.#next = (this.#next + 1) % this.#max;
    this.#dueMs = this.#dueBehind(0);
    this.#fullMs = this.#dueBehind(this.#atOnce - 1);
  }

  /** When a message may leave, behind so many others that do. */
  #dueBehind(others: number): number {
    let dueMs = -Infinity;
    // So many beats later the second must not have seen too many that left by now.
    for (let beats = 0; beats + others < this.#max; beats++) {
      const sentMs = this.#last(this.#max - others - beats);
      dueMs = Math.max(dueMs, sentMs + countedSecondMs - beats * this.#beatMs);
    }
    return dueMs;
  }

  /** When the last message but `count - 1` was sent. */
  #last(count: number): number {
    return this.#sentMs[(this.#next - count + this.#max) % this.#max];
  }
}
