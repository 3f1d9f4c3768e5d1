/**
 * Measures what TLS costs: requests, sync and connections of servers in TLS and of servers without it, round after
 * round in turn, so that what disturbs one disturbs both. It needs `redis-benchmark` and `openssl`.
 *
 *     deno task bench:tls --rounds 5
 *
 * @module
 */

import {
  fill,
  keyBytes,
  type LoadTarget,
  type ServerProcess,
  type Spread,
  spreadOf,
  startServerProcess,
} from "../../bench/mod.ts";
import { countersOf } from "../../bench/process_counters.ts";
import { startServerProcess as startPrintingServer } from "../support/app/cmud_process.ts";
import { TempDirectory } from "../support/disk/temp_directory.ts";
import { runRedisBenchmark } from "../support/redis_benchmark.ts";
import { integerOptions } from "../support/integer_options.ts";
import { authorities, settingsOf } from "./certificates.ts";

const { rounds, requests, depth, keys, bytes, clients } = integerOptions({
  rounds: 5,
  requests: 400_000,
  depth: 16,
  /** Of the state that a new server takes over, and the bytes of each value. */
  keys: 300_000,
  bytes: 200,
  /** That dial, one connection after the other. */
  clients: 4,
});

const caCerts = [authorities.own.cert];

/** A target, reached in TLS or without it. */
function reached(target: LoadTarget, isTls: boolean): LoadTarget {
  return isTls ? { ...target, caCerts } : target;
}

function texts({ median, min, max }: Spread, digits: number): string {
  return `${median.toFixed(digits)} (${min.toFixed(digits)} to ${max.toFixed(digits)})`;
}

/** @param ofBoth the figure of each round, without TLS and in TLS */
function print(name: string, [plain, tls]: readonly (readonly number[])[], digits: number): void {
  const ratio = spreadOf(tls.map((figure, i) => figure / plain[i]));
  const both = [plain, tls].map((figures) => texts(spreadOf(figures), digits));
  console.log(`${name.padEnd(34)} plain ${both[0]}, TLS ${both[1]}, ratio ${texts(ratio, 2)}`);
}

/** Runs `measure` with two servers, of which the second one speaks TLS. */
async function withServers(
  measure: (servers: readonly ServerProcess[]) => Promise<void>,
): Promise<void> {
  const servers: ServerProcess[] = [];
  try {
    for (const args of flagsOf) {
      servers.push(await startServerProcess({ queryActorCount: 1, args }));
    }
    await measure(servers);
  } finally {
    for (const server of servers) await server.stop();
  }
}

/** Requests of a client that takes less of the processor than the server, so that the server is what is measured. */
async function measureRequests(servers: readonly ServerProcess[]): Promise<void> {
  for (const command of ["get", "set"]) {
    const rates: number[][] = [[], []];
    const cpus: number[][] = [[], []];
    for (let round = -1; round < rounds; round++) {
      for (const [i, server] of servers.entries()) {
        const args = i === 1 ? ["--tls", "--cacert", caFile] : [];
        const before = (await server.counters())!.cpuSeconds;
        const [address] = server.addresses;
        const rate = await runRedisBenchmark(address, { command, depth, requests, args });
        // The first round warms up, and does not count.
        if (round < 0) continue;
        rates[i].push(rate);
        cpus[i].push(((await server.counters())!.cpuSeconds - before) / requests * 1e6);
      }
    }
    print(`${command} a second`, rates, 0);
    print(`${command}: server's CPU, us`, cpus, 2);
  }
}

/** How long a new server takes to hold what another one holds, and the processor time of both. */
async function measureSync(servers: readonly ServerProcess[]): Promise<void> {
  for (const [i, server] of servers.entries()) {
    await fill(reached(server, i === 1), keys, keyBytes, "v".repeat(bytes));
  }
  const rates: number[][] = [[], []];
  const cpus: number[][] = [[], []];
  for (let round = 0; round < rounds; round++) {
    for (const [i, server] of servers.entries()) {
      const before = (await server.counters())!.cpuSeconds;
      const joining = await startPrintingServer(["--join", server.systemAddress, ...flagsOf[i]]);
      const startMs = performance.now();
      const ownBefore = (await countersOf(joining.child.pid))!.cpuSeconds;
      await joining.nextEvent();
      const seconds = (performance.now() - startMs) / 1_000;
      const own = (await countersOf(joining.child.pid))!.cpuSeconds - ownBefore;
      rates[i].push(keys * (keyBytes + bytes) / seconds / 1e6);
      cpus[i].push((await server.counters())!.cpuSeconds - before + own);
      await joining.stop();
    }
  }
  print("Sync: MB a second", rates, 1);
  print("Sync: CPU of both servers, s", cpus, 2);
}

/** How many connections a second are established, each verified by the client, of clients that do nothing else. */
async function measureConnections([_, server]: readonly ServerProcess[]): Promise<void> {
  const rates: number[] = [];
  const cpus: number[] = [];
  const [address] = server.addresses;
  for (let round = 0; round < rounds; round++) {
    const before = (await server.counters())!.cpuSeconds;
    const counts = await Promise.all(Array.from({ length: clients }, () => dialForAWhile(address)));
    const count = counts.reduce((sum, { connections }) => sum + connections, 0);
    rates.push(counts.reduce((sum, { connections, seconds }) => sum + connections / seconds, 0));
    cpus.push(((await server.counters())!.cpuSeconds - before) / count * 1e6);
  }
  console.log(`Connections a second: ${texts(spreadOf(rates), 0)}`);
  console.log(`A connection: server's CPU, us: ${texts(spreadOf(cpus), 0)}`);
}

/** A client that does nothing but to dial. */
async function dialForAWhile(address: string): Promise<{ connections: number; seconds: number }> {
  const startMs = performance.now();
  const { stdout } = await new Deno.Command("openssl", {
    args: ["s_time", "-connect", address, "-new", "-time", "3", "-CAfile", caFile, "-verify", "2"],
    stderr: "null",
  }).output();
  const seconds = (performance.now() - startMs) / 1_000;
  const text = new TextDecoder().decode(stdout);
  return { connections: Number(/^(\d+) connections in \d+ real seconds/m.exec(text)![1]), seconds };
}

using directory = new TempDirectory();
const { cert, key, ca } = await settingsOf();
const files = { cert, key, ca };
for (const [name, text] of Object.entries(files)) {
  Deno.writeTextFileSync(`${directory.path}/${name}.pem`, text!);
}
const tlsFlags = Object.keys(files).flatMap((name) => [
  `--tls-${name}`,
  `${directory.path}/${name}.pem`,
]);
const caFile = `${directory.path}/ca.pem`;
const flagsOf = [[], tlsFlags];
console.log(
  `${rounds} rounds in turn, medians (least to greatest); requests: redis-benchmark, 50 connections, ` +
    `${depth} under way on each; sync: ${keys} keys, values of ${bytes} bytes`,
);
await withServers(measureRequests);
await withServers(measureSync);
await withServers(measureConnections);
