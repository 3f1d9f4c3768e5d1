/**
 * The cluster as a picture: servers on a ring, the ways between them, and what travels there.
 *
 * @module
 */

import { makeSvg } from "../../http/page/dom.js";
import { cardSize, tilesOf } from "../model/card.ts";
import { placesOf } from "../model/geometry.ts";
import { Keyed, set } from "./keyed.js";
import { Lane } from "./lane.js";
import { ServerCard } from "./server_card.js";
import { TellPulse } from "./tell_pulse.js";
import { TravelMark } from "./travel_mark.js";

/** Keys that cards show: those that have changed last. */
const rowsMax = 4;

/** On a large screen all is drawn so much larger. */
const zoomMax = 1.5;

/** In a drawing of less than this width, messages say only so much: what they are about is there when asked for. */
const [narrowWidth, narrowLabelChars] = [560, 7];

/** The drawing in an element of the page. */
export class Drawing {
  #box;
  /** What stands, and above it what moves: that is drawn anew all the time, and the rest is not. */
  #standing = makeSvg("svg", { role: "group", "aria-label": "The cluster" });
  #moving = makeSvg("svg", { class: "moving", role: "group", "aria-label": "What travels" });
  #lanes;
  #cards;
  #pulses;
  #travels;
  #size = { width: 600, height: 420 };
  /** Where servers and their actors stand. */
  #places = new Map();
  #points = new Map();

  /** @param onSelect is called with what is clicked @param numberOf gives each version its number */
  constructor(box, onSelect, numberOf) {
    this.#box = box;
    this.numberOf = numberOf;
    const layer = (svg, name, make) => {
      const group = makeSvg("g", { class: name });
      svg.append(group);
      return new Keyed(group, make);
    };
    this.#lanes = layer(this.#standing, "lanes", (item) => new Lane(item, onSelect));
    this.#cards = layer(this.#standing, "cards", (item) => new ServerCard(item, onSelect));
    this.#pulses = layer(this.#moving, "pulses", (item) => new TellPulse(item, numberOf));
    this.#travels = layer(
      this.#moving,
      "travels",
      (item) => new TravelMark(item, onSelect, numberOf),
    );
    this.#standing.addEventListener("click", () => onSelect(undefined));
    box.replaceChildren(this.#standing, this.#moving);
    new ResizeObserver(() => this.#measure()).observe(box);
    this.#measure();
  }

  #measure() {
    const { clientWidth: width, clientHeight: height } = this.#box;
    if (width === 0 || height === 0) return;
    // Where there is much room all is drawn larger.
    const zoom = Math.max(1, Math.min(zoomMax, width / 800, height / 500));
    this.#size = { width: width / zoom, height: height / zoom };
    const look = { viewBox: `0 0 ${width / zoom} ${height / zoom}`, width, height };
    for (const svg of [this.#standing, this.#moving]) set(svg, look);
    this.onResize();
  }

  /** Called when all has to be drawn anew. */
  onResize = () => {};

  /** Draws what stands in a scene: servers, what they hold, the ways between them. */
  drawStanding(scene, { atMs, selection, isLive }) {
    const servers = [...scene.servers.values()];
    const keys = shownKeys(scene);
    const actors = Math.max(1, ...servers.map((server) => server.actors.length));
    const rows = Math.min(rowsMax, Math.max(2, keys.length));
    const size = cardSize(this.#size.width, servers.length, actors, rows);
    this.#box.style.setProperty("--height", `${heightOf(servers.length, size)}px`);
    const places = new Map(
      placesOf(servers.length, this.#size, size).map((place, i) => [servers[i].name, place]),
    );
    this.#places = places;
    this.#points = pointsOf(servers, places, size);
    this.#cards.show(
      servers.map((server) => ({
        server,
        place: places.get(server.name),
        size,
        keys,
        replicas: scene.replicas,
        atMs: isLive ? undefined : atMs,
        selection,
        numberOf: this.numberOf,
      })),
      ({ server }) => server.name,
    );
    this.#lanes.show(
      linksOf(scene, isLive).map((link) => ({
        link,
        back: scene.link(link.to, link.from),
        from: places.get(link.from).port,
        to: places.get(link.to).port,
        selection,
      })),
      ({ link }) => `${link.from} ${link.to}`,
    );
  }

  /** Draws what travels. @param fadeMs how long what has ended is seen, in time of the run */
  drawMoving(scene, { atMs, fadeMs, selection }) {
    const between = (ends, points) => ({ from: points(ends.from), to: points(ends.to) });
    const isPlaced = ({ from, to }) => from !== undefined && to !== undefined;
    this.#travels.show(
      [...scene.travels.values()]
        .filter(({ endedMs, arrivesMs }) => atMs - (endedMs ?? arrivesMs) < fadeMs)
        .map((travel) => ({
          ...between(travel, (name) => this.#places.get(name)?.port),
          travel,
          labelChars: this.#size.width < narrowWidth ? narrowLabelChars : undefined,
          atMs,
          fadeMs,
          selection,
        }))
        .filter(isPlaced),
      ({ travel }) => travel,
    );
    this.#pulses.show(
      scene.tells
        .filter(({ entries, atMs: toldMs }) => entries.length > 0 && atMs - toldMs < fadeMs)
        .map((tell) => ({ ...between(tell, (name) => this.#points.get(name)), tell, atMs, fadeMs }))
        .filter(isPlaced),
      ({ tell }) => tell,
    );
  }
}

/** How high a narrow drawing has to be, so that no server covers another one: they stand in rows of two. */
function heightOf(count, { height }) {
  const rows = Math.floor(count / 2) + 1;
  return Math.max(470, rows * (height + 44) + 20);
}

/** Both directions between all servers, be they connected or not. */
function linksOf(scene, isLive) {
  // Of a cluster that runs the ways between other servers are not known.
  if (isLive) return [...scene.links.values()];
  const servers = scene.running;
  return servers.flatMap((from) =>
    servers.filter((to) => to !== from).map((to) => scene.link(from.name, to.name))
  );
}

/** The keys that have changed last, in their order. */
function shownKeys({ keys, changedMs }) {
  return keys.toSorted((a, b) => changedMs.get(b) - changedMs.get(a)).slice(0, rowsMax).sort();
}

/** Where each actor is: replicas in the middle of their tiles, sync actors at the ports. */
function pointsOf(servers, places, { width, height }) {
  const points = new Map();
  for (const server of servers) {
    const { x, y, port } = places.get(server.name);
    points.set(`${server.name}.sync`, port);
    for (
      const tile of tilesOf(server, { left: x - width / 2, top: y - height / 2, width, height })
    ) {
      points.set(tile.replica, { x: tile.x + tile.width / 2, y: tile.y + tile.height / 2 });
    }
  }
  return points;
}
