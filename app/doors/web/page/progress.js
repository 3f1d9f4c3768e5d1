/**
 * How an attempt is coming on, for who types lines: there is no bar in the text then.
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
      this.#timer = setTimeout(() => bar.classList.remove("on"), lingerMs);
      return;
    }
    const { what, from, to, ms } = attempt;
    bar.classList.add("on");
    bar.setAttribute("aria-label", what);
    bar.setAttribute("aria-valuenow", String(Math.round(100 * from)));
    this.#animation?.cancel();
    this.#animation = bar.firstElementChild.animate(
      [from, to].map((share) => ({ transform: `scaleX(${share})` })),
      { duration: ms, fill: "forwards" },
    );
  }
}

/** An attempt in words: which of how many it is. */
export function attemptWords({ what, from, to }) {
  const attempts = Math.round(1 / (to - from));
  return attempts === 1
    ? `${what}…`
    : `${what}, ${Math.round(from * attempts) + 1} of ${attempts}…`;
}
