/**
 * A page that lists keys, puts and deletes them, and follows what changes: the client as it is, in a browser.
 *
 * @module
 */

import { Client } from "@cmud/cmud/client";

/** Rows that are shown; of more keys the first ones are. */
const rowsMax = 500;

/** After so long the page tries again when no server answers. */
const retryMs = 500;

const scheme = location.protocol === "https:" ? "wss" : "ws";
const client = new Client(`${scheme}://${location.host}/rpc`);

const element = (id) => document.getElementById(id);
const text = (value) => typeof value === "string" ? value : `${value.length} bytes`;

/** What is there below the prefix, by key. */
let entries = new Map();
let watching = new AbortController();
let isDrawing = false;

function say(message, isLive) {
  element("status").textContent = message;
  element("status").classList.toggle("live", isLive);
}

/** Draws the table when the browser draws next, once for all that has changed until then. */
function draw(changedKey) {
  changed.add(changedKey);
  if (isDrawing) return;
  isDrawing = true;
  requestAnimationFrame(() => {
    isDrawing = false;
    const keys = [...entries.keys()].sort();
    element("entries").replaceChildren(...keys.slice(0, rowsMax).map(row));
    const left = keys.length - rowsMax;
    element("more").textContent = left > 0 ? `and ${left} more` : "";
    changed.clear();
  });
}

const changed = new Set();

function row(key) {
  const tr = document.createElement("tr");
  tr.className = changed.has(key) ? "changed" : "";
  const cells = [key, text(entries.get(key))].map((content) => {
    const td = document.createElement("td");
    td.textContent = content;
    return td;
  });
  const remove = document.createElement("button");
  remove.textContent = "Delete";
  remove.addEventListener("click", () => attempt(() => client.delete(key)));
  const last = document.createElement("td");
  last.append(remove);
  tr.append(...cells, last);
  return tr;
}

/** Does what somebody asked for, and says so when it fails. */
async function attempt(work) {
  try {
    await work();
  } catch (error) {
    say(error.message, false);
  }
}

/** Follows what is below the prefix, until another one is asked for. */
async function follow(prefix) {
  watching.abort();
  watching = new AbortController();
  const { signal } = watching;
  while (!signal.aborted) {
    entries = new Map();
    draw();
    try {
      await client.ping();
      say("live", true);
      for await (const { key, value } of client.watch(prefix, { initial: true, signal })) {
        if (value === undefined) entries.delete(key);
        else entries.set(key, value);
        say("live", true);
        draw(key);
      }
    } catch (error) {
      if (signal.aborted) return;
      say(error.message, false);
      await new Promise((resolve) => setTimeout(resolve, retryMs));
    }
  }
}

element("server").textContent = location.host;
element("prefix").addEventListener("input", ({ target }) => follow(target.value));
element("put").addEventListener("submit", (event) => {
  event.preventDefault();
  const { key, value } = Object.fromEntries(new FormData(event.target));
  attempt(() => client.put(key, value));
});
follow("");
