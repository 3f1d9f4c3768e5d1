import { assertEquals, assertGreater, assertLessOrEqual } from "../deps.ts";
import { Cluster } from "./cluster.ts";
import { sleep } from "../support/until.ts";
import { WireTap } from "./wire_tap.ts";

/** What two servers may send each other in a second while nothing changes: to see whether they are there. */
const bytesPerSecondMax = 50;

Deno.test("an idle cluster tells nothing, and sends no more than heartbeats", async () => {
  const taps = Array.from({ length: 4 }, () => new WireTap());
  await using cluster = await Cluster.start(4, (i) => ({ queryActorCount: 2, transport: taps[i] }));
  await cluster.ready();
  const puts = cluster.clients.flat().map((client, i) => client.put(`key/${i}`, "value"));
  await Promise.all(puts);
  const { entries } = await cluster.agree({ timeoutMs: 2_000, prefix: "key/" });
  assertEquals(entries.size, 8);

  await cluster.quiet();
  const told = () => [cluster.sum("bytesSent"), cluster.sum("remoteBytesReceived")];
  const onWires = () =>
    taps.reduce((sum, { sentBytes, receivedBytes }) => sum + sentBytes + receivedBytes, 0);
  const [before, bytesBefore] = [told(), onWires()];
  await sleep(6_000);
  assertEquals(told(), before);
  const pairs = 6;
  const bytesPerSecond = (onWires() - bytesBefore) / pairs / 6;
  console.log(`an idle pair: ${Math.round(bytesPerSecond)} bytes a second`);
  assertLessOrEqual(bytesPerSecond, bytesPerSecondMax);
  // They are there.
  assertGreater(bytesPerSecond, 0);
});
