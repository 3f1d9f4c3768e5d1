import type { Limits } from "../limits.ts";

/**
 * Whether another system claims the address of this one: others find another one there, or look for another
 * one here. One that looks for an earlier incarnation does so only until it has learned that it ended, so only
 * what lasts counts.
 */
export class ContestedAddress {
  #limits: Limits;
  #firstMs = -Infinity;
  #lastMs = -Infinity;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /** Another system finds it so. */
  noticed(nowMs: number): void {
    if (nowMs - this.#lastMs > this.#limits.contestEndMs) this.#firstMs = nowMs;
    this.#lastMs = nowMs;
  }

  /** Whether it is so now, as far as is known. */
  isSo(nowMs: number): boolean {
    const { contestEndMs, contestNoticeMs } = this.#limits;
    return nowMs - this.#lastMs <= contestEndMs && this.#lastMs - this.#firstMs >= contestNoticeMs;
  }
}
