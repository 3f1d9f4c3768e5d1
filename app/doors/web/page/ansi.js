/**
 * Text that was coloured for a terminal, as elements of the page.
 *
 * @module
 */

import { make } from "./dom.js";

/** What the numbers of an escape sequence stand for, as classes. */
const classes = { 1: "bold", 3: "italic", 33: "trouble", 36: "news" };

/** Makes what a line shows: plain text, and spans for what is coloured. Other sequences are left out. */
export function coloured(line) {
  // deno-lint-ignore no-control-regex
  const [first, ...rest] = line.split(/\x1b\[([\d;]*)([@-~])/);
  const parts = [first];
  for (let at = 0, tone = ""; at < rest.length; at += 3) {
    const [numbers, kind, text] = rest.slice(at, at + 3);
    if (kind === "m") tone = classes[Number(numbers)] ?? "";
    parts.push(tone === "" || text === "" ? text : make("span", { class: tone }, text));
  }
  return parts.filter((part) => part !== "");
}

/** What a coloured line says, without its colours. */
export function textOf(line) {
  return coloured(line).map((part) => part.textContent ?? part).join("");
}
