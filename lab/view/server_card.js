/**
 * A server in the drawing: its name and clock, its replicas and what they hold.
 *
 * @module
 */

import { makeSvg } from "../../http/page/dom.js";
import { rowHeight, tilesOf, titleHeight } from "../model/card.ts";
import { isRunning } from "../model/scene.ts";
import { clockText, skewText, valueText } from "../model/texts.ts";
import { Keyed, onChoose, say, set } from "./keyed.js";

/** One card. `update` takes the server, its place, the size, the keys of the rows, and what replicas hold. */
export class ServerCard {
  node;
  #frame = makeSvg("rect", { class: "frame", rx: 14 });
  #name = makeSvg("text", { class: "name" });
  #clock = makeSvg("text", { class: "clock", "text-anchor": "end" });
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
    // An address has more characters than fit as large as a name.
    const isLong = server.name.length > 12;
    set(this.#name, {
      x: left + 12,
      y: top + (isLong ? 18 : 23),
      class: isLong ? "name long" : "name",
    });
    say(this.#name, server.name);
    const isUp = isRunning(server);
    const right = left + width - 12;
    set(this.#clock, { x: right, y: top + (server.skewMs === 0 ? 22 : 17) });
    say(this.#clock, isUp && atMs !== undefined ? clockText(atMs + server.skewMs) : "");
    set(this.#skew, { x: right, y: top + 30 });
    say(this.#skew, isUp && server.skewMs !== 0 ? skewText(server.skewMs) : "");
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

  update({ replica, x, y, width, height, keys, held, selection, numberOf }) {
    const isSelected = selection?.kind === "replica" && selection.replica === replica;
    set(this.#frame, { x, y, width, height, class: isSelected ? "tile selected" : "tile" });
    set(this.#title, { x: x + 8, y: y + 13 });
    say(this.#title, replica);
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
    const text = chars < 3 ? "" : `${key} ${value}`;
    say(this.#text, text.length > chars ? `${text.slice(0, chars - 1)}…` : text);
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
