/**
 * What stands beside the game: how things are with the player, who is there, and who is where.
 *
 * @module
 */

import { element, make } from "./dom.js";

/** What is known of the player, in the order in which it is shown. */
const terms = ["Name", "Rank", "Coins", "Power", "Steps left", "Place"];

/** Shows what the host tells. */
export class Around {
  #go;
  #facts = new Map();
  #place;
  #places = [];

  /** @param go called with the place to which the player wants to go */
  constructor(go) {
    this.#go = go;
  }

  /** Forgets all: nobody is in. */
  clear() {
    this.#facts.clear();
    this.#places = [];
    this.#place = undefined;
    for (const list of ["you", "company", "places"]) element(list).replaceChildren();
  }

  /** Takes what was told. */
  told(name, data) {
    switch (name) {
      case "Char.Status":
        this.#know("Name", data.name);
        this.#know("Rank", data.rank);
        break;
      case "Char.Vitals":
        this.#know("Coins", data.coins.toLocaleString("en"));
        this.#know("Power", data.power.toLocaleString("en"));
        this.#know("Steps left", data.left?.toLocaleString("en"));
        break;
      case "Room.Info":
        this.#know("Place", data.name);
        this.#place = data.id;
        this.#showPlaces();
        break;
      case "Room.Players": {
        const names = data.map(({ name }) => make("li", {}, name));
        element("company").replaceChildren(
          ...names.length > 0 ? names : [make("li", {}, "Nobody")],
        );
        break;
      }
      case "CMUD.Map":
        this.#places = data.places;
        this.#showPlaces();
    }
  }

  #know(term, fact) {
    if (fact === undefined) this.#facts.delete(term);
    else this.#facts.set(term, fact);
    const rows = terms.filter((term) => this.#facts.has(term)).flatMap((term) => [
      make("dt", {}, term),
      make("dd", {}, this.#facts.get(term)),
    ]);
    element("you").replaceChildren(...rows);
  }

  #showPlaces() {
    const items = this.#places.map(({ id, title, count }) => {
      const here = id === this.#place ? { "aria-current": "location" } : {};
      const people = count === 0 ? "" : String(count);
      const button = make("button", { type: "button", ...here }, title, make("span", {}, people));
      button.onclick = () => this.#go(id);
      return make("li", {}, button);
    });
    const focused = [...element("places").querySelectorAll("button")].indexOf(
      document.activeElement,
    );
    element("places").replaceChildren(...items);
    element("places").querySelectorAll("button")[focused]?.focus();
  }
}
