import type { Client } from "../../kvclient/mod.ts";
import { assertEquals, assertLessOrEqual } from "../deps.ts";
import type { TextEntry } from "../support/store/stores.ts";
import { Cluster } from "./cluster.ts";
import { withSecondChance } from "./second_chance.ts";
import { entriesIn, tellsIn } from "./tells.ts";
import { atPace, sleep } from "../support/until.ts";
import { occurrences, WireTap } from "./wire_tap.ts";

const putCount = 20_000;
const withinMs = 2_000;
const copiesMax = 25;

Deno.test("20,000 Puts on one key within 2 s leave a server as at most 25 copies", () =>
  withSecondChance(expectFewCopies));

async function expectFewCopies(): Promise<void> {
  const key = "a key that is put again and again";
  const taps = Array.from({ length: 3 }, () => new WireTap());
  await using cluster = await Cluster.start(3, (i) => ({ queryActorCount: 2, transport: taps[i] }));
  await cluster.ready();
  const copies = new Map<string, number>();
  const toldMs = new Map<string, number[]>();
  taps[0].onSend = (to, bytes) => {
    copies.set(to, (copies.get(to) ?? 0) + occurrences(bytes, key));
    toldMs.set(to, [...toldMs.get(to) ?? [], ...tellsIn(bytes).map(() => performance.now())]);
  };
  const tookMs = await putOften(cluster.clients[0][0], key, putCount);
  await cluster.converge(new Map([[key, `${putCount - 1}`]]), { prefix: key });
  console.log(
    `${putCount} Puts on a key in ${Math.round(tookMs)} ms: copies ${[...copies.values()]}`,
  );
  assertEquals(copies.size, 2);
  // A machine too busy to put in time has that much more time for copies.
  const allowed = copiesMax * Math.max(1, tookMs / withinMs);
  for (const count of copies.values()) assertLessOrEqual(count, allowed);
  cluster.expectPace();
  // Its figures are those of the wire.
  for (const timesMs of toldMs.values()) assertLessOrEqual(mostWithinASecond(timesMs), 10);
}

Deno.test("a Put 10 ms after those on a hot key wins everywhere", async () => {
  const tap = new WireTap();
  const ahead: TextEntry[] = [];
  tap.onSend = (_to, bytes) => {
    ahead.push(...entriesIn(bytes).filter(({ timestamp }) => timestamp > Date.now()));
  };
  await using cluster = await Cluster.start(2, (i) => ({
    queryActorCount: 2,
    transport: i === 0 ? tap : undefined,
  }));
  await cluster.ready();
  const [[hot, sibling], [remote]] = cluster.clients;
  const expected = new Map<string, string>();
  for (const [name, late] of Object.entries({ sibling, remote })) {
    const key = `hot/${name}`;
    await putOften(hot, key, putCount / 10);
    await sleep(10);
    await late.put(key, "later by 10 ms");
    expected.set(key, "later by 10 ms");
  }
  await cluster.converge(expected, { prefix: "hot/" });
  assertEquals(ahead, []);
});

function mostWithinASecond(timesMs: readonly number[]): number {
  return Math.max(
    ...timesMs.map((endMs) =>
      timesMs.filter((timeMs) => timeMs > endMs - 1_000 && timeMs <= endMs).length
    ),
  );
}

/** Puts as evenly as it can within the time. @returns the time that it took, in milliseconds. */
async function putOften(client: Client, key: string, count: number): Promise<number> {
  const startMs = performance.now();
  const [everyMs, batch] = [10, 110];
  await atPace(Math.ceil(count / batch), everyMs, (round) => {
    const from = round * batch;
    const size = Math.min(batch, count - from);
    return Promise.all(Array.from({ length: size }, (_, i) => client.put(key, `${from + i}`)));
  });
  return performance.now() - startMs;
}
