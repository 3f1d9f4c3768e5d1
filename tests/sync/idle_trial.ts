import { assertEquals, assertLess } from "../deps.ts";
import { Cluster } from "./cluster.ts";
import { sleep } from "../support/until.ts";
import { WireTap } from "./wire_tap.ts";

Deno.test("an idle cluster sends no more than 200 bytes a second from one server to another and back", async () => {
  const taps = Array.from({ length: 4 }, () => new WireTap());
  await using cluster = await Cluster.start(4, (i) => ({ queryActorCount: 2, transport: taps[i] }));
  await cluster.ready();
  const puts = cluster.clients.flat().map((client, i) => client.put(`key/${i}`, "value"));
  await Promise.all(puts);
  const { entries } = await cluster.agree({ prefix: "key/" });
  assertEquals(entries.size, 8);

  await cluster.quiet();
  const sentBytes = () => taps.reduce((sum, tap) => sum + tap.sentBytes + tap.receivedBytes, 0);
  const figures = async (name: "repairs" | "reconcileRounds") => {
    const stats = await Promise.all(cluster.clients.flat().map((client) => client.stats()));
    return stats.map((figures) => Number(figures[name]));
  };
  // A server may be asked before it has met all others: what it accepts until then is compared.
  const repairs = await figures("repairs");
  const before = sentBytes();
  await sleep(10_000);
  const pairs = 4 * 3 / 2;
  assertLess(sentBytes() - before, 200 * 10 * pairs);
  assertEquals(await figures("repairs"), repairs);
  assertLess(0, Math.max(...await figures("reconcileRounds")));
});
