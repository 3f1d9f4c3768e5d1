/**
 * Playing in a world that another game keeps.
 *
 * @module
 */

import type { GameRouter } from "./game_store.ts";
import type { FoundServer } from "./own_world.ts";

/**
 * Every call to the server that keeps the world. When that is gone, the guest keeps the world from
 * then on, or is the guest of whoever was faster.
 */
export class Guest implements GameRouter {
  #found: FoundServer;
  readonly #findAgain: () => Promise<FoundServer>;
  #finding: Promise<void> | undefined;
  #closed = false;

  constructor(found: FoundServer, findAgain: () => Promise<FoundServer>) {
    this.#found = found;
    this.#findAgain = findAgain;
  }

  /** Where the guest plays now: maybe at a server of one's own, which keeps the world. */
  get found(): FoundServer {
    return this.#found;
  }

  nextAddr(): string {
    return this.#found.addresses[0];
  }

  serverName(): string {
    return this.#found.server === undefined ? this.nextAddr() : "one of your own";
  }

  /** The server may be gone while nothing is asked of it, and another one be at its address by the next call. */
  reportFailure(address: string): void {
    if (address === this.nextAddr()) void this.recover();
  }

  /** Waits while the world is looked for. */
  async settled(): Promise<void> {
    await this.#finding;
  }

  /** Looks for the world. Where it cannot be had now, the next loss is another occasion. */
  recover(): Promise<void> {
    // What is lost may have been asked of the server before: one's own is not.
    if (this.#found.server !== undefined || this.#closed) return Promise.resolve();
    return this.#finding ??= this.#findAgain()
      .then((found) => void (this.#found = found), () => {})
      .finally(() => this.#finding = undefined);
  }

  /** Ends the server that has become the guest's own, if any. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#finding;
    await this.#found.server?.close();
  }
}
