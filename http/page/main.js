/**
 * A server and its cluster at a glance.
 *
 * @module
 */

import { Client } from "../../kvclient/mod.ts";
import { Charts } from "./charts.js";
import { drawCluster } from "./cluster.js";
import { element } from "./dom.js";
import { follow } from "./feed.js";
import { Keys } from "./keys.js";
import { showMembers } from "./members.js";
import { Prefixes } from "./prefixes.js";
import { Seen } from "./seen.js";
import { Traffic } from "./traffic.js";
import { askForToken, keptToken } from "./token.js";

const charts = new Charts();
const rates = new Traffic();
let isBegun = false;
/** What the token sees, once that is known. */
let seen = new Seen();

/** Begins what asks the store, once it is known which token to show, and what it is good for. */
function begin(token, role, prefixes) {
  isBegun = true;
  seen = new Seen(prefixes);
  element("charts-card").hidden = seen.isLimited;
  element("limit").hidden = !seen.isLimited;
  element("limit-keys").textContent = seen.words;
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  const client = new Client(`${scheme}://${location.host}/rpc`, { token });
  const busiest = new Prefixes();
  new Keys(client, role !== "read", seen);
  for (const prefix of seen.below("")) count(client, prefix, busiest);
}

/** Counts for ever what is written below a prefix. */
async function count(client, prefix, busiest) {
  for (;;) {
    try {
      for await (const { key } of client.watch(prefix)) busiest.note(key);
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 1_000));
    }
  }
}

follow(keptToken(), {
  async token(fault) {
    const token = await askForToken(fault);
    // What asks the store shows the one of before.
    if (isBegun) location.reload();
    return token;
  },
  lost(why) {
    tellHealth([why], "bad");
  },
  moment({ history, role, prefixes, sample, members, traffic, problems, version }, token) {
    if (!isBegun) begin(token, role, prefixes);
    if (history !== undefined) charts.replace(history);
    if (sample === undefined) return;
    // A limited token is told none of these figures.
    if (!seen.isLimited) charts.add(sample);
    const [self] = members;
    element("server").textContent = `${self.address} · ${version}`;
    document.title = `CMUD ${self.address}`;
    drawCluster(members, rates.of(traffic ?? [], sample.atMs));
    showMembers(members, sample.atMs, seen.isLimited);
    tellHealth(problems, problems.length === 0 ? "good" : "bad");
  },
});

function tellHealth(problems, kind) {
  const health = element("health");
  const text = problems.length === 0 ? "healthy" : problems.join("; ");
  // What is said again is not read out again.
  if (health.textContent !== text) health.textContent = text;
  health.className = kind;
}
