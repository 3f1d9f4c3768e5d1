/**
 * What is chosen: a server, a link, a message, a key; what is known of it, and what can be done to it.
 *
 * @module
 */

import { make } from "../../http/page/dom.js";
import { keyStory } from "../model/key_story.ts";
import { isRunning } from "../model/scene.ts";
import { clockText, skewText, spanText, valueText } from "../model/texts.ts";

/** The panel for it. */
export class Inspector {
  #title;
  #box;
  #on;
  #shown = "";

  /** @param on `act(line)`, `select(chosen)` */
  constructor(title, box, on) {
    this.#title = title;
    this.#box = box;
    this.#on = on;
  }

  show(shown) {
    const { selection } = shown;
    const found = this.#find(shown) ?? nothing;
    const name = JSON.stringify([selection, found.title, found.state]);
    if (name === this.#shown) return;
    this.#shown = name;
    this.#title.textContent = found.title;
    const focused = this.#box.contains(document.activeElement) && document.activeElement.name;
    this.#box.replaceChildren(...found.contents());
    if (focused) this.#box.querySelector(`[name="${focused}"]`)?.focus();
  }

  #find(shown) {
    const { selection, scene, isLive } = shown;
    // Nothing can be done to a cluster that runs, and only of its servers something is known.
    if (isLive && selection?.kind !== "server") return looking;
    switch (selection?.kind) {
      case "server":
        return this.#server(scene.servers.get(selection.server), scene.running[0]);
      case "replica":
        return this.#replica(selection, scene);
      case "link":
        return this.#link(scene, selection);
      case "message":
        return this.#message(shown);
      case "key":
        return this.#key(shown);
    }
  }

  /** @param other one that runs, for it to join */
  #server(server, other) {
    if (server === undefined) return undefined;
    if (server.facts !== undefined) {
      return { title: server.name, state: server.facts, contents: () => [facts(server.facts)] };
    }
    const { name, status, skewMs, actors, life, hasDisk } = server;
    const joins = other === undefined ? "" : ` joins ${other.name}`;
    const skew = make("input", { name: "skew", type: "number", step: 100, value: skewMs });
    return {
      title: `Server ${name}`,
      state: [status, skewMs, life, other?.name],
      contents: () => [
        facts([
          ["State", status],
          ["Replicas", actors.join(", ")],
          ["Clock", skewText(skewMs)],
          ["Disk", hasDisk ? "keeps what it accepts" : "none"],
          ["Started", life === 1 ? "once" : `${life} times`],
        ]),
        isRunning(server)
          ? row(
            this.#button("Crash", `crash ${name}`, "danger"),
            this.#button("Stop", `stop ${name}`),
            form(skew, "Clock ahead, ms", () => this.#on.act(`skew ${name} ${skew.value} ms`)),
          )
          : row(
            this.#button("Restart", `restart ${name}${joins}`, "primary"),
            ...hasDisk
              ? [this.#button("Restart without its disk", `restart ${name} without disk${joins}`)]
              : [],
          ),
      ],
    };
  }

  #replica({ replica }, scene) {
    const held = scene.replicas.get(replica);
    if (held === undefined) return undefined;
    return {
      title: `Replica ${replica}`,
      state: [...held.values()],
      contents: () => [
        make(
          "p",
          { class: "note" },
          held.size === 0
            ? "It holds nothing."
            : `It holds ${held.size} ${
              held.size === 1 ? "key" : "keys"
            }. Puts of the form above go to it.`,
        ),
      ],
    };
  }

  #link(scene, { from, to }) {
    if (![from, to].every((name) => scene.servers.has(name))) return undefined;
    const ways = [scene.link(from, to), scene.link(to, from)];
    const [{ delayMs }] = ways;
    const delay = make("input", {
      name: "delay",
      type: "number",
      min: 0,
      step: 10,
      value: delayMs ?? "",
    });
    return {
      title: `Link between ${from} and ${to}`,
      state: ways,
      contents: () => [
        facts(ways.map((way) => [`${way.from} → ${way.to}`, wayText(way)])),
        row(
          ...ways.some(({ isCut }) => isCut)
            ? [this.#button("Heal", `heal ${from} ${to}`, "primary")]
            : [this.#button("Cut", `cut ${from} ${to}`, "danger")],
          ...ways.filter(({ isCut }) => !isCut).map((way) =>
            this.#button(`Cut ${way.from} → ${way.to}`, `cut ${way.from} -> ${way.to}`)
          ),
        ),
        row(
          form(
            delay,
            "A message takes, ms",
            () => this.#on.act(`link ${from} ${to} ${delay.value} ms`),
          ),
        ),
      ],
    };
  }

  #message({ selection: { id }, recording, atMs, numberOf }) {
    const told = recording.message(id, atMs);
    if (told === undefined) return undefined;
    const { sent, arrivedMs, acknowledgedMs, lost } = told;
    const { from, to, bytes, entries, text } = sent;
    return {
      title: `Message ${from} → ${to}`,
      state: [id, arrivedMs, acknowledgedMs, lost],
      contents: () => [
        make("p", {}, text),
        ...entries.length > 0 ? [entriesTable(entries, numberOf)] : [],
        facts([
          ["Sent", clockText(sent.atMs)],
          ...lost === undefined
            ? [[
              arrivedMs === undefined ? "Arrives" : "Arrived",
              clockText(arrivedMs ?? sent.arrivesMs),
            ]]
            : [["Lost", `${clockText(lost.atMs)}: ${lost.why}`]],
          ["Acknowledged", acknowledgedMs === undefined ? "not yet" : clockText(acknowledgedMs)],
          ["Size", `${bytes} bytes`],
        ]),
      ],
    };
  }

