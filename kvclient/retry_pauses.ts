import { type Environment, pause } from "../rpc/mod.ts";

/**
 * Pauses before an address is asked again, the longer the more often that was. Calls that failed there together
 * go on together, in the order in which they were made.
 */
export class RetryPauses {
  #environment: Environment;
  /** When the pause of each address ends, on the monotonic clock. */
  #ends = new Map<string, number>();

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  /**
   * Waits until the address may be asked again, or `signal` aborts.
   *
   * @param tries how often the call was made again before
   * @param untilMs when its time is over, on the monotonic clock
   * @returns whether it may be made again: not when there is no time left for that.
   */
  async wait(
    address: string,
    tries: number,
    untilMs: number,
    signal: AbortSignal,
  ): Promise<boolean> {
    const { limits } = this.#environment;
    const nowMs = this.#environment.monotonicMs();
    let endMs = this.#ends.get(address) ?? nowMs;
    if (endMs <= nowMs) {
      const longestMs = limits.retryMinMs * 2 ** tries;
      endMs = nowMs + longestMs * (0.5 + this.#environment.fraction() / 2);
      this.#ends.set(address, endMs);
    }
    if (endMs >= untilMs) return false;
    await pause(this.#environment, endMs - nowMs, signal);
    return true;
  }
}
