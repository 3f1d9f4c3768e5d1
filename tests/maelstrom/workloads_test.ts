/**
 * The workloads of Maelstrom, on nodes that are processes of their own, over a network that the test is: it
 * delays, loses and reorders messages, and is split.
 */

import { assertEquals, assertRejects } from "../deps.ts";
import { until } from "../support/until.ts";
import { MaelstromNetwork, ReplyError } from "./maelstrom_network.ts";

/** In this time everybody knows everything, once the network is whole. */
const agreedMs = 20_000;

/** All nodes come to answer a read so. */
async function untilRead(network: MaelstromNetwork, field: string, expected: unknown[]) {
  const wanted = JSON.stringify(expected.toSorted());
  for (const id of network.ids) {
    await until(`${id} reads ${wanted}`, async () => {
      const { [field]: read } = await network.ask(id, { type: "read" });
      return JSON.stringify((read as unknown[]).toSorted()) === wanted;
    }, { timeoutMs: agreedMs, everyMs: 50 });
  }
}

Deno.test("echo: a node says what it was told", async () => {
  await using network = await MaelstromNetwork.start(1);
  const answer = await network.ask("n1", { type: "echo", echo: "Please echo 35" });
  assertEquals([answer.type, answer.echo], ["echo_ok", "Please echo 35"]);
  const error = await assertRejects(() => network.ask("n1", { type: "dance" }), ReplyError);
  assertEquals(error.code, 10);
});

Deno.test("unique-ids: no id is given twice, also while the network is split", async () => {
  await using network = await MaelstromNetwork.start(3);
  network.partition(["n1"], ["n2", "n3"]);
  const answers = await Promise.all(
    Array.from({ length: 300 }, (_, i) => network.ask(network.ids[i % 3], { type: "generate" })),
  );
  assertEquals(new Set(answers.map(({ id }) => id)).size, 300);
});

Deno.test("broadcast: each message reaches every node, over a lossy network that is split for a while", async () => {
  await using network = await MaelstromNetwork.start(5, { lostPercent: 5, latencyMs: 20 });
  await network.ask("n1", { type: "topology", topology: {} });
  const messages = Array.from({ length: 40 }, (_, i) => i);
  for (const message of messages) {
    if (message === 10) network.partition(["n1", "n2"], ["n3", "n4", "n5"]);
    if (message === 30) network.partition();
    // Every node answers at once, whoever it can reach.
    await network.ask(network.ids[message % 5], { type: "broadcast", message });
  }
  await untilRead(network, "messages", messages);
});

Deno.test("g-set: what is added anywhere is in the set everywhere", async () => {
  await using network = await MaelstromNetwork.start(3, { lostPercent: 5 });
  const elements = [1, 2, "two", 3, { four: 4 }];
  for (const [i, element] of elements.entries()) {
    await network.ask(network.ids[i % 3], { type: "add", element });
    await network.ask(network.ids[(i + 1) % 3], { type: "add", element });
  }
  await untilRead(network, "value", elements);
});

Deno.test("lww-kv: the last write of a key is read everywhere; cas goes by what its node shows", async () => {
  await using network = await MaelstromNetwork.start(2);
  const missing = await assertRejects(
    () => network.ask("n1", { type: "read", key: 1 }),
    ReplyError,
  );
  assertEquals(missing.code, 20);
  await network.ask("n1", { type: "write", key: 1, value: "a" });
  const readsOf = (id: string, value: unknown) =>
    until(`${id} reads ${value}`, async () => {
      try {
        return (await network.ask(id, { type: "read", key: 1 })).value === value;
      } catch (error) {
        if (error instanceof ReplyError && error.code === 20) return false;
        throw error;
      }
    }, { timeoutMs: agreedMs, everyMs: 20 });
  await readsOf("n2", "a");
  const failed = await assertRejects(
    () => network.ask("n2", { type: "cas", key: 1, from: "x", to: "b" }),
    ReplyError,
  );
  assertEquals(failed.code, 22);
  await network.ask("n2", { type: "cas", key: 1, from: "a", to: "b" });
  await readsOf("n1", "b");
  // Both write while they do not hear each other: one of the two is lost, the same one on both.
  network.partition(["n1"], ["n2"]);
  await network.ask("n1", { type: "write", key: 1, value: "one" });
  await network.ask("n2", { type: "write", key: 1, value: "two" });
  network.partition();
  await readsOf("n1", "two");
  await readsOf("n2", "two");
});
