/**
 * Polls the store while a player or a spectator is at a terminal.
 *
 * @module
 */

import type { Pause } from "../talk/conversation.ts";
import { StoreFailure } from "../state/store.ts";

/**
 * Calls `poll` now and then, never twice at once. A poll that no server answers is dropped,
 * because the next one reads the same.
 */
export class Poller {
  /** Rejects with the error of a poll that was no `StoreFailure`: it ended the poller. */
  readonly ended: Promise<void>;
  readonly #closing = new AbortController();
  /** Ends the present pause. */
  #pauseEnd = new AbortController();

  /** @param intervalMs how long it pauses behind a poll */
  constructor(poll: () => Promise<void>, pause: Pause, intervalMs: () => number) {
    this.ended = this.#run(poll, pause, intervalMs);
    // `close` rejects with it too.
    this.ended.catch(() => {});
  }

  /** Ends the pause before the next poll. */
  pollNow(): void {
    // Without a reason, one is made each time: an error, with its stack.
    this.#pauseEnd.abort("poll now");
  }

  /** Waits for the present poll, and stops. @throws the error that ended the poller before. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.ended;
  }

  async #run(
    poll: () => Promise<void>,
    pause: Pause,
    intervalMs: () => number,
  ): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      this.#pauseEnd = new AbortController();
      try {
        await poll();
      } catch (failure) {
        if (!(failure instanceof StoreFailure)) throw failure;
      }
      await pause(intervalMs(), AbortSignal.any([signal, this.#pauseEnd.signal]));
    }
  }
}
