import { type ActorRef, ActorSystem } from "../../actor/mod.ts";
import { Client, FixedRouter } from "../../kvclient/mod.ts";
import { Server } from "../../kvserver/mod.ts";
import { assert, assertLess } from "../deps.ts";
import { cpuMs } from "../support/cpu_clock.ts";

/** A Ping is answered within so many milliseconds, 99 times of 100, whatever the actors do. */
const pingDeadlineMs = 20;
const pings = 300;

/** The garbage collector may take longer than that: the best of so many rounds counts. */
const rounds = 5;

const floods: [name: string, inFlight: number, message: unknown][] = [
  ["small messages", 10_000, { type: "flood" }],
  ["long messages", 100, { list: Array.from({ length: 2000 }, (_, i) => `item ${i}`) }],
];

for (const [name, inFlight, message] of floods) {
  Deno.test(`a Ping is answered in time while actors flood each other: ${name}`, async () => {
    const system = await ActorSystem.start({ hostname: "127.0.0.1", port: 0 });
    const handled = startFlood(system, inFlight, message);
    // The system's own port, and that of a query actor on the same event loop.
    const server = await Server.start({ startPort: 0, queryActorCount: 1 });
    for (const address of [system.address, server.queryAddresses[0]]) {
      const client = new Client(new FixedRouter(address));
      assertLess(await bestP99Ms(() => client.ping()), pingDeadlineMs);
      await client.close();
    }
    assert(handled() > 100, "there was no flood");
    await Promise.all([server.close(), system.close()]);
  });
}

/** Starts two actors that send each other what they get, without end. @returns how many so far. */
function startFlood(system: ActorSystem, inFlight: number, message: unknown): () => number {
  let handled = 0;
  const refs: ActorRef[] = [0, 1].map((index) =>
    system.startActor((context) => ({
      onMessage(message) {
        handled++;
        context.tell(refs[1 - index], message);
      },
    }))
  );
  for (let i = 0; i < inFlight; i++) system.tell(refs[i % 2], message);
  return () => handled;
}

async function bestP99Ms(ping: () => Promise<void>): Promise<number> {
  let bestMs = Infinity;
  for (let round = 0; round < rounds && bestMs >= pingDeadlineMs; round++) {
    const tookMs: number[] = [];
    for (let i = 0; i < pings; i++) {
      const startMs = performance.now();
      const startCpuMs = cpuMs();
      await ping();
      // The time in which another program has the processor does not count.
      tookMs.push(Math.min(performance.now() - startMs, cpuMs() - startCpuMs));
    }
    tookMs.sort((a, b) => a - b);
    bestMs = Math.min(bestMs, tookMs[Math.ceil(0.99 * pings) - 1]);
  }
  return bestMs;
}
