/**
 * The game as paragraphs, for people who have them read aloud: the last of what came, which has not ended, is
 * the prompt.
 *
 * @module
 */

import { element, make } from "./dom.js";

/** So many lines are kept. */
const linesMax = 2_000;

/** The log of the page. */
export class Log {
  #rest = "";

  write(text) {
    const lines = (this.#rest + text).replaceAll("\r", "").split("\n");
    this.#rest = lines.pop();
    this.#add(lines.filter((line) => line !== ""), {});
    element("prompt").textContent = this.#rest.trim() || ">";
  }

  /** Shows what was typed. */
  echo(line) {
    this.#rest = "";
    if (line !== "") this.#add([line], { class: "typed" });
  }

  /** What comes next begins a paragraph. */
  begin() {
    this.#rest = "";
  }

  #add(lines, attributes) {
    const log = element("log");
    log.append(...lines.map((line) => make("p", attributes, line)));
    while (log.children.length > linesMax) log.firstChild.remove();
    log.scrollTop = log.scrollHeight;
  }
}
