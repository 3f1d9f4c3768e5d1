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
  /** @param load is called with the text to run @param transcript tells the story of what has run */
  constructor({ load, transcript }) {
    element("language").textContent = Object.values(usages).join("\n");
    element("run").addEventListener("click", () => load(element("scenario").value));
    element("scenario").addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
        load(element("scenario").value);
      }
    });
    element("copy-transcript").addEventListener(
      "click",
      () => copy(transcript(), "The transcript"),
    );
  }

  /** Shows the scenario that runs, unless someone is changing it. */
  show(text) {
    if (document.activeElement !== element("scenario")) element("scenario").value = text;
  }
}
