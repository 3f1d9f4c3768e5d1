import { realEnvironment } from "../../rpc/mod.ts";
import { assertEquals, assertMatch, assertRejects, msgpackDecode } from "../deps.ts";
import { TempDirectory } from "../support/disk/temp_directory.ts";
import { sentence } from "../support/rpc/bad_input.ts";
import { RawSocket } from "../support/rpc/raw_socket.ts";
import { until } from "../support/until.ts";
import { serve, type Serving } from "./serving.ts";

const startMs = realEnvironment.now();

/** A server whose clock stands, until it is set. */
async function serveAt(
  options: Parameters<typeof serve>[0] = {},
): Promise<Serving & { clock: { nowMs: number } }> {
  const clock = { nowMs: startMs };
  const environment = { ...realEnvironment, now: () => clock.nowMs };
  return Object.assign(await serve({ environment, ...options }), { clock });
}

Deno.test("Put with ttlMs, Expire and Ttl say and do what they are to", async () => {
  await using served = await serveAt();
  using socket = await RawSocket.connect(served.address);
  const { clock } = served;
  assertEquals(await socket.ask("Ttl", "k"), -2);
  assertEquals(await socket.ask("Expire", "k", 5), false);
  assertEquals(await socket.ask("Expire", "k", null), false);
  assertEquals(await socket.ask("Put", "k", "v", {}), null);
  assertEquals(await socket.ask("Ttl", "k"), -1);
  assertEquals(await socket.ask("Put", "k", "v", { ttlMs: 1000 }), null);
  assertEquals(await socket.ask("Ttl", "k"), 1000);
  clock.nowMs += 400;
  assertEquals(await socket.ask("Ttl", "k"), 600);
  assertEquals(await socket.ask("Expire", "k", 2 ** 53 - 1), true);
  assertEquals(await socket.ask("Ttl", "k"), 2 ** 53 - 1 - clock.nowMs);
  assertEquals(await socket.ask("Expire", "k", null), true);
  assertEquals(await socket.ask("Ttl", "k"), -1);
  assertEquals(await socket.ask("Expire", "k", 1), true);
  assertEquals(await socket.ask("Get", "k"), "v");
  clock.nowMs += 1;
  assertEquals(await socket.ask("Get", "k"), null);
  assertEquals(await socket.ask("Ttl", "k"), -2);
  assertEquals(await socket.ask("Expire", "k", 5), false);
  assertEquals(await socket.ask("Delete", "k"), false);
  // A Put without ttlMs does not expire, whatever was there before.
  assertEquals(await socket.ask("Put", "k", "w"), null);
  assertEquals(await socket.ask("Ttl", "k"), -1);
});

Deno.test("what is out of bounds or unknown in a Put, an Expire or a Merge is a bad_request, and changes nothing", async () => {
  await using served = await serveAt();
  using socket = await RawSocket.connect(served.address);
  assertEquals(await socket.ask("Put", "k", "v"), null);
  const bad = [0, -1, 0.5, 2 ** 53, "1", true, [1]];
  const order = [startMs, 0, "127.0.0.1:6000/00/2"];
  const refused: [string, unknown[]][] = [
    ...bad.map((ttlMs): [string, unknown[]] => ["Put", ["k", "w", { ttlMs }]]),
    ["Put", ["k", "w", { ttlMs: null }]],
    ["Put", ["k", "w", { ttl: 5 }]],
    ["Put", ["k", "w", { ttlMs: 5, nx: true }]],
    ["Put", ["k", "w", { 1: 5 }]],
    ["Put", ["k", "w", null]],
    ["Put", ["k", "w", []]],
    ["Put", ["k", "w", {}, 1]],
    ...bad.map((ttlMs): [string, unknown[]] => ["Expire", ["k", ttlMs]]),
    ["Expire", ["k"]],
    ["Expire", [1, 5]],
    ["Ttl", []],
    ["Ttl", ["k", 1]],
    ["Merge", ["k", "w", order]],
    ["Merge", ["k", 7, order, null]],
    ["Merge", ["k", "w", [startMs, 0], null]],
    ["Merge", ["k", "w", [startMs, 0, "nobody"], null]],
    ["Merge", ["k", "w", [startMs, 0, "a:1/00/1".padEnd(500, "1")], null]],
    ["Merge", ["k", "w", [startMs, 2 ** 32, "a:1/00/1"], null]],
    // As of another server: more than a day ahead.
    ["Merge", ["k", "w", [startMs + 25 * 3_600_000, 0, "a:1/00/1"], null]],
    ["Merge", ["k", "w", [-1, 0, "a:1/00/1"], null]],
    ["Merge", ["k", "w", order, 0]],
    ["Merge", ["k", null, order, 5]],
    ["Export", ["", null, 0]],
    ["Export", ["", null]],
  ];
  for (const [method, params] of refused) {
    const { code, message } = await socket.askInVain(method, ...params);
    assertEquals([code, method, params], ["bad_request", method, params]);
    assertMatch(message, sentence);
  }
  assertEquals(await socket.ask("Get", "k"), "v");
  assertEquals(await socket.ask("Ttl", "k"), -1);
});

