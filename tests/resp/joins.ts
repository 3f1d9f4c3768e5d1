/**
 * Measures how long a new server takes to hold what another one holds, and one that starts again what it kept on
 * disk, against a real Redis: its full sync, and its load of an RDB file. Round after round in turn, so that what
 * disturbs one disturbs both.
 *
 *     deno task bench:joins --keys 1000000 --rounds 3
 *
 * @module
 */

import {
  fill,
  memoryKeyBytes,
  type ServerProcess,
  spreadOf,
  startDataServer,
  startServerProcess,
} from "../../bench/mod.ts";
import { countersOf } from "../../bench/process_counters.ts";
import { integerOptions } from "../support/integer_options.ts";
import { portOf } from "../support/ports.ts";
import { RedisProcess } from "./redis_process.ts";

const { keys, rounds } = integerOptions({ keys: 1_000_000, rounds: 3 });

/** From the start of a process until it has all, and what of the processor it took for that. */
interface Took {
  readonly ms: number;
  readonly cpuSeconds: number;
}

async function timed(start: () => Promise<() => Promise<number | undefined>>): Promise<Took> {
  const startMs = performance.now();
  const cpu = await start();
  const ms = performance.now() - startMs;
  return { ms, cpuSeconds: await cpu() ?? NaN };
}

/** A Redis that becomes the replica of another one, and ends. */
async function redisJoin(master: RedisProcess): Promise<Took> {
  const ends: AsyncDisposable[] = [];
  const took = await timed(async () => {
    const replica = await RedisProcess.start({ replicaof: `127.0.0.1 ${portOf(master.address)}` });
    ends.push(replica);
    await replica.untilKeys(keys);
    return async () => (await countersOf(replica.pid))?.cpuSeconds;
  });
  for (const end of ends) await end[Symbol.asyncDispose]();
  return took;
}

/** A server of ours that joins another one, and ends. */
async function join(other: ServerProcess): Promise<Took> {
  const servers: ServerProcess[] = [];
  const took = await timed(async () => {
    const server = await startServerProcess({
      queryActorCount: 1,
      args: ["--join", other.systemAddress, "--wait-synced"],
    });
    servers.push(server);
    return async () => (await server.counters())?.cpuSeconds;
  });
  for (const server of servers) await server.stop();
  return took;
}

function print(name: string, pairs: readonly (readonly [Took, Took])[]): void {
  const median = (figure: (pair: readonly [Took, Took]) => number) => spreadOf(pairs.map(figure));
  const ratio = median(([redis, ours]) => ours.ms / redis.ms);
  const cpuRatio = median(([redis, ours]) => ours.cpuSeconds / redis.cpuSeconds);
  const seconds = [0, 1].map((i) => (median((pair) => pair[i].ms).median / 1_000).toFixed(2));
  const cpu = [0, 1].map((i) => median((pair) => pair[i].cpuSeconds).median.toFixed(2));
  console.log(
    `${name.padEnd(8)} Redis ${seconds[0]} s, ours ${seconds[1]} s, ratio ${
      ratio.median.toFixed(2)
    }` +
      ` (${ratio.min.toFixed(2)} to ${ratio.max.toFixed(2)}); ` +
      `CPU ${cpu[0]} s, ${cpu[1]} s, ratio ${cpuRatio.median.toFixed(2)}`,
  );
}

console.log(
  `${keys} keys of ${memoryKeyBytes} and values of 16 bytes, medians of ${rounds} rounds`,
);
{
  await using master = await RedisProcess.start();
  await master.populate(keys);
  const other = await startServerProcess({ queryActorCount: 1 });
  try {
    await fill(other, keys, memoryKeyBytes);
    const pairs: [Took, Took][] = [];
    for (let round = 0; round < rounds; round++) {
      pairs.push([await redisJoin(master), await join(other)]);
    }
    print("join", pairs);
  } finally {
    await other.stop();
  }
}
{
  await using redis = await RedisProcess.start();
  await redis.populate(keys);
  const server = await startDataServer({ queryActorCount: 1, durability: "relaxed" });
  try {
    await fill(server, keys, memoryKeyBytes);
    const pairs: [Took, Took][] = [];
    for (let round = 0; round < rounds; round++) {
      const [redisMs, redisCpu] = await redis.restart(keys);
      const ms = await server.restart();
      pairs.push([
        { ms: redisMs, cpuSeconds: redisCpu },
        { ms, cpuSeconds: (await server.counters())?.cpuSeconds ?? NaN },
      ]);
    }
    print("restart", pairs);
  } finally {
    await server.stop();
  }
}
