import { assertEquals } from "../deps.ts";
import { Cluster } from "./cluster.ts";
import { Load, sleep, until } from "../support/until.ts";

const boundMs = 3_000;

Deno.test("two servers that start at the same moment find each other through a third", async () => {
  await using cluster = await Cluster.start(1, { simulateLatencyMs: 50 });
  await Promise.all([1, 2].map(() => cluster.add({ simulateLatencyMs: 50 })));
  const expected = new Map(cluster.servers.map((_, i) => [`start/${i}`, "at once"]));
  const keys = [...expected.keys()];
  await Promise.all(cluster.clients.map(([client], i) => client.put(keys[i], "at once")));
  await cluster.converge(expected);
  // From now on they need the third one no more.
  await cluster.remove(cluster.servers[0]);
  await cluster.clients[0][0].put("alone", "without the third");
  await cluster.converge(expected.set("alone", "without the third"));
  cluster.expectPace();
});

Deno.test("a Put on its way to the donor reaches a server that joins meanwhile", async () => {
  await using cluster = await Cluster.start(1);
  const far = 500;
  await cluster.add({ simulateLatencyMs: far });
  await cluster.ready();
  const [[donor], [origin]] = cluster.clients;
  await origin.put("on its way", "value");
  const joined = await cluster.add();
  await until("it is ready", () => joined.stats().ready);
  // The donor did not have it when it gave the state away, and its origin has sent it already.
  const [, , [young]] = cluster.clients;
  assertEquals([await donor.get("on its way"), await young.get("on its way")], [
    undefined,
    undefined,
  ]);
  const expected = new Map([["on its way", "value"]]);
  await cluster.converge(expected, { timeoutMs: boundMs + 2 * far, prefix: "on its way" });
});

Deno.test("a server that joins under load misses nothing", async () => {
  await using cluster = await Cluster.start(2, { queryActorCount: 3, simulateLatencyMs: 20 });
  const actors = cluster.clients.flat();
  const expected = new Map<string, string>();
  await using puts = new Load(2, (i) => {
    expected.set(`load/${i}`, "value");
    return actors[i % actors.length].put(`load/${i}`, "value");
  });
  for (let i = 0; i < 3; i++) {
    await sleep(200);
    await cluster.add({ queryActorCount: 2, simulateLatencyMs: 20 });
  }
  await sleep(200);
  await puts.stop();
  await cluster.converge(expected);
  cluster.expectPace();
});
