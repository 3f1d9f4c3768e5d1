/**
 * Measures Gets and Puts of long values, strs and bins, of a real Redis and of a server of ours with one query
 * actor, round after round in turn, so that what disturbs one disturbs both.
 *
 *     deno task bench:values --rounds 5
 *
 * What counts is the processor time of the server for each request: it hardly depends on what else uses the
 * machine.
 *
 * @module
 */

import { fill, keyBytes, type LoadTarget, spreadOf, startServerProcess } from "../../bench/mod.ts";
import type { LoadValue } from "../../bench/load_protocol.ts";
import { countersOf } from "../../bench/process_counters.ts";
import { redisProtocol } from "../../bench/redis_protocol.ts";
import { runRounds } from "../../bench/rounds.ts";
import { integerOptions } from "../support/integer_options.ts";
import { RedisProcess } from "./redis_process.ts";

const { rounds, connections, ms } = integerOptions({ rounds: 5, connections: 8, ms: 1_000 });

const KiB = 1024;
const sizes = [4 * KiB, 64 * KiB, 1024 * KiB];
const keys = 32;

/** Values of so many bytes, by what they are. */
const kinds: Record<string, (bytes: number) => LoadValue> = {
  str: (bytes) => "v".repeat(bytes),
  // No byte of it is one of a str.
  bin: (bytes) => new Uint8Array(bytes).fill(0xff),
};

/** Our server speaks its own protocol, and Redis's. */
async function compare(
  name: string,
  value: LoadValue,
  redis: LoadTarget,
  server: LoadTarget,
): Promise<void> {
  const targets = [redis, server, { ...server, protocol: redisProtocol }];
  for (const target of targets) await fill(target, keys, keyBytes, value);
  for (const method of ["Get", "Put"] as const) {
    const load = { method, keys, value, connections, depth: 1, seconds: ms / 1_000, rounds };
    const [theirs, ours, resp] = (await runRounds(targets, load))
      .map((results) => results.map(({ serverCpuUs }) => serverCpuUs!));
    const cpu = [theirs, ours, resp].map((all) => spreadOf(all).median.toFixed(1).padStart(8));
    const ratios = [ours, resp].map((all) => {
      const { median, min, max } = spreadOf(all.map((us, i) => us / theirs[i]));
      return `${median.toFixed(2)} (${min.toFixed(2)} to ${max.toFixed(2)})`.padEnd(21);
    });
    console.log(`${method} ${name}   ${cpu.join("  ")}   ${ratios.join(" ")}`.trimEnd());
  }
}

await using redis = await RedisProcess.start();
const redisTarget: LoadTarget = {
  addresses: [redis.address],
  protocol: redisProtocol,
  counters: () => countersOf(redis.pid),
};
const server = await startServerProcess({ queryActorCount: 1 });
try {
  console.log(
    "CPU us a request:      Redis    frames      RESP   frames to Redis       RESP to Redis",
  );
  for (const bytes of sizes) {
    for (const [kind, valueOf] of Object.entries(kinds)) {
      const name = `${String(bytes / KiB).padStart(4)} KiB ${kind}`;
      await compare(name, valueOf(bytes), redisTarget, server);
    }
  }
} finally {
  await server.stop();
}
