/**
 * Exercises: one line of the system is wrong. A history is to be found that shows it, and then the line.
 *
 * @module
 */

import { element, make } from "../../http/page/dom.js";
import { checkHistory, checkLine } from "../../simulate/exercises/check_answer.ts";
import { exercises } from "../../simulate/exercises/exercises.ts";
import { parseScenario } from "../../simulate/scenario/parse_scenario.ts";

/** Where it is kept which exercises are solved. */
const place = "cmud-lab-solved";

/** The panel with them. */
export class ExercisePanel {
  #on;
  #exercise = exercises[0];
  #isStarted = false;
  #hints = 0;
  /** Which halves of the exercise that is worked at are done. */
  #done = new Set();
  #sources = {};

  /**
   * @param on `start(exercise)` resolves with the sources to look through, `leave()`, `text()` is the scenario,
   * `prove(text)` resolves with what is not as it expects, in the right system and in the faulty one
   */
  constructor(on) {
    this.#on = on;
    this.#list();
    element("exercise").addEventListener("change", () => {
      this.#exercise = exercises.find(({ id }) => id === Number(element("exercise").value));
      this.leave();
      this.#show();
    });
    element("exercise-start").addEventListener("click", () => {
      if (this.#isStarted) this.leave();
      else this.start(this.#exercise.id);
    });
    element("hint").addEventListener("click", () => {
      this.#hints++;
      this.#show();
    });
    element("check-history").addEventListener("click", () => this.#checkHistory());
    element("source-file").addEventListener("change", () => this.#showSource());
    element("source").addEventListener("click", ({ target }) => {
      const line = target.closest("[data-line]");
      if (line !== null) element("source-line").value = line.dataset.line;
    });
    element("line-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#checkLine();
    });
    this.#show();
  }

  /** Begins an exercise. */
  async start(id) {
    const exercise = exercises.find((it) => it.id === id);
    if (exercise === undefined) return;
    this.#exercise = exercise;
    element("exercise").value = String(id);
    try {
      this.#sources = await this.#on.start(exercise);
    } catch (error) {
      say("exercise-state", `${error.message}. Try again in a few seconds.`, false);
      return;
    }
    this.#isStarted = true;
    this.#hints = 0;
    this.#done.clear();
    const files = Object.keys(this.#sources).sort();
    element("source-file").replaceChildren(...files.map((file) => make("option", {}, file)));
    for (const name of ["exercise-state", "history-verdict", "line-verdict"]) say(name, "");
    this.#showSource();
    this.#show();
  }

  /** Goes back to the right system, if an exercise was begun. */
  leave() {
    if (!this.#isStarted) return;
    this.#isStarted = false;
    say("exercise-state", "");
    this.#on.leave();
    this.#show();
  }

  #show() {
    const { task, hints } = this.#exercise;
    element("task").textContent = task;
    element("exercise-start").textContent = this.#isStarted ? "Leave the exercise" : "Start";
    element("exercise-work").hidden = !this.#isStarted;
    element("hints").replaceChildren(
      ...hints.slice(0, this.#hints).map((hint) => make("li", {}, hint)),
    );
    element("hint").disabled = this.#hints >= hints.length;
  }

  #showSource() {
    const lines = (this.#sources[element("source-file").value] ?? "").trimEnd().split("\n");
    element("source").replaceChildren(
      ...lines.map((line, i) =>
        make("span", { "data-line": i + 1 }, `${String(i + 1).padStart(4)}  ${line}\n`)
      ),
    );
    element("source").scrollTop = 0;
  }

  async #checkHistory() {
    const text = this.#on.text();
    say("history-verdict", "Both systems run it…");
    try {
      const scenario = parseScenario(text);
      const { right, faulty } = await this.#on.prove(text);
      this.#judge("history", checkHistory(scenario, { failures: right }, { failures: faulty }));
    } catch (error) {
      say("history-verdict", error.message, false);
    }
  }

  #checkLine() {
    const { fault } = this.#exercise;
    const named = `${element("source-file").value}:${element("source-line").value}`;
    this.#judge("line", checkLine(this.#exercise, named, this.#sources[fault.file]));
  }

  #judge(half, { isRight, says }) {
    say(`${half}-verdict`, says, isRight);
    if (!isRight) return;
    this.#done.add(half);
    if (this.#done.size < 2) return;
    say("exercise-state", "Solved: you have found the history and the line.", true);
    keepSolved(this.#exercise.id);
    this.#list();
  }

  #list() {
    const solved = solvedIds();
    const groups = Map.groupBy(exercises, ({ level }) => level);
    element("exercise").replaceChildren(...[...groups].map(([level, ofLevel]) =>
      make(
        "optgroup",
        { label: level },
        ...ofLevel.map(({ id, title }) =>
          make("option", { value: id }, `${solved.includes(id) ? "✓ " : ""}${id}. ${title}`)
        ),
      )
    ));
    element("exercise").value = String(this.#exercise.id);
  }
}

/** Says something of an answer. @param isRight absent: it is neither right nor wrong */
function say(name, text, isRight) {
  element(name).textContent = text;
  element(name).className = isRight === undefined ? "" : isRight ? "good" : "warn";
}

function solvedIds() {
  try {
    return JSON.parse(localStorage.getItem(place) ?? "[]");
  } catch {
    return [];
  }
}

function keepSolved(id) {
  try {
    localStorage.setItem(place, JSON.stringify([...new Set([...solvedIds(), id])]));
  } catch {
    // Without a place to keep it, it is known as long as the page is open.
  }
}
