import type { Client } from "../../kvclient/mod.ts";
import { assertEquals, assertLessOrEqual } from "../deps.ts";
import { Cluster } from "./cluster.ts";
import { tellsIn } from "./tells.ts";
import { atPace, sleep } from "../support/until.ts";
import { occurrences, WireTap } from "./wire_tap.ts";

const putCount = 300;
/** What is told anew, as all of 1,000 keys would be, is several times as much; what a busy machine adds is less. */
const ratioMax = 1.5;

Deno.test("the same Puts cost as many bytes again, however many keys there are", async () => {
  const taps = [new WireTap(), new WireTap()];
  let told = 0;
  for (const tap of taps) {
    tap.onSend = (_to, bytes) => {
      for (const { length } of tellsIn(bytes)) told += length;
    };
  }
  await using cluster = await Cluster.start(2, (i) => ({ queryActorCount: 2, transport: taps[i] }));
  await cluster.ready();
  const first = await bytesOf(cluster, taps, () => putRound(cluster.clients[0][0]));
  const fillers = Array.from(
    { length: 1_000 },
    (_, i) => cluster.clients[i % 2][0].put(`filler/${i}`, "x".repeat(100)),
  );
  await Promise.all(fillers);
  const second = await bytesOf(cluster, taps, () => putRound(cluster.clients[0][0]));
  print("a second round of the same Puts, with 1,000 keys more", first, second);
  for (const figure of figures) assertLessOrEqual(second[figure], first[figure] * ratioMax);
  // The figures of the servers are those of the wire.
  assertEquals(cluster.sum("remoteBytesReceived"), told);
  const [{ size }] = await cluster.lists();
  assertEquals(size, putCount + 1_000 + 2);
});

Deno.test("a server receives as many bytes with 4 query actors as with 1", async () => {
  const [one, four] = await Promise.all([1, 4].map(async (queryActorCount) => {
    const taps = [new WireTap(), new WireTap()];
    await using cluster = await Cluster.start(2, (i) => ({
      queryActorCount: i === 0 ? 1 : queryActorCount,
      transport: taps[i],
    }));
    await cluster.ready();
    const copies = copiesOf(taps[0]);
    const bytes = await bytesOf(cluster, taps, () => putRound(cluster.clients[0][0]));
    assertEquals(copies(), putCount);
    return bytes;
  }));
  print("the same Puts received with 1 and with 4 query actors", one, four);
  for (const figure of ["received", "wire"] as const) {
    assertLessOrEqual(four[figure], one[figure] * ratioMax);
  }
});

Deno.test("one copy of a Put goes to each other server, wherever it was taken", async () => {
  const taps = Array.from({ length: 3 }, () => new WireTap());
  await using cluster = await Cluster.start(3, (i) => ({ queryActorCount: 4, transport: taps[i] }));
  await cluster.ready();
  const copies = taps.map(copiesOf);
  const actors = cluster.clients[0];
  await atPace(putCount, 2, (i) => actors[i % actors.length].put(keyOf(i), "value"));
  await cluster.agree({ prefix: keyOf("") });
  await cluster.quiet();
  const [first, ...others] = copies.map((count) => count());
  // A comparison may meet Puts that are late, on a busy machine, and brings what one has before the other.
  const repairs = cluster.sum("repairs");
  assertLessOrEqual(first, 2 * putCount + repairs);
  assertLessOrEqual(others[0] + others[1], repairs);
  assertLessOrEqual(repairs, putCount / 10);
});

Deno.test("each replica merges what others took, once, and nothing that it took itself", async () => {
  await using cluster = await Cluster.start(2, { queryActorCount: 3 });
  await cluster.ready();
  const actors = cluster.clients.flat();
  const figures = () =>
    Promise.all(actors.map(async (client) => {
      const { entriesMerged, entriesIgnored } = await client.stats();
      return { entriesMerged: Number(entriesMerged), entriesIgnored: Number(entriesIgnored) };
    }));
  const before = await figures();
  await atPace(putCount, 2, (i) => actors[i % actors.length].put(keyOf(i), "value"));
  await cluster.agree({ prefix: keyOf("") });
  await cluster.quiet();
  const after = await figures();
  const ofOthers = putCount - putCount / actors.length;
  assertEquals(
    after.map(({ entriesMerged, entriesIgnored }, i) => [
      entriesMerged - before[i].entriesMerged,
      entriesIgnored - before[i].entriesIgnored,
    ]),
    actors.map(() => [ofOthers, 0]),
  );
});

const figures = ["sent", "received", "wire"] as const;

type Bytes = Record<typeof figures[number], number>;

/** Bytes that all servers send and receive from `load` on until they are quiet. */
async function bytesOf(
  cluster: Cluster,
  taps: readonly WireTap[],
  load: () => Promise<void>,
): Promise<Bytes> {
  const read = () => ({
    sent: cluster.sum("bytesSent"),
    received: cluster.sum("remoteBytesReceived"),
    wire: taps.reduce((sum, tap) => sum + tap.sentBytes + tap.receivedBytes, 0),
  });
  await cluster.quiet();
  const before = read();
  await load();
  await cluster.quiet();
  const after = read();
  return {
    sent: after.sent - before.sent,
    received: after.received - before.received,
    wire: after.wire - before.wire,
  };
}

/** One Put after another, so that each is a message of its own; in so long that sync has several. */
async function putRound(client: Client): Promise<void> {
  for (let i = 0; i < putCount; i++) {
    await client.put(keyOf(i), `value of ${i}`);
    if (i % 10 === 0) await sleep(15);
  }
}

function keyOf(i: number | string): string {
  return `counted on the wire/${i}`;
}

/** Counts the copies that leave from now on. */
function copiesOf(tap: WireTap): () => number {
  let count = 0;
  tap.onSend = (_to, bytes) => count += occurrences(bytes, "value");
  return () => count;
}

function print(what: string, first: Bytes, second: Bytes): void {
  const ratios = figures.map((figure) =>
    `${figure} ${first[figure]} -> ${second[figure]} (${
      (second[figure] / first[figure]).toFixed(2)
    })`
  );
  console.log(`${what}: ${ratios.join(", ")}`);
}
