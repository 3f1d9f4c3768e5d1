import { assertEquals } from "../deps.ts";
import { bytesOf, get } from "../support/store/stores.ts";
import { CheckedCluster } from "./checked_cluster.ts";

/** More than it takes a Put to be on all servers, and all of them to know that. */
const settledMs = 4_000;

const ttlMs = 30_000;

Deno.test("an expiry is hidden on four servers whose clocks are off, without a message, and a Put after it lives", async () => {
  const cluster = new CheckedCluster(1, () => () => 100);
  const first = await cluster.start({ queryActorCount: 2, clockSkewMs: -5_000 });
  for (const clockSkewMs of [-1_000, 2_000, 5_000]) {
    await cluster.start({ queryActorCount: 2, peers: [first], clockSkewMs });
    await cluster.advance(settledMs);
  }
  const { servers, world, network } = cluster;
  const replicas = servers.flatMap(({ stores, environment }) =>
    stores.map((store) => ({ store, environment }))
  );
  const putMs = world.nowMs;
  // By a clock in the middle: it is 2 s ahead.
  cluster.put(servers[2], 1, "k", "v", { ttlMs });
  cluster.put(first, 0, "stays", "v");
  await cluster.advance(settledMs);
  const bytesBefore = network.bytesSent;
  const hiddenAfterMs = new Map<number, number>();
  while (hiddenAfterMs.size < replicas.length && world.nowMs < putMs + 2 * ttlMs) {
    await cluster.advance(100);
    for (const [i, { store }] of replicas.entries()) {
      if (store.size === 1 && !hiddenAfterMs.has(i)) hiddenAfterMs.set(i, world.nowMs - putMs);
    }
  }
  // Each when its own clock says so, to a look at the clock a second and a step of this test.
  for (const [i, { environment }] of replicas.entries()) {
    const dueMs = ttlMs + 2_000 - environment.clockSkewMs;
    const lateMs = hiddenAfterMs.get(i)! - dueMs;
    assertEquals(lateMs >= 0 && lateMs <= 1_200, true, `replica ${i} is ${lateMs} ms late`);
  }
  for (const { store } of replicas) {
    assertEquals([get(store, "k"), store.count(bytesOf("k")), store.tombstones], [null, 0, 1]);
  }
  assertEquals(network.bytesSent, bytesBefore);
  assertEquals(cluster.difference(), undefined);

  // The one whose clock is furthest behind puts the key again: it beats what has expired.
  cluster.put(first, 1, "k", "again");
  await cluster.advance(settledMs);
  for (const { store } of replicas) {
    assertEquals([get(store, "k"), store.size], ["again", 2]);
  }
  assertEquals(cluster.difference(), undefined);
  await cluster.close();
});
