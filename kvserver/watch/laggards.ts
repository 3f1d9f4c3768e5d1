import type { Limits } from "../../limits.ts";
import type { Watcher } from "./watcher.ts";

/**
 * Finds the watchers that keep deleted entries from being removed for too long. One that was told too little
 * has to be told of all that is deleted; while its client does not read, each further deletion stays for it, and
 * would fill the memory.
 *
 * The entries that stay are counted while somebody goes over all that are deleted; behind that, `review` says
 * who is to be given up.
 */
export class Laggards {
  #limits: Pick<Limits, "watchChangesMax" | "watchPatienceMs">;
  /** Entries that stay, as far as was counted. */
  #kept = 0;
  /** Since when each watcher has lagged while too many entries stayed, on the monotonic clock. */
  #sinceMs = new Map<Watcher, number>();

  constructor(limits: Pick<Limits, "watchChangesMax" | "watchPatienceMs">) {
    this.#limits = limits;
  }

  /** Counts an entry that stays for a watcher that lags. */
  noteKept(): void {
    this.#kept++;
  }

  /**
   * Ends a count, and begins the next one.
   *
   * @returns those that have lagged for too long.
   */
  review(watchers: Iterable<Watcher>, nowMs: number): Watcher[] {
    const { watchChangesMax, watchPatienceMs } = this.#limits;
    const before = this.#sinceMs;
    this.#sinceMs = new Map();
    if (this.#kept > watchChangesMax) {
      for (const watcher of watchers) {
        if (watcher.isLagging) this.#sinceMs.set(watcher, before.get(watcher) ?? nowMs);
      }
    }
    this.#kept = 0;
    const late = [...this.#sinceMs].filter(([, sinceMs]) => nowMs - sinceMs >= watchPatienceMs);
    for (const [watcher] of late) this.#sinceMs.delete(watcher);
    return late.map(([watcher]) => watcher);
  }

  /** Forgets a watcher that has ended. */
  forget(watcher: Watcher): void {
    this.#sinceMs.delete(watcher);
  }
}