Deno.test("what has expired is hidden from all that reads, and counted no more", async () => {
  await using served = await serveAt();
  const { client, clock } = served;
  for (let i = 0; i < 10; i++) await client.put(`k/${i}`, "v", { ttlMs: 10 * (i + 1) });
  await client.put("stays", "v");
  const seen = async () => ({
    list: (await client.list("k/")).size,
    scan: (await Array.fromAsync(client.scan("k/"))).length,
    export: (await Array.fromAsync(client.export("k/"))).length,
    count: await client.count("k/"),
    keys: Number((await client.stats()).keys) - 1,
    tombstones: 10 - Number((await client.stats()).tombstones),
    get: (await Promise.all(Array.from({ length: 10 }, (_, i) => client.get(`k/${i}`))))
      .filter((value) => value !== undefined).length,
  });
  const all = (count: number) => ({
    list: count,
    scan: count,
    export: count,
    count,
    keys: count,
    tombstones: count,
    get: count,
  });
  for (const [elapsedMs, count] of [[0, 10], [9, 10], [10, 9], [55, 5], [1000, 0], [42, 6]]) {
    clock.nowMs = startMs + elapsedMs;
    assertEquals(await seen(), all(count), `after ${elapsedMs} ms`);
  }
  assertEquals(await client.get("stays"), "v");
});

Deno.test("the counts follow when very many expire at once, and what is shown is exact meanwhile", async () => {
  await using served = await serveAt();
  const { client, clock } = served;
  const count = 5_000;
  await Promise.all(
    Array.from({ length: count }, (_, i) => client.put(`k/${i}`, "v", { ttlMs: 1000 + i % 7 })),
  );
  assertEquals(await client.count(""), count);
  clock.nowMs += 2000;
  assertEquals((await client.list("")).size, 0);
  await until("all are counted out", async () => await client.count("") === 0);
  assertEquals((await client.stats()).tombstones, count);
});

Deno.test("an expiry is taken into the counts when nobody asks anything, on every query actor", async () => {
  await using served = await serve({ queryActorCount: 2 });
  const [first, second] = served.server.queryAddresses.map((at) => served.newClient(at));
  await first.put("k", "v", { ttlMs: 300 });
  await until("the other one shows it", async () => await second.get("k") === "v").catch(() => {});
  const gone = async () => (await second.stats()).tombstones === 1 && await first.count("") === 0;
  await until("both hide it", gone);
  await second.put("k", "again");
  await until("a Put after it lives", async () => await first.get("k") === "again");
});

Deno.test("values are str or bin, and come back as what they were put as", async () => {
  await using served = await serve();
  using socket = await RawSocket.connect(served.address);
  const bytes = new Uint8Array([0xff, 0, 0xc3]);
  const values: [string, unknown][] = [
    ["bin", bytes],
    ["empty bin", new Uint8Array()],
    ["empty str", ""],
    ["long bin", new Uint8Array(70_000).fill(0xfe)],
    ["str", "text"],
    ["text as bin", new TextEncoder().encode("text")],
  ];
  for (const [key, value] of values) assertEquals(await socket.ask("Put", key, value), null);
  for (const [key, value] of values) assertEquals(await socket.ask("Get", key), value);
  const sorted = values.toSorted(([a], [b]) => a < b ? -1 : 1);
  assertEquals(await socket.ask("List", ""), Object.fromEntries(sorted));
  assertEquals(await socket.ask("Scan", "", null, 100), [sorted, true]);
  const { client } = served;
  assertEquals(await Array.fromAsync(client.scan("")), sorted as [string, string][]);
  // One in place of the other, in the same memory.
  assertEquals(await socket.ask("Put", "str", new TextEncoder().encode("tex")), null);
  assertEquals(await client.get("str"), new TextEncoder().encode("tex"));
  assertEquals(await client.expire("str", 60_000), true);
  assertEquals(await client.get("str"), new TextEncoder().encode("tex"));
  await client.put("str", "t");
  assertEquals(await client.get("str"), "t");
  const { code } = await socket.askInVain("Put", "k", new Uint8Array(8 * 1024 * 1024 + 1));
  assertEquals(code, "too_large");
  await assertRejects(() => client.put("k", 5 as unknown as string), TypeError, "a Uint8Array");
  await assertRejects(() => client.put("k", "v", { ttlMs: 0 }), RangeError, "from 1 to 2^53-1");
  await assertRejects(() => client.expire("k", 1.5), RangeError);
});

