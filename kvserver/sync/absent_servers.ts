import type { Limits } from "../../limits.ts";

/**
 * Servers that are known by their addresses and are no peers: they were remembered and have not been reached
 * yet, or have ended and not come back. They are bounded: past that the one that is absent longest is left
 * out.
 */
export class AbsentServers {
  /** By address: since when, on the monotonic clock. */
  #sinceMs = new Map<string, number>();
  #max: number;

  constructor({ peersMax }: Limits) {
    this.#max = peersMax;
  }

  /** By address: since when, on the monotonic clock. */
  get sinceMs(): ReadonlyMap<string, number> {
    return this.#sinceMs;
  }

  has(address: string): boolean {
    return this.#sinceMs.has(address);
  }

  add(address: string, sinceMs: number): void {
    this.#sinceMs.set(address, sinceMs);
    if (this.#sinceMs.size <= this.#max) return;
    const [longest] = [...this.#sinceMs].reduce((a, b) => b[1] < a[1] ? b : a);
    this.#sinceMs.delete(longest);
  }

  delete(address: string): void {
    this.#sinceMs.delete(address);
  }
}
