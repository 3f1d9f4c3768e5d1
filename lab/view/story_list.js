/**
 * What happened, line by line, as a transcript tells it.
 *
 * @module
 */

import { make } from "../../http/page/dom.js";
import { isRoutine, storyLine } from "../model/routine.ts";

/** Lines that are shown. */
const linesMax = 120;

/** The list of lines until the moment that is looked at. */
export class StoryList {
  #list;
  #on;
  /** The events of the lines. */
  #shown = [];

  /** @param on `seek(atMs)`, `select(chosen)` */
  constructor(list, on) {
    this.#list = list;
    this.#on = on;
  }

  show({ recording: { events }, count }) {
    const lines = [];
    for (let i = count - 1; i >= 0 && lines.length < linesMax; i--) {
      if (!isRoutine(events[i])) lines.unshift(events[i]);
    }
    if (lines.length === this.#shown.length && lines.at(-1) === this.#shown.at(-1)) return;
    // What is there already stays, and keeps the focus.
    const first = this.#shown.indexOf(lines[0]);
    const kept = first < 0 ? 0 : commonLength(this.#shown.slice(first), lines);
    if (kept === 0) this.#list.replaceChildren();
    else {
      for (let i = 0; i < first; i++) this.#list.firstChild.remove();
      while (this.#list.children.length > kept) this.#list.lastChild.remove();
    }
    this.#list.append(...lines.slice(kept).map((event) => this.#line(event)));
    this.#shown = lines;
  }

  #line(event) {
    const [time, who, what] = columnsOf(storyLine(event));
    const button = make(
      "button",
      { type: "button", class: event.isMet === false ? "unmet" : event.type },
      make("span", { class: "time" }, time),
      make("span", { class: "who" }, who),
      make("span", { class: "what" }, what),
    );
    button.addEventListener("click", () => {
      this.#on.seek(event.atMs);
      this.#on.select(chosenBy(event));
    });
    return make("li", {}, button);
  }
}

/** How many items two lists have in common, from the first one on. */
function commonLength(a, b) {
  const length = a.findIndex((item, i) => item !== b[i]);
  return length < 0 ? a.length : length;
}

/** What is chosen with a line. */
function chosenBy(event) {
  if ("id" in event) return { kind: "message", id: event.id };
  if ("entry" in event) return { kind: "key", key: event.entry.key };
  if ("server" in event) return { kind: "server", server: event.server };
  if ("from" in event && event.type !== "told") {
    return { kind: "link", from: event.from, to: event.to };
  }
}

/** The columns of a line of a transcript, which is all of them in a row. */
function columnsOf(line) {
  const [, time, who, what] = /^( *\S+ \S+ {2})(.{0,18}|\S+(?: → \S+)?) (.*)$/s.exec(line) ??
    ["", "", "", line];
  return [time, `${who} `, what];
}
