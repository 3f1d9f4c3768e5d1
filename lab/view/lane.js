/**
 * One direction of the way between two servers, in the drawing.
 *
 * @module
 */

import { makeSvg } from "../../http/page/dom.js";
import { along, laneOf } from "../model/geometry.ts";
import { spanText } from "../model/texts.ts";
import { onChoose, say, set } from "./keyed.js";

/** One lane. `update` takes the state of the link and the ports that it leads from and to. */
export class Lane {
  node;
  #line = makeSvg("line", { class: "line" });
  #target = makeSvg("line", { class: "target" });
  #mark = makeSvg("path", { class: "mark", d: "M-5-5L5 5M5-5L-5 5" });
  #delay = makeSvg("text", { class: "delay", "text-anchor": "middle" });

  constructor({ link: { from, to } }, onSelect) {
    this.node = makeSvg(
      "g",
      { role: "button", tabindex: 0 },
      this.#target,
      this.#line,
      this.#mark,
      this.#delay,
    );
    onChoose(this.node, () => onSelect({ kind: "link", from, to }));
  }

  update({ link, back, from, to, selection }) {
    const lane = laneOf(from, to);
    const ends = { x1: lane.from.x, y1: lane.from.y, x2: lane.to.x, y2: lane.to.y };
    set(this.#line, ends);
    set(this.#target, ends);
    const middle = along(lane, 1 / 2);
    // What holds for both directions is shown once, between them.
    const between = along({ from, to }, 1 / 2);
    const mark = back.isCut ? between : middle;
    set(this.#mark, { transform: `translate(${mark.x} ${mark.y})` });
    const isSaidOnce = link.delayMs === back.delayMs;
    const place = isSaidOnce ? between : middle;
    set(this.#delay, { x: place.x, y: place.y - 10 });
    const delay = link.delayMs === undefined ? "" : spanText(link.delayMs);
    say(this.#delay, link.label ?? (isSaidOnce && link.from > link.to ? "" : delay));
    const isSelected = selection?.kind === "link" &&
      [`${link.from} ${link.to}`, `${link.to} ${link.from}`].includes(
        `${selection.from} ${selection.to}`,
      );
    const state = link.isCut ? "cut" : link.isUp ? "up" : "down";
    set(this.node, {
      class: `lane ${state}${isSelected ? " selected" : ""}`,
      "aria-label": `Link from ${link.from} to ${link.to}, ${state}`,
    });
  }
}
