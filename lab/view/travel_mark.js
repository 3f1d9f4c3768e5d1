/**
 * A message that travels, in the drawing, or the word that one was handled.
 *
 * @module
 */

import { makeSvg } from "../../http/page/dom.js";
import { along, laneOf } from "../model/geometry.ts";
import { isStory } from "../../simulate/trace/trace_line.ts";
import { labelOf } from "../model/texts.ts";
import { onChoose, say, set } from "./keyed.js";

/** One of them. `update` takes its state, the ports, and how long what has ended is seen. */
export class TravelMark {
  node;

  constructor({ travel, labelChars }, onSelect, numberOf) {
    const { id, from, to, entries, kinds } = travel;
    const isWord = kinds.length === 0;
    // What comes time and again is a point, so that what matters is seen.
    const label = isStory(kinds) ? labelOf(travel, labelChars) : "";
    const version = entries.length === 0 ? "plain" : `v${numberOf(entries[0]) % 8}`;
    this.node = makeSvg("g", {
      class: `travel ${isWord ? "word" : version}`,
      "aria-label": isWord
        ? `Acknowledgement from ${from} to ${to}`
        : `Message from ${from} to ${to}: ${labelOf(travel)}`,
      role: "button",
      // The story lists them too: by keyboard nobody has to catch them.
      tabindex: -1,
    }, ...label === "" ? [makeSvg("circle", { r: isWord ? 4 : 3 })] : pill(label));
    onChoose(this.node, () => onSelect({ kind: "message", id }));
  }

  update({ travel, from, to, atMs, fadeMs, selection }) {
    const { id, sentMs, arrivesMs, endedMs, isLost } = travel;
    const untilMs = Math.min(atMs, endedMs ?? Infinity);
    const share = Math.min(1, (untilMs - sentMs) / Math.max(1, arrivesMs - sentMs));
    const { x, y } = along(laneOf(from, to), share);
    const seen = endedMs === undefined ? 1 : 1 - (atMs - endedMs) / fadeMs;
    this.node.setAttribute("transform", `translate(${x.toFixed(1)} ${y.toFixed(1)})`);
    this.node.style.opacity = seen.toFixed(2);
    this.node.classList.toggle("lost", isLost === true);
    this.node.classList.toggle("selected", selection?.kind === "message" && selection.id === id);
  }
}

/** What is written on a message. */
function pill(label) {
  const width = 14 + label.length * 6.9;
  const text = makeSvg("text", { y: 4 });
  say(text, label);
  const frame = makeSvg("rect");
  set(frame, { rx: 9, height: 19, width, x: -width / 2, y: -9.5 });
  return [frame, text];
}
