/**
 * Keys to look for, to read, to write and to delete, as they are at every moment.
 *
 * @module
 */

import { element, make } from "./dom.js";

/** Keys that are listed; whoever wants others types more of a prefix. */
const rowsMax = 200;
/** The list is read anew so long after what may have changed it: by then a watch has begun, too. */
const rereadMs = 2_000;
/** Values are drawn so far in the list. */
const charsMax = 200;

/** The browser of keys. */
export class Keys {
  #client;
  /** What is listed, by key. */
  #entries = new Map();
  #changed = new Set();
  #isDrawing = false;
  #watching = new AbortController();
  /** For which the list is about to be read anew. */
  #rereading;
  /** The key that is open; `undefined`: none is. */
  #open;
  #mayWrite;
  #seen;

  /**
   * @param mayWrite whether the token is good for more than reading
   * @param seen the keys that it is good for
   */
  constructor(client, mayWrite, seen) {
    this.#client = client;
    this.#mayWrite = mayWrite;
    this.#seen = seen;
    for (const name of ["put", "delete", "new-entry"]) element(name).hidden = !mayWrite;
    element("prefix").addEventListener("input", () => this.#follow(element("prefix").value));
    element("search").addEventListener("submit", (event) => event.preventDefault());
    element("new-entry").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#show(element("new-key").value);
      element("new-key").value = "";
    });
    element("entry").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#attempt("Put", () => this.#client.put(this.#open, element("value").value));
    });
    element("delete").addEventListener("click", () => {
      if (!confirm(`Delete ${nameOf(this.#open)}?`)) return;
      this.#attempt("Deleted", () => this.#client.delete(this.#open));
    });
    element("close").addEventListener("click", () => this.#hide());
    this.#follow("");
  }

  async #follow(prefix) {
    this.#watching.abort();
    const { signal } = this.#watching = new AbortController();
    this.#entries = new Map();
    this.#draw();
    const prefixes = this.#seen.below(prefix);
    if (prefixes.length === 0) {
      element("count").textContent = `The token is good for ${this.#seen.words} alone`;
      return;
    }
    for (;;) {
      const attempt = new AbortController();
      const ends = AbortSignal.any([signal, attempt.signal]);
      try {
        // Before the keys are read, so that nothing in between is missed.
        const watches = prefixes.map((own) => this.#watch(own, prefixes, ends));
        await this.#read(prefixes, signal);
        // What was written until the server had begun to watch.
        this.#reread(prefixes, signal);
        await Promise.all(watches);
      } catch (error) {
        if (signal.aborted) return;
        element("count").textContent = error.message;
        await new Promise((resolve) => setTimeout(resolve, 1_000));
      } finally {
        attempt.abort();
      }
    }
  }

  /** Takes what changes below one of the prefixes that are listed; ends when the watch fails. */
  #watch(own, prefixes, signal) {
    const watching = (async () => {
      for await (const { key, value } of this.#client.watch(own, { signal })) {
        const { size } = this.#entries;
        this.#take(key, value);
        // Others may be the first ones now, and their number is another one.
        if (this.#entries.size !== size || size >= rowsMax) this.#reread(prefixes, signal);
      }
    })();
    // When the reading fails, nobody awaits it.
    watching.catch(() => {});
    return watching;
  }

  /** Reads the keys below these prefixes: of very many as many as are shown. */
  async #read(prefixes, signal) {
    const entries = new Map();
    let count = 0;
    for (const prefix of prefixes) {
      if (entries.size < rowsMax) {
        for await (const [key, value] of this.#client.scan(prefix, { signal })) {
          entries.set(key, value);
          if (entries.size >= rowsMax) break;
        }
      }
      count += await this.#client.count(prefix, { signal });
    }
    this.#entries = entries;
    element("count").textContent = count === 1 ? "1 key" : `${count.toLocaleString("en-US")} keys`;
    this.#draw();
  }

  /** Reads once more in a while, however often it is called until then. */
  #reread(prefixes, signal) {
    if (this.#rereading === signal) return;
    this.#rereading = signal;
    setTimeout(() => {
      if (signal.aborted) return;
      this.#rereading = undefined;
      this.#read(prefixes, signal).catch(() => {});
    }, rereadMs);
  }

  #take(key, value) {
    if (value === undefined) this.#entries.delete(key);
    else this.#entries.set(key, value);
    if (this.#entries.size > rowsMax) this.#entries.delete([...this.#entries.keys()].sort().at(-1));
    this.#changed.add(key);
    // What was put here comes back.
    if (key === this.#open && value !== element("value").value) {
      element("entry-state").textContent = value === undefined
        ? "It was deleted."
        : "It has changed: what is here now is shown when you open it again.";
    }
    this.#draw();
  }

  /** Draws the list when the browser draws next, once for all that has changed until then. */
  #draw() {
    if (this.#isDrawing) return;
    this.#isDrawing = true;
    requestAnimationFrame(() => {
      this.#isDrawing = false;
      const keys = [...this.#entries.keys()].sort();
      element("keys").replaceChildren(...keys.map((key) => this.#row(key)));
      this.#changed.clear();
    });
  }

  #row(key) {
    const value = this.#entries.get(key);
    const button = make(
      "button",
      { type: "button", class: this.#changed.has(key) ? "changed" : "" },
      make("span", {}, nameOf(key)),
      make("span", {}, textOf(value).slice(0, charsMax)),
    );
    button.addEventListener("click", () => this.#show(key));
    return make("li", {}, button);
  }

  async #show(key) {
    this.#open = key;
    element("entry-key").textContent = nameOf(key);
    element("entry").hidden = false;
    // Nothing is put in the place of a value that is not known.
    showValue("", false, "");
    try {
      const value = await this.#client.get(key) ?? "";
      if (this.#open !== key) return;
      const isText = typeof value === "string";
      showValue(
        textOf(value),
        isText && this.#mayWrite,
        isText ? "" : "These are bytes, which cannot be edited here.",
      );
      element("value").focus();
    } catch (error) {
      if (this.#open === key) showValue("", false, error.message);
    }
  }

  #hide() {
    this.#open = undefined;
    element("entry").hidden = true;
    element("prefix").focus();
  }

  async #attempt(done, action) {
    try {
      await action();
      element("entry-state").textContent = `${done}.`;
    } catch (error) {
      element("entry-state").textContent = error.message;
    }
  }
}

/** @param state what is to be said of it */
function showValue(text, mayBePut, state) {
  element("value").value = text;
  element("value").readOnly = !mayBePut;
  element("put").disabled = !mayBePut;
  element("entry-state").textContent = state;
}

/** A key as it is shown: also one that has no characters. */
function nameOf(key) {
  return key === "" ? '""' : key;
}

function textOf(value) {
  return typeof value === "string" ? value : `${value.length} bytes`;
}
