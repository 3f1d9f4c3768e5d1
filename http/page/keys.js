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

  /** @param mayWrite whether the token is good for more than reading */
  constructor(client, mayWrite) {
    this.#client = client;
    this.#mayWrite = mayWrite;
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
    // Of very many keys as many are read as are shown.
    for (;;) {
      const attempt = new AbortController();
      try {
        const changes = this.#client.watch(prefix, {
          signal: AbortSignal.any([signal, attempt.signal]),
        });
        // Before the keys are read, so that nothing in between is missed.
        let change = changes.next();
        // When the reading fails, nobody awaits it.
        change.catch(() => {});
        await this.#read(prefix, signal);
        // What was written until the server had begun to watch.
        this.#reread(prefix, signal);
        for (let { value, done } = await change; !done; { value, done } = await change) {
          const { size } = this.#entries;
          this.#take(value.key, value.value);
          // Others may be the first ones now, and their number is another one.
          if (this.#entries.size !== size || size >= rowsMax) this.#reread(prefix, signal);
          change = changes.next();
        }
      } catch (error) {
        if (signal.aborted) return;
        element("count").textContent = error.message;
        await new Promise((resolve) => setTimeout(resolve, 1_000));
      } finally {
        attempt.abort();
      }
    }
  }

  async #read(prefix, signal) {
    const entries = new Map();
    for await (const [key, value] of this.#client.scan(prefix, { signal })) {
      entries.set(key, value);
      if (entries.size >= rowsMax) break;
    }
    this.#entries = entries;
    const count = await this.#client.count(prefix, { signal });
    element("count").textContent = count === 1 ? "1 key" : `${count.toLocaleString("en-US")} keys`;
    this.#draw();
  }

  /** Reads once more in a while, however often it is called until then. */
  #reread(prefix, signal) {
    if (this.#rereading === signal) return;
    this.#rereading = signal;
    setTimeout(() => {
      if (signal.aborted) return;
      this.#rereading = undefined;
      this.#read(prefix, signal).catch(() => {});
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
