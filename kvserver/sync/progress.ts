import type { Limits } from "../../limits.ts";

/** How far a peer is with what it is sent. */
export interface PeerProgress {
  /** Whether it has acknowledged everything. */
  readonly isIdle: boolean;
  /** Age of the oldest entry that it has not acknowledged. */
  readonly lagMs: number;
  /** How often more waited for it than may. */
  readonly overflows: number;
  /** For how long it is up; 0: it is not. */
  readonly upMs: number;
}

/** What is worth a line in the log. */
export type ProgressChange = "behind" | "overflowed" | "caughtUp";

/**
 * Tells, once each, that a peer falls behind although it is up, that more waits for it than may, and that it
 * has caught up. What waits for a peer that is not there, or has just come back, is no news.
 */
export class Progress {
  #isBehind = false;
  #overflows = 0;
  #behindMs: number;

  constructor({ peerBehindMs }: Limits) {
    this.#behindMs = peerBehindMs;
  }

  /** @returns what has changed, if anything has. */
  observe({ isIdle, lagMs, overflows, upMs }: PeerProgress): ProgressChange | undefined {
    if (overflows > this.#overflows) {
      this.#overflows = overflows;
      this.#isBehind = true;
      return "overflowed";
    }
    if (this.#isBehind && isIdle) {
      this.#isBehind = false;
      return "caughtUp";
    }
    if (this.#isBehind || Math.min(lagMs, upMs) < this.#behindMs) return undefined;
    this.#isBehind = true;
    return "behind";
  }
}
