/**
 * Measures Sets and Gets with `redis-benchmark`, of a real Redis and of a server of ours with one query actor,
 * round after round in turn, so that what disturbs one disturbs both. Then it asks our server alone, in
 * Redis's protocol and in our own.
 *
 *     deno task bench:redis --rounds 5
 *
 * @module
 */

import { fill, type ServerProcess, spreadOf, startServerProcess } from "../../bench/mod.ts";
import { countersOf } from "../../bench/process_counters.ts";
import { redisProtocol } from "../../bench/redis_protocol.ts";
import { runRounds } from "../../bench/rounds.ts";
import { integerOptions } from "../support/integer_options.ts";
import { runRedisBenchmark } from "../support/redis_benchmark.ts";
import { RedisProcess } from "./redis_process.ts";

const { rounds, requests } = integerOptions({ rounds: 5, requests: 400_000 });

/**
 * Rounds of each load that do not count, because the runtime optimizes a server's code in its first million
 * requests: until then it is slower by an eighth.
 */
const warmUpRounds = 3;

/** A server under load. */
interface Target {
  readonly address: string;
  cpuSeconds(): Promise<number>;
}

/** What a round of one server came to. */
interface Round {
  readonly perSecond: number;
  /** Processor time of the server for each request. */
  readonly cpuUs: number;
}

/** Loads a server with one command. @param depth requests that are sent in one go */
async function measure(target: Target, command: string, depth: number): Promise<Round> {
  // Unpipelined requests take about eight times as long.
  const count = depth === 1 ? Math.ceil(requests / 8) : requests;
  const before = await target.cpuSeconds();
  const perSecond = await runRedisBenchmark(target.address, { command, depth, requests: count });
  const after = await target.cpuSeconds();
  return { perSecond, cpuUs: (after - before) / count * 1e6 };
}

/** Compares the Redis with our server. */
async function compareServers(redis: RedisProcess, server: ServerProcess): Promise<void> {
  const cpuOf = async (pid: number) => (await countersOf(pid))?.cpuSeconds ?? NaN;
  const targets: readonly Target[] = [
    { address: redis.address, cpuSeconds: () => cpuOf(redis.pid) },
    {
      address: server.addresses[0],
      cpuSeconds: async () => (await server.counters())?.cpuSeconds ?? NaN,
    },
  ];
  console.log("           Redis/s  ours/s  ratio (min to max)    CPU us: Redis  ours  ratio");
  for (const command of ["set", "get"]) {
    for (const depth of [16, 1]) {
      const results: [Round, Round][] = [];
      for (let round = -warmUpRounds; round < rounds; round++) {
        const theirs = await measure(targets[0], command, depth);
        const ours = await measure(targets[1], command, depth);
        if (round >= 0) results.push([theirs, ours]);
      }
      const median = (figure: (pair: [Round, Round]) => number) => spreadOf(results.map(figure));
      const rate = median(([theirs, ours]) => ours.perSecond / theirs.perSecond);
      const cpu = [0, 1].map((i) => median((pair) => pair[i].cpuUs).median);
      const cpuRatio = median(([theirs, ours]) => ours.cpuUs / theirs.cpuUs);
      console.log(
        `${command} -P ${String(depth).padEnd(2)}  ` +
          [0, 1].map((i) => String(Math.round(median((pair) => pair[i].perSecond).median)))
            .map((text) => text.padStart(7)).join(" ") +
          `   ${rate.median.toFixed(2)} (${rate.min.toFixed(2)} to ${rate.max.toFixed(2)})` +
          `          ${cpu[0].toFixed(2).padStart(5)} ${cpu[1].toFixed(2).padStart(5)}` +
          `   ${cpuRatio.median.toFixed(2)}`,
      );
    }
  }
}

/** Compares the protocols, on our server, by the load of `cmud bench`. */
async function compareProtocols(server: ServerProcess): Promise<void> {
  const keys = 10_000;
  await fill(server, keys);
  console.log("            CPU us: frames  RESP  ratio (min to max)");
  for (const method of ["Put", "Get"] as const) {
    for (const depth of [16, 1]) {
      const load = { method, keys, connections: 50, depth, seconds: 1, rounds };
      const [frames, resp] = await runRounds(
        [server, { ...server, protocol: redisProtocol }],
        load,
      );
      const ratio = spreadOf(frames.map((round, i) => resp[i].serverCpuUs! / round.serverCpuUs!));
      const cpu = [frames, resp].map((all) =>
        spreadOf(all.map((round) => round.serverCpuUs!)).median
      );
      console.log(
        `${method} depth ${String(depth).padEnd(2)}       ${cpu[0].toFixed(2).padStart(6)}` +
          ` ${cpu[1].toFixed(2).padStart(5)}  ${ratio.median.toFixed(2)}` +
          ` (${ratio.min.toFixed(2)} to ${ratio.max.toFixed(2)})`,
      );
    }
  }
}

await using redis = await RedisProcess.start();
const server = await startServerProcess({ queryActorCount: 1 });
try {
  await compareServers(redis, server);
  await compareProtocols(server);
} finally {
  await server.stop();
}