  #key({ selection: { key }, scene, recording, count, numberOf }) {
    const story = keyStory(key, recording.events, count, scene);
    if (story === undefined) return undefined;
    return {
      title: `Key ${key}`,
      state: story,
      contents: () => [
        make("p", {}, story.why),
        make(
          "ol",
          { class: "versions" },
          ...story.versions.map((it, i) => versionItem(it, i === 0, numberOf)),
        ),
      ],
    };
  }

  #button(title, line, kind = "") {
    const button = make("button", { type: "button", class: kind, name: title }, title);
    button.addEventListener("click", () => this.#on.act(line));
    return button;
  }
}

const looking = {
  title: "A cluster that runs",
  contents: () => [
    make("p", { class: "note" }, "Choose a server: by mouse, or by Tab and Enter."),
  ],
};

const nothing = {
  title: "Nothing is chosen",
  contents: () => [
    make(
      "p",
      { class: "note" },
      "Choose a server, a link, a message that travels, or a key: by mouse, or by Tab and Enter.",
    ),
    make(
      "details",
      {},
      make("summary", {}, "What the signs mean"),
      make(
        "dl",
        { class: "legend" },
        ...signs.flatMap(([kind, text, meaning]) => [
          make("dt", {}, make("span", { class: kind }, text)),
          make("dd", {}, meaning),
        ]),
      ),
    ),
  ],
};

/** What is drawn, and what it means. */
const signs = [
  ["pill v0", "x = 1", "a message with an entry, in the colour of its version"],
  ["ring", "", "an acknowledgement, on its way back"],
  ["point", "", "a message that changes nothing, as a comparison"],
  ["held v0", "x 1", "what a replica holds: equal colours are equal versions"],
  ["held v1 deleted", "x deleted", "a tombstone: a Delete that others may not know yet"],
];

function versionItem({ entry, atMs, holders }, isWinner, numberOf) {
  return make(
    "li",
    { class: isWinner ? "winner" : "" },
    held(entry, numberOf),
    ` by ${entry.by}`,
    make("span", { class: "note" }, `written at ${clockText(atMs)}, order (${orderText(entry)})`),
    make(
      "span",
      { class: "note" },
      holders.length === 0 ? "held nowhere now" : `held by ${holders.join(", ")}`,
    ),
  );
}

function entriesTable(entries, numberOf) {
  const titles = ["Key", "Value", "Timestamp", "Sequence", "By"];
  return make(
    "div",
    { class: "scroll", tabindex: 0, role: "group", "aria-label": "Entries" },
    make(
      "table",
      {},
      make(
        "thead",
        {},
        make("tr", {}, ...titles.map((title) => make("th", { scope: "col" }, title))),
      ),
      make(
        "tbody",
        {},
        ...entries.map((entry) =>
          make(
            "tr",
            {},
            ...[
              entry.key,
              held(entry, numberOf),
              `${entry.timestampMs} ms`,
              `${entry.sequence}`,
              entry.by,
            ]
              .map((it) => make("td", {}, it)),
          )
        ),
      ),
    ),
  );
}

/** A version, in its colour. */
function held(entry, numberOf) {
  const kind = entry.value === null ? " deleted" : "";
  return make("span", { class: `held v${numberOf(entry) % 8}${kind}` }, valueText(entry.value));
}

function orderText({ timestampMs, sequence, by }) {
  return `${timestampMs} ms, ${sequence}, ${by}`;
}

function wayText({ isCut, isUp, delayMs }) {
  const state = isCut ? "cut" : isUp ? "connected" : "not connected";
  return delayMs === undefined ? state : `${state}, takes ${spanText(delayMs)}`;
}

function facts(rows) {
  return make(
    "dl",
    { class: "facts" },
    ...rows.flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, value)]),
  );
}

function row(...contents) {
  return make("div", { class: "row" }, ...contents);
}

function form(input, label, submit) {
  const button = make("button", { name: `set ${label}` }, "Set");
  const node = make("form", { class: "inline" }, make("label", {}, label, input), button);
  node.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  return node;
}
