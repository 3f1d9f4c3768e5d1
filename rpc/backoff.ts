import type { Limited, Random } from "./environment.ts";

/** Options of a `Backoff`. */
export interface BackoffOptions {
  /** The first pause, in milliseconds. */
  minMs: number;
  /** The longest pause, in milliseconds. */
  maxMs: number;
  /**
   * Draws a number in [0, 1) for each pause, which then lasts between half of its time and all of it,
   * so that many who lost the same peer do not come back together. Default: no jitter.
   */
  fraction?: () => number;
}

/** Pauses between attempts: exponential backoff, with jitter. */
export class Backoff {
  #options: BackoffOptions;
  #pauseMs: number;

  constructor(options: BackoffOptions) {
    this.#options = options;
    this.#pauseMs = options.minMs;
  }

  /** Returns how long to pause now; the next pause is twice as long, up to the longest. */
  nextMs(): number {
    const pauseMs = this.#pauseMs;
    const { maxMs, fraction } = this.#options;
    this.#pauseMs = Math.min(pauseMs * 2, maxMs);
    return fraction === undefined ? pauseMs : pauseMs * (0.5 + fraction() / 2);
  }

  /** An attempt succeeded: the next pause is the first one again. */
  reset(): void {
    this.#pauseMs = this.#options.minMs;
  }
}

/** Pauses before a connection that was lost is dialed again. */
export function reconnectBackoff(environment: Random & Limited): Backoff {
  const { reconnectMinMs: minMs, reconnectMaxMs: maxMs } = environment.limits;
  return new Backoff({ minMs, maxMs, fraction: () => environment.fraction() });
}
