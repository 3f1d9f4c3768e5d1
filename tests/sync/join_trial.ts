import type { Client } from "../../kvclient/mod.ts";
import { assert, assertEquals, assertGreater } from "../deps.ts";
import { Cluster } from "./cluster.ts";
import { withSecondChance } from "./second_chance.ts";
import { Load, until } from "../support/until.ts";

const keyCount = 100_000;

/** Keys that are there before the other server joins, and more that are put while it does. */
const allKeyCount = 2 * keyCount;

for (
  const { simulateLatencyMs, boundMs } of [
    { simulateLatencyMs: 0, boundMs: 5_000 },
    { simulateLatencyMs: 250, boundMs: 15_000 },
  ]
) {
  Deno.test(`100,000 keys reach a joining server in time at ${simulateLatencyMs} ms latency`, () => {
    return withSecondChance(() => expectJoined(simulateLatencyMs, boundMs));
  });
}

async function expectJoined(simulateLatencyMs: number, boundMs: number): Promise<void> {
  await using cluster = await Cluster.start(1, { simulateLatencyMs });
  const expected = await fill(cluster);
  // What was put is put: none of it is still on its way inside the first server.
  await cluster.quiet();
  const startMs = performance.now();
  const elapsedMs = () => Math.round(performance.now() - startMs);
  const joined = await cluster.add({ simulateLatencyMs });
  assert(!joined.stats().ready);
  const clients = cluster.clients.map(([client]) => client);
  // Steps of a prime through all keys: old ones and new ones, each on one side only.
  await using puts = new Load(10, (i) => {
    const key = keyOf(99_991 * i % allKeyCount);
    expected.set(key, `meanwhile ${i}`);
    return clients[(i >> 1) % 2].put(key, `meanwhile ${i}`);
  });
  await until("it is ready", () => joined.stats().ready, { timeoutMs: boundMs });
  const readyMs = elapsedMs();
  const { ready, keys } = await clients[1].stats();
  assertEquals(ready, true);
  assertGreater(keys as number, keyCount - 1);
  await puts.stop();
  const hasAll = async (client: Client) => (await client.stats()).keys === expected.size;
  await until("both have all keys", async () => {
    return (await Promise.all(clients.map(hasAll))).every(Boolean);
  }, { timeoutMs: boundMs - elapsedMs() });
  const allMs = elapsedMs();
  await cluster.converge(expected, { timeoutMs: 2_000 });
  console.log(
    `${keyCount} keys at ${simulateLatencyMs} ms latency: ready after ${readyMs} ms, all there ` +
      `after ${allMs} ms, with ${expected.size - keyCount} more put meanwhile`,
  );
  cluster.expectPace();
}

/** Puts the first keys. @returns all that the cluster is to hold. */
async function fill({ clients: [[client]] }: Cluster): Promise<Map<string, string>> {
  const entries = new Map<string, string>();
  for (let i = 0; i < keyCount; i++) entries.set(keyOf(i), `value of ${i}`);
  await Promise.all(Array.from(entries, ([key, value]) => client.put(key, value)));
  return entries;
}

function keyOf(i: number): string {
  return `key/${i}`;
}
