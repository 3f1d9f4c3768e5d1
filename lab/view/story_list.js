/**
 * What happened, line by line, as a transcript tells it.
 *
 * @module
 */

import { make } from "../../http/page/dom.js";
import { isRoutine } from "../model/routine.ts";
import { traceLine } from "../../simulate/trace/trace_line.ts";

/** Lines that are shown. */
const linesMax = 200;

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
    // Whoever reads further up is left there.
    const { scrollHeight, scrollTop, clientHeight } = this.#list;
    const isAtEnd = scrollHeight - scrollTop - clientHeight < 8;
    // What is there already stays, and keeps the focus.
    const first = this.#shown.indexOf(lines[0]);
    const kept = first < 0 ? [] : this.#shown.slice(first).filter((event, i) => event === lines[i]);
    const items = [...this.#list.children].slice(
      first < 0 ? 0 : first,
      Math.max(0, first) + kept.length,
    );
    const others = lines.slice(kept.length).map((event) => this.#line(event));
    this.#list.replaceChildren(...kept.length > 0 ? items : [], ...others);
    this.#shown = lines;
    if (isAtEnd || kept.length === 0) this.#list.scrollTop = this.#list.scrollHeight;
  }

  #line(event) {
    const [time, who, what] = columnsOf(traceLine(event));
    const button = make(
      "button",
      { type: "button", class: event.type },
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
