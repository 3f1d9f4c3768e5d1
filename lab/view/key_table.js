/**
 * Which replica holds which version of which key, as a table.
 *
 * @module
 */

import { element, make } from "../../http/page/dom.js";
import { valueText } from "../model/texts.ts";

/** Keys that are listed. */
const rowsMax = 100;

/** The table in a section of the page. */
export class KeyTable {
  #table;
  #onSelect;
  #numberOf;
  #shown = "";

  constructor(section, onSelect, numberOf) {
    this.#table = section.querySelector("table");
    this.#onSelect = onSelect;
    this.#numberOf = numberOf;
  }

  show({ scene, selection }) {
    const replicas = scene.running.flatMap(({ actors }) => actors);
    const keys = scene.keys.slice(0, rowsMax);
    const rows = keys.map((key) => ({
      key,
      cells: replicas.map((replica) => {
        const version = scene.replicas.get(replica)?.get(key);
        return version && { number: this.#numberOf(version), value: version.value };
      }),
    }));
    const chosen = selection?.kind === "key" ? selection.key : undefined;
    const text = JSON.stringify([replicas, rows, chosen]);
    if (text === this.#shown) return;
    this.#shown = text;
    element("no-keys").hidden = keys.length > 0;
    this.#table.parentElement.hidden = keys.length === 0;
    const head = ["Key", ...replicas].map((title) => make("th", { scope: "col" }, title));
    this.#table.tHead.replaceChildren(make("tr", {}, ...head));
    const focused = document.activeElement?.dataset?.key;
    this.#table.tBodies[0].replaceChildren(...rows.map((row) => this.#row(row, chosen)));
    if (focused !== undefined) {
      this.#table.querySelector(`button[data-key="${CSS.escape(focused)}"]`)?.focus();
    }
  }

  #row({ key, cells }, chosen) {
    const button = make("button", { type: "button", "data-key": key, class: "key" }, key);
    button.addEventListener("click", () => this.#onSelect({ kind: "key", key }));
    return make(
      "tr",
      key === chosen ? { class: "selected" } : {},
      make("th", { scope: "row" }, button),
      ...cells.map((cell) =>
        cell === undefined ? make("td", {}, make("span", { class: "none" }, "–")) : make(
          "td",
          {},
          make("span", {
            class: `held v${cell.number % 8}${cell.value === null ? " deleted" : ""}`,
          }, valueText(cell.value)),
        )
      ),
    );
  }
}
