/**
 * The cluster as a picture: the server of the page in the middle, those that it knows around it.
 *
 * @module
 */

import { element, make, makeSvg } from "./dom.js";
import { bytesText, durationText } from "./format.js";

const box = { width: 190, height: 62 };

/** A drawing as wide as there is room for, so that its texts are read at any width. */
function sheet(count) {
  const width = Math.max(330, Math.min(1_100, element("drawing").clientWidth));
  // Two neighbours stand left and right, if they fit.
  const isFlat = count <= 2 && width >= 3.6 * box.width;
  const height = count === 0 || isFlat ? 120 : Math.max(300, Math.min(420, 90 + 60 * count));
  return { width, height, isFlat };
}

/** How each state of a member is drawn. */
const classOf = { up: "", "one-way": "warn", conflict: "warn", down: "bad" };

/** Draws the members, the first of which is this server. */
export function drawCluster([self, ...others]) {
  const { width, height, isFlat } = sheet(others.length);
  const [x, y] = [width / 2, height / 2];
  const places = others.map((_, i) => {
    const angle = (isFlat ? Math.PI : -Math.PI / 2) + 2 * Math.PI * i / others.length;
    return {
      x: x + Math.cos(angle) * (width - box.width - 4) / 2,
      y: y + Math.sin(angle) * (height - box.height - 4) / 2,
    };
  });
  const names = others.map(({ address, state }) => `${address} is ${state}`);
  const label = `This server, ${self.address}, and ${others.length} others. ${names.join(", ")}`;
  element("drawing").replaceChildren(makeSvg(
    "svg",
    { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": label },
    ...others.flatMap((member, i) => link(member, { x, y }, places[i])),
    ...others.map((member, i) => server(member, places[i], "")),
    server(self, { x, y }, "self"),
  ));
  if (others.length === 0) {
    element("drawing").append(make("p", { class: "note" }, "It knows no other server."));
  }
}

function link({ state, lagMs, pendingBytes }, from, to) {
  const line = { x1: from.x, y1: from.y, x2: to.x, y2: to.y };
  const parts = [makeSvg("line", { ...line, class: `link ${classOf[state] ?? ""}` })];
  if (state === "up" && pendingBytes > 0) parts.push(makeSvg("line", { ...line, class: "flow" }));
  const lag = lagMs === null ? "" : lagMs === 0 ? "in step" : `${durationText(lagMs)} behind`;
  const waits = pendingBytes > 0 ? `, ${bytesText(pendingBytes)}` : "";
  const middle = { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 - 7 };
  // Beside a line that goes up or down.
  if (Math.abs(to.x - from.x) < box.width) middle.x += 42;
  parts.push(makeSvg("text", { ...middle, class: "quiet" }, state === "up" ? lag + waits : state));
  return parts;
}

function server({ address, queryAddresses, version }, { x, y }, kind) {
  const actors = queryAddresses?.length ?? 0;
  const dots = Array.from({ length: Math.min(actors, 16) }, (_, i) =>
    makeSvg("circle", {
      class: "actor",
      r: 4,
      cx: x + (i - (Math.min(actors, 16) - 1) / 2) * 11,
      cy: y + 20,
    }));
  return makeSvg(
    "g",
    {},
    makeSvg("title", {}, actors > 0 ? `${address}: ${actors} query actors` : address),
    makeSvg("rect", {
      class: `server ${kind}`,
      x: x - box.width / 2,
      y: y - box.height / 2,
      width: box.width,
      height: box.height,
      rx: 12,
    }),
    makeSvg("text", { x, y: y - 8 }, address),
    ...dots.length > 0 ? dots : [makeSvg("text", { x, y: y + 14, class: "quiet" }, version ?? "")],
  );
}
