/**
 * Nodes that stay the same while what they show changes, so that focus, animations and pointers keep them.
 *
 * @module
 */

/** The parts of a drawing that show the items of a list, one for each. */
export class Keyed {
  #parent;
  #make;
  /** By key; a part has a `node`. */
  #parts = new Map();

  /** @param make returns a new part for an item: an object with a `node` and `update(item)` */
  constructor(parent, make) {
    this.#parent = parent;
    this.#make = make;
  }

  /** Shows these items, whose keys `keyOf` tells: parts are made, updated and removed as needed. */
  show(items, keyOf) {
    const left = new Set(this.#parts.keys());
    for (const item of items) {
      const key = keyOf(item);
      left.delete(key);
      let part = this.#parts.get(key);
      if (part === undefined) {
        part = this.#make(item);
        this.#parts.set(key, part);
        this.#parent.append(part.node);
      }
      part.update(item);
    }
    for (const key of left) {
      this.#parts.get(key).node.remove();
      this.#parts.delete(key);
    }
  }
}

/** Sets attributes that are not as they are to be. */
export function set(node, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    const text = String(value);
    if (node.getAttribute(name) !== text) node.setAttribute(name, text);
  }
}

/** Sets the text of a node that has another one. */
export function say(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** Makes a node do something when it is clicked, or chosen by the keyboard. */
export function onChoose(node, choose) {
  node.addEventListener("click", (event) => {
    event.stopPropagation();
    choose();
  });
  node.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    event.stopPropagation();
    choose();
  });
}
