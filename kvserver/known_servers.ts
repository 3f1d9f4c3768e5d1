import type { Limits } from "../limits.ts";
import { fetchDescription } from "./server_description.ts";

/**
 * Servers that were known before a restart, by their system ports: they are asked until they answer.
 * Nobody named them now, so nothing is said of those that do not.
 */
export class KnownServers {
  /** Where nobody was found yet. */
  #missing: Set<string>;
  #limits: Limits;
  #ending = new AbortController();
  #asking: Promise<void> | undefined;

  constructor(addresses: readonly string[], limits: Limits) {
    this.#limits = limits;
    this.#missing = new Set(addresses);
  }

  /** The descriptions of those that answer soon. */
  describe(): Promise<string[]> {
    return this.#askAll(this.#limits.rejoinFirstMs);
  }

  /** Goes on asking the others, less and less often. @param join is given each description */
  keepAsking(join: (description: string) => void): void {
    this.#asking = this.#keepAsking(join);
  }

  /** One of them made itself known. */
  found(address: string): void {
    this.#missing.delete(address);
  }

  /** Ends asking; resolves when nothing of it is left. */
  async close(): Promise<void> {
    this.#ending.abort();
    await this.#asking;
  }

  async #keepAsking(join: (description: string) => void): Promise<void> {
    for (let pauseMs = this.#limits.describeTimeoutMs; this.#missing.size > 0; pauseMs *= 2) {
      await this.#pause(Math.min(pauseMs, this.#limits.rejoinMaxMs));
      if (this.#ending.signal.aborted) return;
      for (const description of await this.#askAll(this.#limits.describeTimeoutMs)) {
        join(description);
      }
    }
  }

  async #askAll(timeoutMs: number): Promise<string[]> {
    const found = await Promise.all([...this.#missing].map(async (address) => {
      try {
        const description = await fetchDescription(address, timeoutMs, this.#ending.signal);
        // It may have made itself known meanwhile.
        return this.#missing.delete(address) ? [description] : [];
      } catch {
        return [];
      }
    }));
    return found.flat();
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      const end = () => (clearTimeout(timer), resolve());
      this.#ending.signal.addEventListener("abort", end, { once: true });
    });
  }
}
