/**
 * The keys that the page's token is good for.
 *
 * @module
 */

import { World } from "../../access/world.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** What a token sees: all keys, or those that begin with one of some prefixes. */
export class Seen {
  /** What its keys begin with; empty: it sees all. */
  prefixes;
  #world;

  constructor(prefixes = []) {
    this.prefixes = prefixes;
    this.#world = prefixes.length === 0 ? undefined : new World(prefixes);
  }

  /** Whether there are keys that it does not see. */
  get isLimited() {
    return this.#world !== undefined;
  }

  /** What to ask for, to see all that it may of what begins with `prefix`: prefixes, in their order. */
  below(prefix) {
    if (this.#world === undefined) return [prefix];
    return this.#world.below(encoder.encode(prefix)).map((own) => decoder.decode(own));
  }

  /** The keys that it sees, in words. */
  get words() {
    return `keys that begin with ${this.prefixes.map((own) => JSON.stringify(own)).join(" or ")}`;
  }
}
