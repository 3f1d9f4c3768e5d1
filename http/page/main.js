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
import { Traffic } from "./traffic.js";
import { askForToken, keptToken } from "./token.js";

const charts = new Charts();
const rates = new Traffic();
let isBegun = false;

/** Begins what asks the store, once it is known which token to show, and of which role that is. */
function begin(token, role) {
  isBegun = true;
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  const client = new Client(`${scheme}://${location.host}/rpc`, { token });
  const prefixes = new Prefixes();
  new Keys(client, role !== "read");
  (async () => {
    for (;;) {
      try {
        for await (const { key } of client.watch("")) prefixes.note(key);
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 1_000));
      }
    }
  })();
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
  moment({ history, role, sample, members, traffic, problems, version }, token) {
    if (!isBegun) begin(token, role);
    if (history !== undefined) charts.replace(history);
    if (sample === undefined) return;
    charts.add(sample);
    const [self] = members;
    element("server").textContent = `${self.address} · ${version}`;
    document.title = `CMUD ${self.address}`;
    drawCluster(members, rates.of(traffic, sample.atMs));
    showMembers(members, sample.atMs);
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
