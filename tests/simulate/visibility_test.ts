import {
  SimulatedCluster,
  type SimulatedServer,
} from "../../simulate/cluster/simulated_cluster.ts";
import { Prng } from "../../simulate/world/prng.ts";
import { assertLessOrEqual } from "../deps.ts";
import { bytesOf } from "../support/store/stores.ts";

const latencyMs = 250;
/** Long enough that comparisons and reports come in between. */
const rounds = 40;
const everyMs = 500;
/** By so much a Put may be late: so those of a row are not always as far apart. */
const lateMs = 5;

/** A Put whose key is looked for in other replicas. */
interface Put {
  readonly key: Uint8Array;
  readonly turn: number;
  readonly atMs: number;
  readonly server: SimulatedServer;
  readonly waiting: Set<string>;
}

/** Times until Puts show, by their place in a row. */
interface Times {
  readonly local: number[][];
  readonly remote: number[][];
}

/** Puts some keys in a row at each query actor in turn, twice a second, and adds the times until each shows. */
async function measure(seed: number, atMs: readonly number[], { local, remote }: Times) {
  const chance = new Prng(seed);
  const cluster = new SimulatedCluster(seed, () => () => latencyMs + chance.below(lateMs));
  const first = await cluster.start({ queryActorCount: 2 });
  const second = await cluster.start({ queryActorCount: 2, peers: [first] });
  await cluster.advance(10_000 + chance.below(5_000));
  const places = [first, second].flatMap((server) =>
    server.stores.map((store, actor) => ({ server, store, actor, name: `${server.name}/${actor}` }))
  );
  const coming = Array.from(
    { length: rounds },
    (_, round) =>
      atMs.map((at, turn) => ({ dueMs: round * everyMs + at + chance.below(lateMs), round, turn })),
  )
    .flat();
  const puts = new Set<Put>();
  for (let ms = 0; ms < rounds * everyMs + 2_000; ms++) {
    while (coming.length > 0 && coming[0].dueMs <= ms) {
      const { round, turn } = coming.shift()!;
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
}

function p99(timesMs: readonly number[]): number {
  return timesMs.toSorted((a, b) => a - b)[Math.ceil(timesMs.length * 0.99) - 1];
}

Deno.test("of three Puts in a row, twice a second, the later ones hardly wait for the ones before", async () => {
  const atMs = [0, 25, 50];
  const times: Times = { local: atMs.map(() => []), remote: atMs.map(() => []) };
  for (const seed of [1, 2, 3, 4]) await measure(seed, atMs, times);
  const [local, remote] = [times.local.map(p99), times.remote.map(p99)];
  console.log(`p99 by place: local ${local} ms, remote ${remote} ms`);
  for (const turn of [0, 1, 2]) {
    const moreMs = turn === 0 ? 0 : 20;
    assertLessOrEqual(local[turn], 5 + moreMs);
    assertLessOrEqual(remote[turn], latencyMs + lateMs + 5 + moreMs);
  }
});
