import type { Limits } from "../../limits.ts";

/** What is worth a line in the log. */
export type AgreementChange = "differs" | "agrees";

/**
 * Whether two replicas hold the same, as far as their comparisons know: they do when one ends that has found
 * nothing. When one finds something, that is brought, and the next one says whether it has helped.
 */
export class Agreement {
  #noticeMs: number;
  /** Whether the comparison that goes on, or the last one, has found something. */
  #hasFound = false;
  /** Whether the one before has. */
  #hadFound = false;
  /** When the last comparison ended that found nothing; `undefined`: none has yet. */
  #agreedMs: number | undefined;
  /** When something was found first, since the replicas were equal; `Infinity`: nothing was. */
  #differsSinceMs = Infinity;
  /** Whether it was said that they differ. */
  #isSaid = false;

  constructor({ differingNoticeMs }: Limits) {
    this.#noticeMs = differingNoticeMs;
  }

  /** A comparison begins. */
  begun(): void {
    this.#hasFound = false;
  }

  /**
   * The comparison has found what one of both lacks.
   *
   * @param ageMs how long ago the oldest of it was written: what is younger than it takes to say that two
   * replicas differ is on its way, where keys are written all the time. Default: nobody knows
   */
  found(nowMs: number, ageMs = Infinity): void {
    this.#hasFound = true;
    if (ageMs >= this.#noticeMs) this.#differsSinceMs = Math.min(this.#differsSinceMs, nowMs);
  }

  /**
   * The comparison is over.
   *
   * @returns whether another one is to be made soon, because this was the first that has found something.
   */
  over(nowMs: number): boolean {
    const isFirst = this.#hasFound && !this.#hadFound;
    this.#hadFound = this.#hasFound;
    if (!this.#hasFound) {
      this.#agreedMs = nowMs;
      this.#differsSinceMs = Infinity;
    }
    return isFirst;
  }

  /** When both were known to be equal last; `undefined`: never yet. */
  get agreedMs(): number | undefined {
    return this.#agreedMs;
  }

  /** For how long they have not been equal; 0: they are, or nothing else is known. */
  differingMs(nowMs: number): number {
    return this.#differsSinceMs === Infinity ? 0 : Math.max(0, nowMs - this.#differsSinceMs);
  }

  /** Says, once each, that they have differed for long, and that they no longer do. */
  observe(nowMs: number): AgreementChange | undefined {
    const differs = this.differingMs(nowMs) >= this.#noticeMs;
    if (differs === this.#isSaid || !differs && this.#differsSinceMs !== Infinity) return undefined;
    this.#isSaid = differs;
    return differs ? "differs" : "agrees";
  }
}
