/**
 * Keys to touch instead of typing: what there is to do where the player is, and what one does everywhere.
 *
 * @module
 */

import { element, make } from "./dom.js";

/** The keys, which are there while somebody is in. */
export class Keys {
  #type;
  #room = { exits: {}, people: [], things: [] };
  #isSolving = false;

  /** @param type called with the line that a key stands for */
  constructor(type) {
    this.#type = type;
    for (const button of element("commands").children) {
      button.onclick = () => type(button.textContent);
    }
    // What is typed stays where it is typed, and a keyboard on the screen stays as it is.
    element("keys").onmousedown = (event) => event.preventDefault();
  }

  /** Shows them, or not. */
  show(isIn) {
    element("keys").hidden = !isIn;
  }

  /** Takes what was told. */
  told(name, data) {
    if (name === "Room.Info") this.#room = data;
    else if (name === "Char.Status") this.#isSolving = data.solving;
    else return;
    const { exits = {}, people = [], things = [] } = this.#room;
    this.#lay([
      // A problem is left before one walks.
      ...this.#isSolving ? ["resign"] : Object.keys(exits),
      ...people.map((who) => `talk ${who}`),
      ...things.map((what) => `read ${what}`),
    ]);
  }

  #lay(lines) {
    const buttons = lines.map((line) => {
      const button = make("button", { type: "button" }, line);
      button.onclick = () => this.#type(line);
      return button;
    });
    element("here").replaceChildren(...buttons);
  }
}
