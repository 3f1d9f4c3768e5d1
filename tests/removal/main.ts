/**
 * Puts and deletes ever new keys on two servers with data directories, and says what memory and disk they take
 * once both have seen all, beside what they took when they were empty: what they count (`memoryBytes`), what is
 * in use when their garbage was collected, what the system has given their processes, and their directories.
 *
 *     deno task removal --keys 1000000 --rounds 10
 *
 * @module
 */

import { cmudProtocol } from "../../bench/cmud_protocol.ts";
import { LoadConnection } from "../../bench/load_connection.ts";
import { countersOf } from "../../bench/process_counters.ts";
import { Client } from "../../kvclient/mod.ts";
import { beginRequest, MsgpackWriter } from "../../rpc/mod.ts";
import { givingBack, type ServerProcess, startServerProcess } from "../support/app/cmud_process.ts";
import { collectGarbage } from "../support/inspector.ts";
import { integerOptions } from "../support/integer_options.ts";
import { freePorts } from "../support/ports.ts";

/** What the servers take together. */
interface Taken {
  readonly memoryBytes: number;
  readonly liveBytes: number;
  readonly residentBytes: number;
  readonly diskBytes: number;
}

const { keys, rounds } = integerOptions({ keys: 1_000_000, rounds: 10 });
const batch = 1_000;
const patienceMs = 600_000;
/** In this time servers without keys have come to rest. */
const startedMs = 5_000;

const directories = [Deno.makeTempDirSync(), Deno.makeTempDirSync()];
const inspectPort = freePorts(directories.length);
const servers: ServerProcess[] = [];
for (const [i, directory] of directories.entries()) {
  const join = i === 0 ? [] : ["--join", servers[0].ready.address];
  servers.push(
    await startServerProcess(["--data-dir", directory, ...join], {
      env: givingBack,
      runtimeFlags: [`--inspect=127.0.0.1:${inspectPort + i}`],
    }),
  );
}
const clients = servers.map(({ ready }) =>
  new Client(ready.queryAddresses[0], { timeoutMs: 60_000 })
);
try {
  await pause(startedMs);
  say("empty", await taken());
  for (let round = 1; round <= rounds; round++) {
    await requestEach("Put", servers, (i) => [`key ${round}:${i}`, `value of ${i}`]);
    await untilHeld(keys);
    say(`round ${round}, full`, await taken());
    // Each key by the server that did not take it.
    await requestEach("Delete", servers.toReversed(), (i) => [`key ${round}:${i}`]);
    await untilHeld(0);
    // What is still to come is the same after each round, and takes longer than the round.
    if (round === 1 || round === rounds) await untilSettled();
    say(`round ${round}, gone`, await taken());
  }
} finally {
  for (const client of clients) client.close();
  for (const server of servers.toReversed()) await server.end("SIGTERM");
  for (const directory of directories) Deno.removeSync(directory, { recursive: true });
}

/** Has each of the servers asked for its share of the keys, all at once. */
async function requestEach(
  method: "Put" | "Delete",
  servers: readonly ServerProcess[],
  paramsOf: (i: number) => readonly string[],
): Promise<void> {
  await Promise.all(servers.map(async ({ ready: { queryAddresses: [address] } }, share) => {
    const connection = await LoadConnection.open(address, { protocol: cmudProtocol });
    const writer = new MsgpackWriter();
    for (let first = share; first < keys; first += servers.length * batch) {
      writer.clear();
      let count = 0;
      for (let i = first; count < batch && i < keys; i += servers.length) {
        const frame = beginRequest(writer, count++, method);
        const params = paramsOf(i);
        writer.arrayHeader(params.length);
        for (const param of params) writer.str(param);
        writer.endFrame(frame);
      }
      await connection.exchange(writer.written(), count);
    }
    connection.close();
  }));
}

/** Resolves when all servers hold so many keys, and no tombstone. */
async function untilHeld(count: number): Promise<void> {
  const endMs = performance.now() + patienceMs;
  while (performance.now() < endMs) {
    const stats = await Promise.all(clients.map((client) => client.stats()));
    if (stats.every(({ tombstones, keys }) => tombstones === 0 && keys === count)) return;
    await pause(500);
  }
  throw new Error(
    `The servers do not hold ${count} keys and no tombstone after ${patienceMs / 1_000} s`,
  );
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
  const live = await Promise.all(servers.map((_, i) => collectGarbage(inspectPort + i)));
  const counters = await Promise.all(servers.map(({ child: { pid } }) => countersOf(pid)));
  return {
    memoryBytes: stats.reduce((sum, { memoryBytes }) => sum + Number(memoryBytes), 0),
    liveBytes: live.reduce((sum, bytes) => sum + bytes, 0),
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

function say(what: string, { memoryBytes, liveBytes, residentBytes, diskBytes }: Taken): void {
  console.log(
    `${what.padEnd(16)} memory counted ${mib(memoryBytes)}, in use ${mib(liveBytes)}, ` +
      `of the processes ${mib(residentBytes)}, disk ${mib(diskBytes)}`,
  );
}

function mib(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(2)} MiB`;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
