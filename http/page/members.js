/**
 * The servers that this one knows, in a table.
 *
 * @module
 */

import { element, make } from "./dom.js";
import { bytesText, countText, durationText } from "./format.js";

const classOf = { self: "good", up: "good", "one-way": "warn", conflict: "bad", down: "bad" };

const unknown = (text) => (value) => value === null || value === undefined ? "–" : text(value);

/** Each column: its title, what stands in it, whether that is a number, and whether the keys of all change it. */
const columns = [
  { title: "Address", of: ({ address }) => address, class: "name" },
  { title: "State", of: ({ state }) => state, classOf: ({ state }) => classOf[state] ?? "" },
  {
    title: "For",
    of: ({ sinceMs }, nowMs) => durationText(Math.max(0, nowMs - sinceMs)),
    class: "number",
  },
  {
    title: "Lag",
    of: ({ lagMs }) => unknown(durationText)(lagMs),
    class: "number",
    isOfAll: true,
  },
  {
    title: "Waits",
    of: ({ pendingBytes }) => unknown(bytesText)(pendingBytes),
    class: "number",
    isOfAll: true,
  },
  {
    title: "Agreed",
    isOfAll: true,
    of: ({ agreedMs }, nowMs) =>
      agreedMs === null ? "–" : `${durationText(Math.max(0, nowMs - agreedMs))} ago`,
    class: "number",
  },
  {
    title: "Tombstones",
    isOfAll: true,
    of: ({ tombstonesHeld }) => unknown(countText)(tombstonesHeld),
    class: "number",
  },
  { title: "Clock", of: ({ clockSkewMs }) => unknown(skewText)(clockSkewMs), class: "number" },
  { title: "Version", of: ({ version }) => version ?? "–" },
];

function skewText(ms) {
  return Math.abs(ms) < 10
    ? "right"
    : `${durationText(Math.abs(ms))} ${ms > 0 ? "ahead" : "behind"}`;
}

/**
 * Shows the members, the first of which is this server, by whose clock it is `nowMs`.
 *
 * @param isLimited whether what the keys of all change is not told
 */
export function showMembers(members, nowMs, isLimited) {
  const shown = columns.filter(({ isOfAll }) => !(isLimited && isOfAll));
  const table = element("members");
  if (table.tHead.rows.length === 0) {
    const titles = shown.map(({ title, class: kind = "" }) =>
      make("th", { scope: "col", class: kind === "number" ? kind : "" }, title)
    );
    table.tHead.append(make("tr", {}, ...titles));
  }
  table.tBodies[0].replaceChildren(...members.map((member) =>
    make(
      "tr",
      {},
      ...shown.map(({ of, class: kind = "", classOf = () => "" }) =>
        make("td", { class: `${kind} ${classOf(member)}`.trim() }, of(member, nowMs))
      ),
    )
  ));
}
