/**
 * The terminal: what comes is drawn, and keys go to the host as they are pressed.
 *
 * @module
 */

import { FitAddon, Terminal } from "./deps.js";
import { element } from "./dom.js";

/** The terminal of the page. */
export class Screen {
  #terminal;
  #fit = new FitAddon();

  /** @param listener told of `keys(text)` that were pressed, and when it is `resized(size)` */
  constructor(listener) {
    const terminal = this.#terminal = new Terminal({
      fontFamily: "ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace",
      fontSize: 15,
      theme: theme(),
      scrollback: 5_000,
      cursorBlink: false,
    });
    terminal.loadAddon(this.#fit);
    terminal.open(element("screen"));
    this.#fit.fit();
    terminal.onData((text) => listener.keys(text));
    terminal.onResize(({ cols, rows }) => listener.resized({ columns: cols, rows }));
    new ResizeObserver(() => element("screen").hidden || this.#fit.fit())
      .observe(element("screen"));
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
      terminal.options.theme = theme();
    });
  }

  get size() {
    return { columns: this.#terminal.cols, rows: this.#terminal.rows };
  }

  write(text) {
    this.#terminal.write(text);
  }

  /** What comes next begins a row. */
  begin() {
    if (this.#terminal.buffer.active.cursorX > 0) this.#terminal.write("\r\n");
  }

  /** Shows nothing of what was. */
  clear() {
    this.#terminal.reset();
  }

  focus() {
    this.#terminal.focus();
  }

  /** Whether keys are taken; otherwise the keyboard is for the line below. */
  set takesKeys(takes) {
    this.#terminal.options.disableStdin = !takes;
    this.#terminal.textarea.tabIndex = takes ? 0 : -1;
  }
}

/** Colours as the page has them. */
function theme() {
  const styles = getComputedStyle(document.documentElement);
  const colour = (name) => styles.getPropertyValue(name).trim();
  const isDark = matchMedia("(prefers-color-scheme: dark)").matches;
  return {
    background: colour("--card"),
    foreground: colour("--text"),
    cursor: colour("--text"),
    cyan: colour("--news"),
    yellow: colour("--trouble"),
    selectionBackground: isDark ? "#38435a" : "#b9d3f8",
  };
}
