/**
 * Measures what TLS costs: requests, sync and connections of servers in TLS and of servers without it, round after
 * round in turn, so that what disturbs one disturbs both.
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
import type { LoadProtocol } from "../../bench/load_protocol.ts";
import { LoadConnection } from "../../bench/load_connection.ts";
import { countersOf } from "../../bench/process_counters.ts";
import { runRounds } from "../../bench/rounds.ts";
import { startServerProcess as startPrintingServer } from "../support/app/cmud_process.ts";
import { TempDirectory } from "../support/disk/temp_directory.ts";
import { integerOptions } from "../support/integer_options.ts";
import { authorities, settingsOf } from "./certificates.ts";

const { rounds, ms, connections, depth, keys, bytes, dialing } = integerOptions({
  rounds: 5,
  ms: 2_000,
  connections: 50,
  depth: 16,
  /** Of the state that a new server takes over, and the bytes of each value. */
  keys: 300_000,
  bytes: 200,
  /** Connections that one client dials at once. */
  dialing: 16,
});

const caCerts = [authorities.own.cert];
const loadKeys = 10_000;

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

async function measureRequests(servers: readonly ServerProcess[]): Promise<void> {
  const targets = servers.map((server, i) => reached(server, i === 1));
  for (const target of targets) await fill(target, loadKeys);
  for (const method of ["Get", "Put"] as const) {
    const load = { method, keys: loadKeys, connections, depth, seconds: ms / 1_000, rounds };
    const results = await runRounds(targets, load);
    const figures = (of: (result: typeof results[0][0]) => number) =>
      results.map((all) => all.map(of));
    print(`${method}s a second`, figures(({ requestsPerSecond }) => requestsPerSecond), 0);
    print(`${method}: server's CPU, us`, figures(({ serverCpuUs }) => serverCpuUs!), 2);
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

/** How many connections a second are dialed, verified, answered a Ping and ended. */
async function measureConnections(servers: readonly ServerProcess[]): Promise<void> {
  const ping = new TextEncoder().encode("PING\r\n");
  const rates: number[][] = [[], []];
  const cpus: number[][] = [[], []];
  for (let round = 0; round < rounds; round++) {
    for (const [i, server] of servers.entries()) {
      const target = { ...reached(server, i === 1), protocol: pongs };
      const before = (await server.counters())!.cpuSeconds;
      let count = 0;
      const startMs = performance.now();
      await Promise.all(Array.from({ length: dialing }, async () => {
        while (performance.now() - startMs < ms) {
          const connection = await LoadConnection.open(server.addresses[0], target);
          await connection.exchange(ping, 1);
          connection.close();
          count++;
        }
      }));
      rates[i].push(count / ((performance.now() - startMs) / 1_000));
      cpus[i].push(((await server.counters())!.cpuSeconds - before) / count * 1e6);
    }
  }
  print("Connections a second, one client", rates, 0);
  print("A connection: server's CPU, us", cpus, 0);
}

/** Counts what is answered to `PING`. */
const pongs: LoadProtocol = {
  name: "resp",
  writeRequest() {},
  endOfReply: (_: Uint8Array, at: number, end: number) => end - at >= 7 ? at + 7 : 0,
};

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
const flagsOf = [[], tlsFlags];
console.log(
  `${rounds} rounds in turn, medians (least to greatest); requests: ${connections} connections, ` +
    `${depth} under way on each; sync: ${keys} keys, values of ${bytes} bytes`,
);
await withServers(measureRequests);
await withServers(measureSync);
await withServers(measureConnections);
