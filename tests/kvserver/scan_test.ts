import { wireLimits } from "../../kvcommon/mod.ts";
import { defaultLimits } from "../../limits.ts";
import { assert, assertEquals, assertGreater, assertLessOrEqual } from "../deps.ts";
import { RawSocket } from "../support/rpc/raw_socket.ts";
import { sortedByBytes } from "../support/store/compare.ts";
import { serve } from "./serving.ts";

type Page = [entries: [key: string, value: string][], done: boolean];

/** One page as it comes over the wire. */
async function scan(socket: RawSocket, prefix: string, after: string | null, limit: number) {
  const [entries, done] = await socket.ask("Scan", prefix, after, limit) as Page;
  return { keys: entries.map(([key]) => key), entries, done };
}

Deno.test("Scan gives pages of so many entries, and says when nothing follows", async () => {
  await using served = await serve();
  using socket = await RawSocket.connect(served.address);
  for (const key of ["a", "b/1", "b/2", "b/3", "c"]) await served.client.put(key, `v ${key}`);
  const page = async (after: string | null, limit: number) => {
    const { keys, done } = await scan(socket, "b/", after, limit);
    return [keys, done];
  };
  assertEquals(await page(null, 2), [["b/1", "b/2"], false]);
  assertEquals(await page("b/2", 2), [["b/3"], true]);
  assertEquals(await page(null, 3), [["b/1", "b/2", "b/3"], true]);
  assertEquals(await page(null, wireLimits.scanEntriesMax), [["b/1", "b/2", "b/3"], true]);
  assertEquals(await page("b/3", 1), [[], true]);
});

Deno.test("Scan begins strictly after a key, whether that is there or not", async () => {
  await using served = await serve();
  using socket = await RawSocket.connect(served.address);
  for (const key of ["", "a", "b/1", "b/2", "c"]) await served.client.put(key, "");
  const keysAfter = async (prefix: string, after: string | null) =>
    (await scan(socket, prefix, after, 10)).keys;
  assertEquals(await keysAfter("", null), ["", "a", "b/1", "b/2", "c"]);
  assertEquals(await keysAfter("", ""), ["a", "b/1", "b/2", "c"]);
  assertEquals(await keysAfter("", "b/1"), ["b/2", "c"]);
  assertEquals(await keysAfter("", "b/1x"), ["b/2", "c"]);
  assertEquals(await keysAfter("b/", "a"), ["b/1", "b/2"]);
  assertEquals(await keysAfter("b/", "b/"), ["b/1", "b/2"]);
  assertEquals(await keysAfter("b/", "b/2"), []);
  assertEquals(await keysAfter("b/", "z"), []);
});

Deno.test("Scan goes by the bytes of UTF-8 where JavaScript's order is another", async () => {
  await using served = await serve();
  using socket = await RawSocket.connect(served.address);
  const keys = ["\u{10000}", "\uffff", "\u{1f600}", "\ue000", "é", "z", "\ud7ff", "Z", "\0"];
  for (const key of keys) await served.client.put(key, "");
  const expected = sortedByBytes(keys);
  assert(expected.join() !== [...keys].sort().join());
  let after: string | null = null;
  for (const [i, key] of expected.entries()) {
    const page = await scan(socket, "", after, 1);
    assertEquals([page.keys, page.done], [[key], i === expected.length - 1]);
    after = key;
  }
});

Deno.test("Scan ends a page before it passes 1 MiB, or after one entry", async () => {
  await using served = await serve();
  using socket = await RawSocket.connect(served.address);
  // Nine of them fit, ten do not; the long one fits no page; the small ones fit beside anything.
  const bytes = Math.floor(defaultLimits.scanPageBytesMax / 10) + 1;
  const sizes: [string, number][] = [
    ...Array.from(
      { length: 12 },
      (_, i): [string, number] => [`a${`${i}`.padStart(2, "0")}`, bytes],
    ),
    ["b", 3 * defaultLimits.scanPageBytesMax],
    ["c1", 1],
    ["c2", 1],
  ];
  for (const [key, size] of sizes) await served.client.put(key, "v".repeat(size));
  const pages: string[][] = [];
  for (let after: string | null = null, done = false; !done;) {
    const page: Awaited<ReturnType<typeof scan>> = await scan(
      socket,
      "",
      after,
      wireLimits.scanEntriesMax,
    );
    const pageBytes = page.entries.reduce(
      (sum, [key, value]) => sum + key.length + value.length,
      0,
    );
    if (page.keys.length > 1) assertLessOrEqual(pageBytes, defaultLimits.scanPageBytesMax);
    pages.push(page.keys);
    after = page.keys.at(-1)!;
    done = page.done;
  }
  const keys = sizes.map(([key]) => key);
  assertEquals(pages, [keys.slice(0, 9), keys.slice(9, 12), ["b"], ["c1", "c2"]]);
});

Deno.test("a key that is there throughout a scan comes exactly once when others come meanwhile", async () => {
  await using served = await serve();
  const writer = served.newClient();
  // More than a few of the client's pages.
  const steady = Array.from({ length: 3500 }, (_, i) => `k/${`${i}`.padStart(4, "0")}`);
  await Promise.all(steady.map((key) => writer.put(key, "old")));
  const seen = new Map<string, number>();
  let last = "";
  for await (const [key] of served.client.scan("k/")) {
    assert(last < key, "the order is kept");
    last = key;
    seen.set(key, (seen.get(key) ?? 0) + 1);
    // Before, at and behind the place that the scan has come to.
    if (seen.size % 100 === 0) {
      await Promise.all([
        writer.put(`${key}+`, "new"),
        writer.put(key, "changed"),
        writer.put(`k/0000+${seen.size}`, "new"),
        writer.put(`k/9${seen.size}`, "new"),
        writer.put(steady[3499 - seen.size % 3500], "changed"),
      ]);
    }
  }
  for (const key of steady) assertEquals(seen.get(key), 1, key);
  assertGreater(seen.size, steady.length);
  assert([...seen.values()].every((times) => times === 1));
});

Deno.test("a scan through the client gives all when pages end by their bytes", async () => {
  await using served = await serve();
  const keys = Array.from({ length: 30 }, (_, i) => `k${`${i}`.padStart(2, "0")}`);
  const value = "v".repeat(300_000);
  await Promise.all(keys.map((key) => served.client.put(key, value)));
  const entries = await Array.fromAsync(served.client.scan("k"));
  assertEquals(entries.map(([key]) => key), keys);
  assert(entries.every(([, got]) => got === value));
});
