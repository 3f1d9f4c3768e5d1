/**
 * Looking around again and again.
 *
 * @module
 */

import { lookAroundMs } from "../world/bounds.ts";
import type { Pause } from "../talk/conversation.ts";
import { StoreFailure } from "../state/store.ts";

/** Looks every `lookAroundMs`, one look after the other. Where nobody answers, it looks again later. */
export class Lookout {
  /** Rejects with what ended it, if that was no `StoreFailure`. */
  readonly ended: Promise<void>;
  readonly #closing = new AbortController();
  /** Ends the pause that goes on. */
  #hurrying = new AbortController();

  constructor(look: () => Promise<void>, pause: Pause) {
    this.ended = this.#run(look, pause);
    // Whoever closes it is told.
    this.ended.catch(() => {});
  }

  /** Looks again without waiting. */
  hurry(): void {
    this.#hurrying.abort();
  }

  /** Ends it, after the look that goes on. @throws what ended it before. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.ended;
  }

  async #run(look: () => Promise<void>, pause: Pause): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      this.#hurrying = new AbortController();
      try {
        await look();
      } catch (failure) {
        if (!(failure instanceof StoreFailure)) throw failure;
      }
      await pause(lookAroundMs, AbortSignal.any([signal, this.#hurrying.signal]));
    }
  }
}
