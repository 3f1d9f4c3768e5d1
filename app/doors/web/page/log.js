/**
 * The game as paragraphs: to be read aloud, and on a touch screen, where they are scrolled with a finger and
 * flow anew when the telephone is turned.
 *
 * @module
 */

import { coloured } from "./ansi.js";
import { element, make } from "./dom.js";

/** So many lines are kept. */
const linesMax = 2_000;

/** So near to its end, what comes moves the log on; whoever has scrolled up goes on reading there. */
const nearPixels = 20;

/** The log of the page. */
export class Log {
  #rest = "";
  #isAtEnd = true;
  #listener;

  /** @param listener told when it is `resized(size)` */
  constructor(listener) {
    this.#listener = listener;
    const log = element("log");
    let [size, height] = ["", log.clientHeight];
    log.onscroll = () => {
      // What a change of size has moved, nobody has scrolled.
      if (log.clientHeight !== height) return;
      this.#isAtEnd = log.scrollTop + log.clientHeight >= log.scrollHeight - nearPixels;
    };
    // A keyboard that comes up hides nothing of what was said last.
    new ResizeObserver(() => {
      if (log.hidden) return;
      height = log.clientHeight;
      if (this.#isAtEnd) log.scrollTop = log.scrollHeight;
      if (size === (size = JSON.stringify(this.size))) return;
      this.#listener.resized(this.size);
    }).observe(log);
  }

  /** How many characters fit into a row, and how many rows there are. */
  get size() {
    const log = element("log");
    const probe = make("span", {}, "0".repeat(20));
    log.append(probe);
    const { width, height } = probe.getBoundingClientRect();
    probe.remove();
    const { paddingLeft, paddingRight } = getComputedStyle(log);
    const room = log.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight);
    const fit = (length, of) => Math.max(1, Math.floor(length / of) || 1);
    return { columns: fit(room, width / 20), rows: fit(log.clientHeight, height) };
  }

  write(text) {
    const lines = (this.#rest + text).replaceAll("\r", "").split("\n");
    this.#rest = lines.pop();
    this.#add(lines.filter((line) => line !== ""), {});
  }

  /** Shows what was typed. */
  echo(line) {
    this.begin();
    this.#isAtEnd = true;
    if (line !== "") this.#add([line], { class: "typed" });
  }

  /** What comes next begins a paragraph. */
  begin() {
    if (this.#rest !== "") this.#add([this.#rest], {});
    this.#rest = "";
  }

  /** Shows nothing of what was. */
  clear() {
    this.#rest = "";
    element("log").replaceChildren();
  }

  #add(lines, attributes) {
    const log = element("log");
    log.append(...lines.map((line) => make("p", attributes, ...coloured(line))));
    while (log.children.length > linesMax) log.firstChild.remove();
    if (this.#isAtEnd) log.scrollTop = log.scrollHeight;
  }
}
