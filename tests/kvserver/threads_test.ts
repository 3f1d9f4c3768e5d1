import type { ThreadEndedError } from "../../kvserver/mod.ts";
import { assert, assertEquals, assertMatch } from "../deps.ts";
import { until } from "../support/until.ts";
import { serve } from "./serving.ts";

Deno.test("what is put on one thread is visible on all, and Stats sums them up", async () => {
  await using served = await serve({ queryActorCount: 3, threads: 3 });
  const clients = served.server.queryAddresses.map((address) => served.newClient(address));
  await Promise.all(clients.map((client, i) => client.put(`key ${i}`, `value ${i}`)));
  await until("all replicas hold all keys", async () => {
    const lists = await Promise.all(clients.map((client) => client.list("key ")));
    return lists.every(({ size }) => size === 3);
  });
  const [a, b] = await Promise.all(clients.map((client) => client.stats()));
  assertEquals(a.keys, 3);
  assert(Math.abs(Number(a.messagesSentExternal) - Number(b.messagesSentExternal)) < 10);
  assert(Number(a.messagesSentExternal) >= 9);
  assert(Number(served.server.stats().maxMessageRate) <= 10);
});

/** The real worker, which throws when it is told to. */
const fragile = (url: string) =>
  `data:application/javascript,addEventListener("message", (event) => {
    if (event.data !== "throw") return;
    event.stopImmediatePropagation();
    throw new Error("a bug");
  });
  await import(${JSON.stringify(url)});`;

Deno.test("onThreadEnd is told when a thread throws, and close() goes on without it", async () => {
  const workers: Worker[] = [];
  const RealWorker = globalThis.Worker;
  globalThis.Worker = class extends RealWorker {
    constructor(url: string | URL, options?: WorkerOptions) {
      super(fragile(String(url)), options);
      workers.push(this);
    }
  };
  const ends: ThreadEndedError[] = [];
  try {
    await using served = await serve({
      queryActorCount: 2,
      threads: 2,
      onThreadEnd: (error) => ends.push(error),
    });
    workers[0].postMessage("throw");
    await until("the end is told", () => ends.length > 0);
    assertMatch(ends[0].message, /^Thread 1 of the server ended: it threw .*a bug/);
    // What is on the main thread goes on.
    await served.client.ping();
  } finally {
    globalThis.Worker = RealWorker;
  }
  assertEquals(ends.length, 1);
});