Deno.test("a backup is merged by its order: it beats nothing later, also what has other values", async () => {
  await using served = await serveAt({ queryActorCount: 2 });
  await using other = await serveAt({ queryActorCount: 1 });
  const { client, clock } = served;
  await client.put("a", "old");
  await client.put("b", new Uint8Array([0xff]), { ttlMs: 5000 });
  await client.put("gone", "v");
  const backup = await Array.fromAsync(client.export(""));
  assertEquals(backup.map(({ counter }) => counter), [1, 2, 3]);
  assertEquals(backup.map(({ key, expiresAt }) => [key, expiresAt]), [
    ["a", undefined],
    ["b", startMs + 5000],
    ["gone", undefined],
  ]);
  clock.nowMs++;
  await client.put("a", "newer");
  await client.delete("gone");
  for (const entry of backup) assertEquals(await client.merge(entry), false);
  assertEquals(await client.get("a"), "newer");
  assertEquals(await client.get("gone"), undefined);
  for (const entry of backup) assertEquals(await other.client.merge(entry), true);
  for (const entry of backup) assertEquals(await other.client.merge(entry), false);
  assertEquals(await Array.fromAsync(other.client.export("")), backup);
  other.clock.nowMs += 5000;
  assertEquals(await other.client.get("b"), undefined);
  // It spreads from the actor that took it.
  const [first, second] = served.server.queryAddresses.map((at) => served.newClient(at));
  const order = [clock.nowMs + 1, 0, "127.0.0.1:6000/0123456789abcdef/2"] as const;
  assertEquals(await second.merge({ key: "c", value: "merged", order }), true);
  await until("the first one has it", async () => await first.get("c") === "merged");
  using socket = await RawSocket.connect(served.address);
  assertEquals(await socket.ask("Export", "c", null, 1), [
    [["c", "merged", [...order], null]],
    true,
  ]);
  // A deletion.
  const deletion = [clock.nowMs + 2, 0, "127.0.0.1:6000/0123456789abcdef/2"];
  assertEquals(await socket.ask("Merge", "c", null, deletion, null), true);
  assertEquals(await socket.ask("Get", "c"), null);
});

for (const durability of ["relaxed", "strict"] as const) {
  Deno.test(`${durability}: expiries and bytes outlast a restart, and what expires meanwhile is hidden`, async () => {
    using directory = new TempDirectory();
    const options = { dataDir: directory.path, durability };
    const bytes = new Uint8Array([0xff, 0, 1]);
    {
      await using served = await serveAt(options);
      const { client } = served;
      await client.put("bytes", bytes, { ttlMs: 60_000 });
      await client.put("short", "v", { ttlMs: 1000 });
      await client.put("long", "v");
      assertEquals(await client.expire("long", 100_000), true);
      await client.put("kept", "v", { ttlMs: 1000 });
      assertEquals(await client.expire("kept", null), true);
      assertEquals(await client.expire("absent", 5), false);
      // Answered in either case when it is to be.
      assertEquals(await client.ttl("kept"), -1);
    }
    for (let restart = 0; restart < 2; restart++) {
      await using served = await serveAt(options);
      const { client, clock } = served;
      assertEquals(await client.ttl("short"), 1000);
      clock.nowMs += 2000;
      assertEquals([await client.count(""), await client.get("short")], [3, undefined]);
      assertEquals(await client.get("bytes"), bytes);
      const ttls = await Promise.all(["bytes", "long", "kept"].map((key) => client.ttl(key)));
      assertEquals(ttls, [58_000, 98_000, -1]);
      assertEquals((await client.stats()).tombstones, 1);
    }
  });
}

Deno.test("the bytes of the new requests are those of the protocol", async () => {
  await using served = await serveAt();
  using socket = await RawSocket.connect(served.address);
  const ask = async (hex: string) => {
    const payload = Uint8Array.from(hex.split(" "), (byte) => parseInt(byte, 16));
    const frame = new Uint8Array(4 + payload.length);
    new DataView(frame.buffer).setUint32(0, payload.length);
    frame.set(payload, 4);
    await socket.send(frame);
    return msgpackDecode((await socket.frame())!);
  };
  // Put "a" (bin 01 02) {"ttlMs": 1000}, Ttl "a", Expire "a" nil, Ttl "a", Get "a".
  assertEquals(
    await ask("94 00 07 a3 50 75 74 93 a1 61 c4 02 01 02 81 a5 74 74 6c 4d 73 cd 03 e8"),
    [1, 7, null, null],
  );
  assertEquals(await ask("94 00 07 a3 54 74 6c 91 a1 61"), [1, 7, null, 1000]);
  assertEquals(await ask("94 00 07 a6 45 78 70 69 72 65 92 a1 61 c0"), [1, 7, null, true]);
  assertEquals(await ask("94 00 07 a3 54 74 6c 91 a1 61"), [1, 7, null, -1]);
  assertEquals(await ask("94 00 07 a3 47 65 74 91 a1 61"), [1, 7, null, new Uint8Array([1, 2])]);
});
