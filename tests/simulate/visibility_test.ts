import {
  SimulatedCluster,
  type SimulatedServer,
} from "../../simulate/cluster/simulated_cluster.ts";
import { assertLessOrEqual } from "../deps.ts";
import { bytesOf } from "../support/store/stores.ts";

const latencyMs = 250;
/** Long enough that comparisons and reports come in between. */
const rounds = 60;
const everyMs = 500;

/** A Put whose key is looked for in other replicas. */
interface Put {
  readonly key: Uint8Array;
  readonly turn: number;
  readonly atMs: number;
  readonly server: SimulatedServer;
  readonly waiting: Set<string>;
}

/** Puts some keys in a row at each query actor in turn, twice a second. @returns by place, the times until each shows */
async function measure(
  atMs: readonly number[],
): Promise<{ local: number[][]; remote: number[][] }> {
  const cluster = new SimulatedCluster(1, () => () => latencyMs);
  const first = await cluster.start({ queryActorCount: 2 });
  const second = await cluster.start({ queryActorCount: 2, peers: [first] });
  await cluster.advance(10_000);
  const places = [first, second].flatMap((server) =>
    server.stores.map((store, actor) => ({ server, store, actor, name: `${server.name}/${actor}` }))
  );
  const local: number[][] = atMs.map(() => []);
  const remote: number[][] = atMs.map(() => []);
  const puts = new Set<Put>();
  for (let ms = 0; ms < rounds * everyMs + 2_000; ms++) {
    const round = Math.floor(ms / everyMs);
    const turn = atMs.indexOf(ms % everyMs);
    if (turn >= 0 && round < rounds) {
      const from = places[round % places.length];
      const key = `${round}/${turn}`;
      cluster.put(from.server, from.actor, key, "");
      const waiting = new Set(places.filter((to) => to !== from).map(({ name }) => name));
      puts.add({ key: bytesOf(key), turn, atMs: ms, server: from.server, waiting });
    }
    await cluster.advance(1);
    for (const put of puts) {
      for (const { server, store, name } of places) {
        if (!put.waiting.has(name) || store.get(put.key, 0, put.key.length) === 0) continue;
        put.waiting.delete(name);
        (server === put.server ? local : remote)[put.turn].push(ms - put.atMs);
      }
      if (put.waiting.size === 0) puts.delete(put);
    }
  }
  await cluster.close();
  return { local, remote };
}

function p99(timesMs: readonly number[]): number {
  return timesMs.toSorted((a, b) => a - b)[Math.ceil(timesMs.length * 0.99) - 1];
}

Deno.test("of three Puts in a row, twice a second, the later ones hardly wait for the ones before", async () => {
  const { local, remote } = await measure([0, 25, 50]);
  console.log(`p99 by place: local ${local.map(p99)} ms, remote ${remote.map(p99)} ms`);
  for (const turn of [0, 1, 2]) {
    const moreMs = turn === 0 ? 0 : 20;
    assertLessOrEqual(p99(local[turn]), 20 + moreMs);
    assertLessOrEqual(p99(remote[turn]), latencyMs + 30 + moreMs);
  }
});
