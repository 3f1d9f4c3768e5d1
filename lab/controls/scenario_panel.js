/**
 * The scenario as text, to be read and changed, and the transcript of its run.
 *
 * @module
 */

import { element } from "../../http/page/dom.js";
import { usages } from "../../simulate/scenario/parse_scenario.ts";
import { copy } from "../view/copy.js";

/** The panel with both. */
export class ScenarioPanel {
  /** The scenario that runs. */
  #runs;

  /** @param load is called with the text to run @param transcript tells the story of what has run */
  constructor({ load, transcript }) {
    element("language").textContent = Object.values(usages).join("\n");
    element("run").addEventListener("click", () => load(this.text));
    element("scenario").addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
        load(this.text);
      }
    });
    element("copy-transcript").addEventListener(
      "click",
      () => copy(transcript(), "The transcript"),
    );
  }

  /** The scenario as it stands here, be it run or not. */
  get text() {
    return element("scenario").value;
  }

  /** Shows the scenario that runs, unless it is the same, which someone has changed, or is changing. */
  show(text) {
    if (text === this.#runs) return;
    this.#runs = text;
    if (document.activeElement !== element("scenario")) element("scenario").value = text;
  }
}
