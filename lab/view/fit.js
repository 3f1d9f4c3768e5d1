/**
 * Texts of the drawing that have only so much room.
 *
 * @module
 */

import { cutTo } from "../model/texts.ts";
import { say } from "./keyed.js";

/** What each text was to say last, and in how much room. */
const fitted = new WeakMap();

/**
 * Shows the first of some texts that fits, or else as much of the last one as does.
 *
 * @param node an SVG text that stands in the page
 * @param width of its room, in units of the drawing
 */
export function fit(node, width, ...texts) {
  const asked = `${node.getAttribute("class")} ${width} ${texts.join("\n")}`;
  if (fitted.get(node) === asked) return;
  const fits = (text) => {
    say(node, text);
    return node.getComputedTextLength() <= width;
  };
  fitted.set(node, asked);
  if (texts.some(fits)) return;
  const last = texts.at(-1);
  let chars = last.length - 1;
  while (chars > 1 && !fits(cutTo(last, chars))) chars--;
}
