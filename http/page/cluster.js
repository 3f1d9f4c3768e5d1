/**
 * The cluster as a picture: the server of the page, and those that it knows beside or below it.
 *
 * @module
 */

import { element, make, makeSvg } from "./dom.js";
import { bytesText, durationText } from "./format.js";

const box = { width: 190, height: 62 };

/** How each state of a member is drawn. */
const classOf = { up: "", "one-way": "warn", conflict: "warn", down: "bad" };

/**
 * Where everything stands, so that no text lies on another: the others one below the other, each with a line to
 * this server that ends in what is said of it.
 */
function layout(count) {
  const room = Math.max(300, Math.min(1_000, element("drawing").clientWidth));
  const edge = 2;
  // What is said of a line needs so much of it, or a row of its own.
  const isNarrow = room < 2 * box.width + 240;
  const left = edge + box.width / 2;
  if (count === 0) {
    return { width: room, height: box.height + 2 * edge, self: { x: room / 2, y: 33 } };
  }
  if (!isNarrow) {
    const row = 84;
    const height = Math.max(count * row, box.height + 2 * edge);
    const self = { x: left, y: height / 2 };
    const places = Array.from({ length: count }, (_, i) => {
      const y = height / 2 + (i - (count - 1) / 2) * row;
      const x = room - left;
      const end = { x: x - box.width / 2, y };
      const from = { x: self.x + box.width / 2, y: self.y };
      return { x, y, line: [from, { x: end.x - 210, y }, end], said: { x: end.x - 105, y } };
    });
    return { width: room, height, self, places };
  }
  const row = 112;
  const self = { x: left, y: edge + box.height / 2 };
  const places = Array.from({ length: count }, (_, i) => {
    const y = self.y + (i + 1) * row + 14;
    const x = left + 40;
    const trunk = edge + 20;
    const line = [
      { x: trunk, y: self.y + box.height / 2 },
      { x: trunk, y },
      { x: x - box.width / 2, y },
    ];
    return { x, y, line, said: { x, y: y - box.height / 2 - 21 } };
  });
  const height = self.y + count * row + 14 + box.height / 2 + edge;
  return { width: room, height, self, places };
}

/**
 * Draws the members, the first of which is this server.
 *
 * @param rates what goes to each other one and comes from it, by address
 */
export function drawCluster([self, ...others], rates) {
  const { width, height, self: center, places } = layout(others.length);
  const names = others.map(({ address, state }) => `${address} is ${state}`);
  const label = `This server, ${self.address}, and ${others.length} others. ${names.join(", ")}`;
  element("drawing").replaceChildren(makeSvg(
    "svg",
    { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": label },
    // Where lines share a way, that of a neighbour lies above that of one further away.
    ...others.map((member, i) => link(member, places[i])).reverse().flat(),
    ...others.flatMap((member, i) => said(member, rates.get(member.address), places[i].said)),
    ...others.map((member, i) => server(member, places[i], "")),
    server(self, center, "self"),
  ));
  if (others.length === 0) {
    element("drawing").append(make("p", { class: "note" }, "It knows no other server."));
  }
}

function link({ state, pendingBytes }, { line }) {
  const points = line.map(({ x, y }) => `${x},${y}`).join(" ");
  const parts = [makeSvg("polyline", { points, class: `link ${classOf[state] ?? ""}` })];
  if (state === "up" && pendingBytes > 0) {
    parts.push(makeSvg("polyline", { points, class: "flow" }));
  }
  return parts;
}

/** How far a member is behind, above the line, and what goes over it, below. */
function said({ state, lagMs, pendingBytes }, rate, { x, y }) {
  const say = (text, dy) => makeSvg("text", { class: "quiet", x, y: y + dy }, text);
  if (state !== "up") return [say(state, -6)];
  const lag = lagMs === null ? "" : lagMs === 0 ? "in step" : `${durationText(lagMs)} behind`;
  const waits = pendingBytes > 0 ? `, ${bytesText(pendingBytes)}` : "";
  const isMoving = rate !== undefined && rate.told + rate.heard > 0;
  const traffic = isMoving ? `${bytesText(rate.told)}/s out, ${bytesText(rate.heard)}/s in` : "";
  return [say(lag + waits, -6), say(traffic, 14)];
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
