/**
 * A message inside a server, in the drawing: a point that runs from one actor to another. Such a message takes
 * no time; it is shown to take as long as one that has ended takes to fade.
 *
 * @module
 */

import { makeSvg } from "../../http/page/dom.js";
import { along } from "../model/geometry.ts";
import { set } from "./keyed.js";

/** One pulse. `update` takes the tell, the points that it runs between, and how long it runs. */
export class TellPulse {
  node;

  constructor({ tell: { entries } }, numberOf) {
    this.node = makeSvg("circle", { class: `pulse v${numberOf(entries[0]) % 8}`, r: 4.5 });
  }

  update({ tell, from, to, atMs, fadeMs }) {
    const share = Math.min(1, (atMs - tell.atMs) / fadeMs);
    const { x, y } = along({ from, to }, share);
    set(this.node, {
      cx: x.toFixed(1),
      cy: y.toFixed(1),
      opacity: (share < 0.8 ? 1 : 5 * (1 - share)).toFixed(2),
    });
  }
}
