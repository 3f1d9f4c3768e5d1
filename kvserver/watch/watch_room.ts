import type { Limits } from "../../limits.ts";

/**
 * Room for the changes that the watches of a replica have not been told: so many in all, and for each. A watch
 * has no more of it than is left for others, so that those whose clients do not read leave room for the rest.
 */
export class WatchRoom {
  #limits: Pick<Limits, "watchChangesMax" | "watchedChangesMax">;
  #used = 0;

  constructor(limits: Pick<Limits, "watchChangesMax" | "watchedChangesMax">) {
    this.#limits = limits;
  }

  /** How many changes are in it. */
  get used(): number {
    return this.#used;
  }

  /** Takes room for one more change of a watch that has `count`. @returns whether there was any. */
  take(count: number): boolean {
    const { watchChangesMax, watchedChangesMax } = this.#limits;
    if (count >= Math.min(watchChangesMax, watchedChangesMax - this.#used)) return false;
    this.#used++;
    return true;
  }

  /** Gives back the room of so many changes. */
  giveBack(count: number): void {
    this.#used -= count;
  }
}
