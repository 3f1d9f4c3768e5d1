/**
 * A server in the drawing: its name and clock, its replicas and what they hold.
 *
 * @module
 */

import { makeSvg } from "../../http/page/dom.js";
import { rowHeight, tilesOf, titleHeight } from "../model/card.ts";
import { isRunning } from "../model/scene.ts";
import { clockText, cutTo, shortSkewText, skewText, valueText } from "../model/texts.ts";
import { fit } from "./fit.js";
import { Keyed, onChoose, say, set } from "./keyed.js";

/** A card of less than this has no room for a clock beside its name. */
const narrowWidth = 188;

/** Of a head: what is free on either side of it, and beside its clock. */
const [headMargin, gap] = [12, 4];

/** What a character of a clock takes, and of one in a narrow card. */
const [clockCharWidth, narrowCharWidth] = [7.6, 7];

/** One card. `update` takes the server, its place, the size, the keys of the rows, and what replicas hold. */
export class ServerCard {
  node;
  #frame = makeSvg("rect", { class: "frame", rx: 14 });
  #name = makeSvg("text", { class: "name" });
  #clock = makeSvg("text", { class: "clock" });
  #skew = makeSvg("text", { class: "skew", "text-anchor": "end" });
  #status = makeSvg("text", { class: "status", "text-anchor": "middle" });
  #port = makeSvg("circle", { class: "port", r: 7 });
  #head;
  #tiles;

  constructor({ server: { name } }, onSelect) {
    this.#head = makeSvg(
      "g",
      { class: "head", role: "button", tabindex: 0 },
      this.#frame,
      this.#name,
      this.#clock,
      this.#skew,
      this.#status,
    );
    onChoose(this.#head, () => onSelect({ kind: "server", server: name }));
    const tiles = makeSvg("g");
    this.#tiles = new Keyed(tiles, (tile) => new ReplicaTile(tile, onSelect));
    this.node = makeSvg("g", { class: "server" }, this.#head, tiles, this.#port);
  }

  update({ server, place, size, keys, replicas, atMs, selection, numberOf }) {
    const { width, height } = size;
    const [left, top] = [place.x - width / 2, place.y - height / 2];
    const isSelected = selection?.kind === "server" && selection.server === server.name;
    set(this.node, { class: `server ${server.status}` });
    set(this.#head, {
      class: isSelected ? "head selected" : "head",
      "aria-label": `Server ${server.name}, ${server.status}`,
    });
    set(this.#frame, { x: left, y: top, width, height });
    const isUp = isRunning(server);
    const clock = isUp && atMs !== undefined ? clockText(atMs + server.skewMs) : "";
    this.#layOutHead(server, { left, top, width }, clock);
    set(this.#status, { x: place.x, y: top + height / 2 + 16 });
    say(this.#status, isUp ? "" : server.status);
    set(this.#port, { cx: place.port.x, cy: place.port.y });
    const tiles = isUp
      ? tilesOf(server, { left, top, width, height }).map((tile) => ({
        ...tile,
        server: server.name,
        keys,
        held: replicas.get(tile.replica),
        selection,
        numberOf,
      }))
      : [];
    this.#tiles.show(tiles, ({ replica }) => replica);
  }

  /** The name, and the clock beside it; in a narrow card, below it. */
  #layOutHead({ name, skewMs }, { left, top, width }, clock) {
    const isNarrow = width < narrowWidth;
    const room = width - 2 * headMargin;
    const charWidth = isNarrow ? narrowCharWidth : clockCharWidth;
    const besideClock = clock === "" ? room : room - gap - clock.length * charWidth;
    const [start, end] = [left + headMargin, left + width - headMargin];
    // An address has more characters than fit as large as a name.
    const isLong = name.length > 12 || isNarrow;
    set(this.#name, {
      x: start,
      y: top + (isNarrow ? 16 : isLong ? 18 : 23),
      class: isLong ? "name long" : "name",
    });
    fit(this.#name, isNarrow ? room : besideClock, name);
    say(this.#clock, clock);
    set(this.#clock, {
      x: isNarrow ? start : end,
      y: top + (isNarrow ? 29 : skewMs === 0 ? 22 : 17),
      class: isNarrow ? "clock below" : "clock",
    });
    set(this.#skew, { x: end, y: top + (isNarrow ? 29 : 30) });
    const skew = clock !== "" && skewMs !== 0 ? [skewText(skewMs), shortSkewText(skewMs)] : [""];
    fit(this.#skew, isNarrow ? besideClock : room, ...skew);
  }
}

/** A replica of a card. */
class ReplicaTile {
  node;
  #frame = makeSvg("rect", { class: "tile", rx: 8 });
  #title = makeSvg("text", { class: "title" });
  #cells;

  constructor({ replica, server }, onSelect) {
    const head = makeSvg("g", { role: "button", tabindex: 0 }, this.#frame, this.#title);
    onChoose(head, () => onSelect({ kind: "replica", server, replica }));
    const cells = makeSvg("g");
    this.#cells = new Keyed(cells, (cell) => new Cell(cell, onSelect));
    this.node = makeSvg("g", { class: "replica" }, head, cells);
    set(head, { "aria-label": `Replica ${replica}` });
  }

  update({ replica, server, x, y, width, height, keys, held, selection, numberOf }) {
    const isSelected = selection?.kind === "replica" && selection.replica === replica;
    set(this.#frame, { x, y, width, height, class: isSelected ? "tile selected" : "tile" });
    set(this.#title, { x: x + 8, y: y + 13 });
    // Its server is named above.
    fit(this.#title, width - 12, replica, replica.slice(server.length), "");
    this.#cells.show(
      keys.map((key, i) => ({
        key,
        replica,
        version: held?.get(key),
        x: x + 4,
        y: y + titleHeight + i * rowHeight,
        width: width - 8,
        height: rowHeight - 3,
        numberOf,
      })).filter(({ version }) => version !== undefined),
      ({ key }) => key,
    );
  }
}

/** A version that a replica holds. */
class Cell {
  node;
  #frame = makeSvg("rect", { rx: 5 });
  #text = makeSvg("text", { class: "held" });
  #shown;

  constructor({ key }, onSelect) {
    this.node = makeSvg(
      "g",
      { class: "cell", role: "button", tabindex: 0 },
      this.#frame,
      this.#text,
    );
    onChoose(this.node, () => onSelect({ kind: "key", key }));
  }

  update({ key, replica, version, x, y, width, height, numberOf }) {
    const number = numberOf(version);
    const value = valueText(version.value);
    const isDeleted = version.value === null;
    set(this.#frame, { x, y, width, height });
    set(this.#text, { x: x + 7, y: y + 14 });
    // In a tile that is too small for words, the colour says enough.
    const chars = Math.floor((width - 14) / 7.25);
    say(this.#text, chars < 3 ? "" : cutTo(`${key} ${value}`, chars));
    set(this.node, {
      class: `cell v${number % 8}${isDeleted ? " deleted" : ""}`,
      "aria-label": `${replica} holds ${key}: ${value}`,
    });
    if (this.#shown === version) return;
    if (this.#shown !== undefined || number > 0) this.#flash();
    this.#shown = version;
  }

  #flash() {
    this.node.classList.add("flash");
    this.#frame.addEventListener("animationend", () => this.node.classList.remove("flash"), {
      once: true,
    });
  }
}
