import type { Client } from "../../kvclient/mod.ts";
import { defaultLimits } from "../../limits.ts";
import { assertLess } from "../deps.ts";
import { Cluster } from "./cluster.ts";
import { skewedClock } from "./skewed_clock.ts";
import { sleep, until } from "../support/until.ts";

const key = "key";

/** Two servers with the same clock and two actors each, and one whose clock is 5 s slow. */
function startCluster(): Promise<Cluster> {
  return Cluster.start(3, (i) => ({
    queryActorCount: i < 2 ? 2 : 1,
    simulateLatencyMs: 20,
    environment: i === 2 ? skewedClock(-5_000) : undefined,
  }));
}

Deno.test("of two Puts that did not see each other, the one that is 10 ms later wins", async () => {
  await Promise.all([[0, 1], [1, 0]].map(async ([server, actor]) => {
    await using cluster = await startCluster();
    await cluster.ready();
    const { clients } = cluster;
    const writer = clients[server][actor];
    let key: string;
    // On a busy machine ten milliseconds may be enough to see it: then it is tried again.
    for (let tries = 0;; tries++) {
      // What follows so many messages waits for the pace, and so is not seen at once.
      for (let i = 0; i < defaultLimits.syncMessagesAtOnce; i++) {
        await clients[0][0].put(`another key ${i}`, "value");
      }
      key = `key ${tries}`;
      await clients[0][0].put(key, "earlier");
      await sleep(10);
      if (await writer.get(key) === undefined) break;
      assertLess(tries, 100);
    }
    await writer.put(key, "later");
    await cluster.converge(new Map([[key, "later"]]), { prefix: key });
  }));
});

Deno.test("a Put wins over what its actor showed, on whichever actor, with a slow clock too", async () => {
  await using cluster = await startCluster();
  await cluster.ready();
  const [[first, sibling], [remote], [slow]] = cluster.clients;
  let value = 0;
  for (const writer of [first, first, sibling, remote, slow, slow, first]) {
    await until(
      "it is seen",
      async () => await writer.get(key) === (value ? `${value}` : undefined),
    );
    await writer.put(key, `${++value}`);
  }
  await expectWinner(cluster, `${value}`);
});

Deno.test("a Put on the slow clock wins over one that it had seen, and over no later one", async () => {
  await using cluster = await startCluster();
  await cluster.ready();
  const [[first], [remote], [slow]] = cluster.clients;
  await first.put(key, "first");
  await isSeen(slow, "first");
  await slow.put(key, "second, on the slow clock");
  await isSeen(remote, "second, on the slow clock");
  await sleep(10);
  await remote.put(key, "third");
  await expectWinner(cluster, "third");
});

Deno.test("a Put of the same value counts as a new one", async () => {
  await using cluster = await startCluster();
  await cluster.ready();
  const [[first], [remote]] = cluster.clients;
  await first.put(key, "value");
  await isSeen(remote, "value");
  await first.put(key, "another");
  await sleep(10);
  // It has not seen the other one, and would keep its value anyway.
  await remote.put(key, "value");
  await expectWinner(cluster, "value");
});

async function isSeen(client: Client, value: string): Promise<void> {
  await until(`${value} is seen`, async () => await client.get(key) === value);
}

async function expectWinner(cluster: Cluster, value: string): Promise<void> {
  await cluster.converge(new Map([[key, value]]), { prefix: key });
}
