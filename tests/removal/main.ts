/**
 * Puts and deletes ever new keys on two servers with data directories, and says what memory and disk they take
 * once both have seen all, beside what they took when they were empty: what they count (`memoryBytes`), what
 * the system has given their processes, and their directories.
 *
 *     deno task removal --keys 1000000 --rounds 10
 *
 * @module
 */

import { startServerProcess } from "../../bench/server_process.ts";
import { Client } from "../../kvclient/mod.ts";
import { integerOptions } from "../support/integer_options.ts";

/** What the servers take together. */
interface Taken {
  readonly memoryBytes: number;
  readonly residentBytes: number;
  readonly diskBytes: number;
}

const { keys, rounds } = integerOptions({ keys: 1_000_000, rounds: 10 });
const depth = 2_000;
const patienceMs = 600_000;

const directories = [Deno.makeTempDirSync(), Deno.makeTempDirSync()];
const first = await startServerProcess({
  queryActorCount: 1,
  args: ["--data-dir", directories[0]],
});
const second = await startServerProcess({
  queryActorCount: 1,
  args: ["--data-dir", directories[1], "--join", first.systemAddress],
});
const clients = [first, second].map(({ addresses }) =>
  new Client(addresses[0], { timeoutMs: 60_000 })
);
try {
  await untilSettled();
  say("empty", await taken());
  for (let round = 1; round <= rounds; round++) {
    await forEachKey((i) => clients[i % 2].put(`key ${round}:${i}`, `value of ${i}`));
    const most = await taken();
    await forEachKey((i) => clients[(i + 1) % 2].delete(`key ${round}:${i}`));
    await untilGone();
    // What is still to come is the same after each round, and takes longer than the round.
    if (round === 1 || round === rounds) await untilSettled();
    say(`round ${round}, full`, most);
    say(`round ${round}, gone`, await taken());
  }
} finally {
  for (const client of clients) client.close();
  await second.stop();
  await first.stop();
  for (const directory of directories) Deno.removeSync(directory, { recursive: true });
}

async function forEachKey(act: (i: number) => Promise<unknown>): Promise<void> {
  for (let i = 0; i < keys; i += depth) {
    const count = Math.min(depth, keys - i);
    await Promise.all(Array.from({ length: count }, (_, j) => act(i + j)));
  }
}

/** Resolves when no tombstone is held. */
async function untilGone(): Promise<void> {
  const endMs = performance.now() + patienceMs;
  while (performance.now() < endMs) {
    const stats = await Promise.all(clients.map((client) => client.stats()));
    if (stats.every(({ tombstones, keys }) => tombstones === 0 && keys === 0)) return;
    await pause(500);
  }
  throw new Error(`Deletion failed: there are tombstones after ${patienceMs / 1_000} s`);
}

/** Resolves when idle servers have given back what they do, or enough time for that has passed. */
async function untilSettled(): Promise<void> {
  let last = await taken();
  for (let quiet = 0, steps = 0; quiet < 3 && steps < 12; steps++) {
    await pause(10_000);
    const next = await taken();
    const isSame = next.diskBytes === last.diskBytes && next.memoryBytes === last.memoryBytes;
    quiet = isSame ? quiet + 1 : 0;
    last = next;
  }
}

async function taken(): Promise<Taken> {
  const stats = await Promise.all(clients.map((client) => client.stats()));
  const counters = await Promise.all([first, second].map((server) => server.counters()));
  return {
    memoryBytes: stats.reduce((sum, { memoryBytes }) => sum + Number(memoryBytes), 0),
    residentBytes: counters.reduce((sum, found) => sum + (found?.rssBytes ?? 0), 0),
    diskBytes: directories.reduce((sum, directory) => sum + bytesIn(directory), 0),
  };
}

function bytesIn(directory: string): number {
  let sum = 0;
  for (const { name } of Deno.readDirSync(directory)) {
    sum += Deno.statSync(`${directory}/${name}`).size;
  }
  return sum;
}

function say(what: string, { memoryBytes, residentBytes, diskBytes }: Taken): void {
  console.log(
    `${what.padEnd(16)} memory ${mib(memoryBytes)}, of the processes ${mib(residentBytes)}, ` +
      `disk ${mib(diskBytes)}`,
  );
}

function mib(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(2)} MiB`;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
