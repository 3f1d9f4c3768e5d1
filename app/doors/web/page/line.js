/**
 * The line in which a player types who does not type on the terminal itself.
 *
 * @module
 */

import { element } from "./dom.js";

const linesMax = 200;

/** The line, with those that were typed before. */
export class Line {
  #lines = [];
  #at = 0;
  #isHidden = false;
  #prompt = "";
  #attempt = "";

  /** @param onLine called with each line that is entered, and whether it is a secret */
  constructor(onLine) {
    const input = element("typed");
    input.oninput = () => this.#show();
    // Whoever sends a line with a finger types the next one.
    element("line").querySelector("button").onmousedown = (event) => event.preventDefault();
    element("line").onsubmit = (event) => {
      event.preventDefault();
      const line = input.value;
      input.value = "";
      if (!this.#isHidden && line !== "") this.#lines = [...this.#lines, line].slice(-linesMax);
      this.#at = this.#lines.length;
      this.#show();
      onLine(line, this.#isHidden);
    };
    input.onkeydown = (event) => {
      const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
      if (step === undefined || this.#isHidden) return;
      event.preventDefault();
      this.#at = Math.max(0, Math.min(this.#lines.length, this.#at + step));
      input.value = this.#lines[this.#at] ?? "";
    };
  }

  /** Shows what stands in front of the line. */
  ask(prompt) {
    this.#prompt = prompt;
    this.#show();
  }

  /** Shows the attempt that takes its time instead; nothing: it is over. */
  wait(attempt = "") {
    this.#attempt = attempt;
    this.#show();
  }

  /** Whether nobody is to see what is typed. */
  hide(isHidden) {
    this.#isHidden = isHidden;
    const input = element("typed");
    input.type = isHidden ? "password" : "text";
    input.autocomplete = isHidden ? "current-password" : "off";
  }

  #show() {
    element("prompt").textContent = this.#attempt || this.#prompt || ">";
    // An empty line ends an attempt.
    const stops = this.#attempt !== "" && element("typed").value === "";
    element("line").querySelector("button").textContent = stops ? "Stop" : "Send";
  }

  focus() {
    element("typed").focus();
  }
}
