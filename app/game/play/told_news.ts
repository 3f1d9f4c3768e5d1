/**
 * What a player has been told of others, so that nobody is told it twice.
 *
 * @module
 */

import type { News } from "../state/events.ts";
import { toldNewsMax } from "../world/bounds.ts";

/** The news that were shown to one player lately. */
export class ToldNews {
  readonly #keys = new Set<string>();

  /** Whether this has not been told yet; from now on it has. */
  isNew({ name, where, event }: News): boolean {
    const key = JSON.stringify([name, where, event]);
    const isNew = !this.#keys.has(key);
    this.#keys.delete(key);
    this.#keys.add(key);
    if (this.#keys.size > toldNewsMax) this.#keys.delete(this.#keys.values().next().value!);
    return isNew;
  }
}
