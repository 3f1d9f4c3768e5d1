import { assertEquals } from "../deps.ts";
import { Cluster } from "./cluster.ts";
import { sleep } from "../support/until.ts";
import { WireTap } from "./wire_tap.ts";

Deno.test("an idle cluster sends nothing", async () => {
  const taps = Array.from({ length: 4 }, () => new WireTap());
  await using cluster = await Cluster.start(4, (i) => ({ queryActorCount: 2, transport: taps[i] }));
  await cluster.ready();
  const puts = cluster.clients.flat().map((client, i) => client.put(`key/${i}`, "value"));
  await Promise.all(puts);
  const { entries } = await cluster.agree({ timeoutMs: 2_000, prefix: "key/" });
  assertEquals(entries.size, 8);

  await cluster.quiet();
  const figures = () => [
    cluster.sum("bytesSent"),
    cluster.sum("remoteBytesReceived"),
    ...taps.flatMap(({ sentBytes, receivedBytes }) => [sentBytes, receivedBytes]),
  ];
  const before = figures();
  await sleep(3_000);
  assertEquals(figures(), before);
});
