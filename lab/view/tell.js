/**
 * Short words to the person who looks, which go away again.
 *
 * @module
 */

import { element } from "../../http/page/dom.js";

/** So long they are to be read. */
const readMs = 4_000;

let timer;

/** Says something. */
export function tell(text) {
  clearTimeout(timer);
  element("notice").textContent = text;
  timer = setTimeout(() => element("notice").textContent = "", readMs);
}
