/**
 * Which prefixes are written most.
 *
 * @module
 */

import { element, make } from "./dom.js";
import { countText } from "./format.js";

const spanMs = 60_000;
const stepMs = 5_000;
const showMs = 1_000;
const rowsMax = 12;
/** Prefixes that are counted in a step; further ones count together. */
const prefixesMax = 1_000;

/** Counts writes of the last minute, step by step. */
export class Prefixes {
  #steps = [new Map()];

  constructor() {
    setInterval(() => this.#turn(), stepMs);
    setInterval(() => this.#show(), showMs);
    this.#show();
  }

  /** A key was written. */
  note(key) {
    const prefix = /^[^/:.]*[/:.]?/.exec(key)[0];
    const step = this.#steps[0];
    const counted = step.has(prefix) || step.size < prefixesMax ? prefix : "…";
    step.set(counted, (step.get(counted) ?? 0) + 1);
  }

  #turn() {
    this.#steps = [new Map(), ...this.#steps.slice(0, spanMs / stepMs - 1)];
  }

  #show() {
    const sums = new Map();
    for (const step of this.#steps) {
      for (const [prefix, count] of step) sums.set(prefix, (sums.get(prefix) ?? 0) + count);
    }
    const rows = [...sums].sort((a, b) => b[1] - a[1]).slice(0, rowsMax);
    const none = make("tr", {}, make("td", { colspan: 2 }, "Nothing was written."));
    element("prefixes").tBodies[0].replaceChildren(
      ...rows.length === 0 ? [none] : rows.map(([prefix, count]) =>
        make(
          "tr",
          {},
          make("td", { class: "name" }, prefix === "" ? "(none)" : prefix),
          make("td", { class: "number" }, countText(count)),
        )
      ),
    );
  }
}
