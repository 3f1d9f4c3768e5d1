/**
 * How an attempt is coming on, for who types lines below the terminal: there is no bar on it then.
 *
 * @module
 */

import { element } from "./dom.js";

/** So long after an attempt the next one may begin: until then the bar stays. */
const lingerMs = 400;

/** The bar. */
export class Progress {
  #animation;
  #timer;

  /** Shows an attempt that begins, as the host tells it; nothing: it is over. */
  show(attempt) {
    clearTimeout(this.#timer);
    const bar = element("progress");
    if (!attempt) {
      this.#timer = setTimeout(() => bar.hidden = true, lingerMs);
      return;
    }
    const { what, from, to, ms } = attempt;
    bar.hidden = false;
    bar.setAttribute("aria-label", what);
    bar.setAttribute("aria-valuenow", String(Math.round(100 * from)));
    this.#animation?.cancel();
    this.#animation = bar.firstElementChild.animate(
      [from, to].map((share) => ({ transform: `scaleX(${share})` })),
      { duration: ms, fill: "forwards" },
    );
  }
}
