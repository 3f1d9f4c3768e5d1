/**
 * Panels of which one is seen at a time, as the ARIA practices describe tabs.
 *
 * @module
 */

import { make } from "../../http/page/dom.js";

/** The panels in an element that has a list for their tabs. */
export class Tabs {
  #tabs;
  #panels;

  constructor(box) {
    this.#panels = [...box.querySelectorAll("[role=tabpanel]")];
    const list = box.querySelector("[role=tablist]");
    this.#tabs = this.#panels.map((panel, i) => {
      const tab = make("button", {
        type: "button",
        role: "tab",
        id: `${panel.id}-tab`,
        "aria-controls": panel.id,
      }, panel.dataset.title);
      panel.setAttribute("aria-labelledby", tab.id);
      tab.addEventListener("click", () => this.#open(i));
      tab.addEventListener("keydown", ({ key }) => {
        const move = { ArrowRight: 1, ArrowLeft: -1 }[key];
        if (move === undefined) return;
        const next = (i + move + this.#tabs.length) % this.#tabs.length;
        this.#open(next);
        this.#tabs[next].focus();
      });
      list.append(tab);
      return tab;
    });
    this.#open(0);
  }

  /** Shows the panel with an id, and hides the others. */
  open(id) {
    this.#open(this.#panels.findIndex((panel) => panel.id === id));
  }

  #open(index) {
    this.#tabs.forEach((tab, i) => {
      tab.setAttribute("aria-selected", i === index);
      tab.tabIndex = i === index ? 0 : -1;
      this.#panels[i].hidden = i !== index;
    });
  }
}
