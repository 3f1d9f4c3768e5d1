/**
 * Prints how long Puts take to show, on clusters of every size, and what a link to another process
 * carries: more samples than the tests take.
 *
 *     deno run --allow-net --allow-read --allow-run tests/sync/main.ts [PUTS]
 *
 * @module
 */

import { measureRemoteTells, measureVisibility, type Visibility } from "../../bench/mod.ts";
import { Cluster } from "./cluster.ts";
import { percentiles } from "../support/percentiles.ts";
import { Load } from "../support/until.ts";

const latencyMs = 250;
const puts = Number(Deno.args[0] ?? 200);

for (const [name, loadEveryMs] of [["quiet", Infinity], ["busy", 10]] as const) {
  for (const servers of [2, 4]) {
    for (const queryActorCount of [1, 2, 4]) {
      await using cluster = await Cluster.start(servers, {
        queryActorCount,
        simulateLatencyMs: latencyMs,
      });
      await cluster.ready();
      const visibility = await underLoad(cluster, loadEveryMs);
      print(`${name}, ${servers} servers x ${queryActorCount}`, visibility, cluster);
    }
  }
}
const { perSecond, inOrder } = await measureRemoteTells(2);
console.log(`remote tells: ${Math.round(perSecond)} a second, in order: ${inOrder}`);

/** Measures while every query actor takes a Put every so many milliseconds. */
async function underLoad(cluster: Cluster, everyMs: number): Promise<Visibility> {
  const loads = everyMs === Infinity
    ? []
    : cluster.clients.flat().map((client, actor) =>
      new Load(everyMs, (i) => client.put(`load/${actor}/${i % 50}`, `${i}`))
    );
  const [visibility] = await measureVisibility(cluster.clients, {
    rounds: puts,
    everyMs: 35,
    timeoutMs: 10_000,
  });
  await Promise.all(loads.map((load) => load.stop()));
  return visibility;
}

function print(name: string, { localMs, remoteMs }: Visibility, { servers }: Cluster): void {
  const rate = Math.max(...servers.map((server) => server.stats().maxMessageRate));
  const local = localMs.length > 0 ? `local ${percentiles(localMs)}, ` : "";
  console.log(`${name}: ${local}remote ${percentiles(remoteMs)}, at most ${rate} messages/s`);
}
