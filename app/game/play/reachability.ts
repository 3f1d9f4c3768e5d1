/**
 * Whether a server answers, as a player at a terminal is shown it.
 *
 * @module
 */

import { offlineMs } from "../world/bounds.ts";
import { StoreFailure } from "../state/store.ts";
import type { Pause } from "../talk/conversation.ts";

/**
 * Follows the polls around a player. One poll that fails says little, because the next one may go to
 * another server; two in a row, or one that nobody answers for `offlineMs`, mean that the player is
 * offline until one is answered.
 */
export class Reachability {
  /** Called when it changes. */
  onChange = () => {};
  #isOffline = false;
  #failedPolls = 0;

  /** Whether no server answers. */
  get isOffline(): boolean {
    return this.#isOffline;
  }

  /** Does `poll`, and learns from it. @throws what `poll` throws. */
  async watch(poll: () => Promise<void>, pause: Pause): Promise<void> {
    const answered = new AbortController();
    pause(offlineMs, answered.signal).then(() => answered.signal.aborted || this.lost());
    try {
      await poll();
      this.#failedPolls = 0;
      this.#set(false);
    } catch (failure) {
      if (failure instanceof StoreFailure && ++this.#failedPolls > 1) this.lost();
      throw failure;
    } finally {
      answered.abort("answered");
    }
  }

  /** No server answers. */
  lost(): void {
    this.#set(true);
  }

  #set(isOffline: boolean): void {
    if (isOffline === this.#isOffline) return;
    this.#isOffline = isOffline;
    this.onChange();
  }
}
