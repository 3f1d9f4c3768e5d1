/**
 * Measures how long a polite client waits for a short value, alone and beside connections that ask for
 * much again and again, each time when they are answered. Another client asks a server meanwhile that
 * nobody floods: what it waits for longer than before is what the machine has to do with it.
 *
 * Of a hundred answers beside a flood one may come later than `--most` ms, which is many times what a machine
 * shows that has nothing else to do. Where more are later, that is said, and the exit code is 1.
 *
 *     deno task floods --rounds 3 --seconds 3 --connections 50 --most 1000
 *
 * @module
 */

import { Client } from "../../../kvclient/mod.ts";
import { startServerProcess } from "../../support/app/cmud_process.ts";
import { integerOptions } from "../../support/integer_options.ts";
import { p99 } from "../../support/p99.ts";
import { sleep } from "../../support/until.ts";
import type { FloodOrder } from "./flooder.ts";
import { floods, longKey, longKeys, longValue, shortKey, shortKeys } from "./floods.ts";
import type { WaitOrder } from "./waiter.ts";

/** The flood is under way when the client begins to ask. */
const leadMs = 1_500;

/** Puts that are under way at once while the entries are put. */
const putsAtOnce = 1_000;

const { rounds, seconds, connections, most } = integerOptions({
  rounds: 3,
  seconds: 3,
  connections: 50,
  /** In ms, of the p99 beside a flood. */
  most: 1_000,
});
const ms = seconds * 1_000;

/** A thread that does one thing after the other. */
class Thread<Order, Result> {
  #worker: Worker;

  constructor(file: string) {
    this.#worker = new Worker(new URL(file, import.meta.url), { type: "module" });
  }

  do(order: Order): Promise<Result> {
    return new Promise((resolve) => {
      this.#worker.onmessage = ({ data }) => resolve(data);
      this.#worker.postMessage(order);
    });
  }

  end(): void {
    this.#worker.terminate();
  }
}

async function fill(address: string): Promise<void> {
  await using client = new Client(address);
  const putAll = async (count: number, keyOf: (i: number) => string, value: string) => {
    for (let i = 0; i < count; i += putsAtOnce) {
      const keys = Array.from({ length: Math.min(putsAtOnce, count - i) }, (_, k) => keyOf(i + k));
      await Promise.all(keys.map((key) => client.put(key, value)));
    }
  };
  await putAll(shortKeys, shortKey, "v".repeat(16));
  await putAll(longKeys, longKey, longValue);
}

function row(name: string, ...columns: string[]): void {
  console.log(name.padEnd(18) + columns.map((column) => column.padStart(13)).join(""));
}

const servers = [await startServerProcess(), await startServerProcess()];
const [address, control] = servers.map(({ ready }) => ready.queryAddresses[0]);
const waiters = servers.map(() => new Thread<WaitOrder, number[]>("./waiter.ts"));
const flooder = new Thread<FloodOrder, number>("./flooder.ts");

/** The latencies of a client of the server that is flooded, and of one of the other server. */
function wait(ms: number): Promise<number[][]> {
  return Promise.all([address, control].map((address, i) => waiters[i].do({ address, ms })));
}

try {
  await Promise.all([address, control].map(fill));
  row(
    "",
    "idle p99",
    "other p99",
    "flood p50",
    "flood p99",
    "p99 to idle",
    "to other",
    "answers/s",
  );
  // What is compiled is compiled then.
  await wait(1_000);
  for (let round = 0; round < rounds; round++) {
    for (const { name, request } of floods) {
      const [idle] = await wait(ms);
      const flooding = flooder.do({ address, request, connections, ms: ms + 2 * leadMs });
      await sleep(leadMs);
      const [flooded, other] = await wait(ms);
      const perSecond = await flooding / (seconds + 2 * leadMs / 1_000);
      const [idleMs, otherMs, floodedMs] = [idle, other, flooded].map(p99);
      row(
        name,
        ...[idleMs, otherMs, median(flooded), floodedMs].map((ms) => `${ms.toFixed(2)} ms`),
        ...[floodedMs / idleMs, floodedMs / otherMs].map((ratio) => ratio.toFixed(1)),
        perSecond.toFixed(0),
      );
      if (floodedMs <= most) continue;
      console.log(
        `Found: beside ${name} a Get waits ${floodedMs.toFixed(0)} ms, allowed are ${most}`,
      );
      Deno.exitCode = 1;
    }
  }
} finally {
  for (const thread of [...waiters, flooder]) thread.end();
  for (const server of servers) await server.stop();
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}
