import type { Value } from "../../kvclient/mod.ts";
import { realEnvironment } from "../../rpc/mod.ts";
import { assert, assertEquals, msgpackDecode } from "../deps.ts";
import { RawSocket } from "../support/rpc/raw_socket.ts";
import { concat, requestFrame } from "../support/rpc/wire.ts";
import { sortedByBytes } from "../support/store/compare.ts";
import { serve } from "./serving.ts";
import { strangeKeys } from "./strange_keys.ts";

Deno.test("Get gives what was put last, and nil when a key is absent", async () => {
  await using served = await serve();
  using socket = await RawSocket.connect(served.address);
  assertEquals(await socket.ask("Get", "k"), null);
  assertEquals(await socket.ask("Put", "k", "v"), null);
  assertEquals(await socket.ask("Get", "k"), "v");
  assertEquals(await socket.ask("Put", "k", ""), null);
  assertEquals(await socket.ask("Get", "k"), "");
  assertEquals(await socket.ask("Get", "K"), null);
});

Deno.test("Get, List and Scan hold keys apart that trip over careless code", async () => {
  await using served = await serve();
  const { client } = served;
  for (const key of strangeKeys) assertEquals(await client.get(key), undefined);
  await Promise.all(strangeKeys.map((key) => client.put(key, `value of ${key}`)));
  const sorted = sortedByBytes(strangeKeys).map((key) => [key, `value of ${key}`]);
  for (const [key, value] of sorted) assertEquals(await client.get(key), value);
  assertEquals<unknown>([...await client.list("")], sorted);
  assertEquals<unknown>(await Array.fromAsync(client.scan("")), sorted);
  for (const prefix of strangeKeys) {
    const expected = sorted.filter(([key]) => key.startsWith(prefix));
    assertEquals<unknown>([...await client.list(prefix)], expected);
    assertEquals<unknown>(await Array.fromAsync(client.scan(prefix)), expected);
  }
});

Deno.test("Get and List keep every character of a value", async () => {
  await using served = await serve();
  const value = strangeKeys.join("");
  await served.client.put("k", value);
  assertEquals(await served.client.get("k"), value);
  assertEquals(await served.client.list("k"), new Map([["k", value]]));
});

Deno.test("Get gives back a value of 1 MiB", async () => {
  await using served = await serve();
  const value = Array.from({ length: 1 << 20 }, (_, i) => String.fromCharCode(33 + i % 90)).join(
    "",
  );
  await served.client.put("large", value);
  assert(await served.client.get("large") === value);
});

Deno.test("List is a map in the order of the keys' bytes", async () => {
  await using served = await serve();
  using socket = await RawSocket.connect(served.address);
  assertEquals(await socket.ask("List", "p/"), {});
  for (const key of ["p/b", "p/a", "p", "q", "p/"]) await served.client.put(key, `v ${key}`);
  const list = await socket.ask("List", "p/") as Record<string, string>;
  assertEquals(Object.entries(list), [["p/", "v p/"], ["p/a", "v p/a"], ["p/b", "v p/b"]]);
});

Deno.test("List goes on being a map when it has more entries than a short header counts", async () => {
  await using served = await serve();
  const keys = Array.from({ length: 70_000 }, (_, i) => `${i}`.padStart(5, "0"));
  await Promise.all(keys.map((key) => served.client.put(key, "")));
  assertEquals([...(await served.client.list("")).keys()], keys);
});

Deno.test("the second of two Puts wins when both are made in one millisecond, 10,000 times", async () => {
  // A clock that stands still makes every millisecond the same.
  const nowMs = realEnvironment.now();
  await using served = await serve({ environment: { ...realEnvironment, now: () => nowMs } });
  const { client } = served;
  let won = 0;
  for (let i = 0; i < 10; i++) {
    const gets: Promise<Value | undefined>[] = [];
    const puts: Promise<void>[] = [];
    for (let j = 0; j < 1000; j++) {
      // Half of them on one hot key.
      const key = j % 2 === 0 ? "hot" : `${i}/${j}`;
      puts.push(client.put(key, `first ${j}`), client.put(key, `second ${j}`));
      gets.push(client.get(key));
    }
    await Promise.all(puts);
    const got = await Promise.all(gets);
    won += got.filter((value, j) => value === `second ${j}`).length;
  }
  assertEquals(won, 10_000);
});

Deno.test("the later Put wins when the clock goes back in between", async () => {
  let nowMs = realEnvironment.now();
  await using served = await serve({ environment: { ...realEnvironment, now: () => nowMs } });
  for (const value of ["a", "b", "c"]) {
    await served.client.put("k", value);
    assertEquals(await served.client.get("k"), value);
    nowMs -= 1_000_000;
  }
});

Deno.test("10,000 Gets pipelined on one connection are all answered, in order", async () => {
  await using served = await serve();
  using socket = await RawSocket.connect(served.address);
  const count = 10_000;
  for (const key of ["a", "b"]) await served.client.put(key, `value of ${key}`);
  const requests = Array.from(
    { length: count },
    (_, i) => requestFrame(i, "Get", [["a", "b", "c"][i % 3]]),
  );
  const sending = socket.send(concat(...requests));
  const expected = ["value of a", "value of b", null];
  for (let i = 0; i < count; i++) {
    const payload = await socket.frame();
    assertEquals(msgpackDecode(payload!), [1, i, null, expected[i % 3]]);
  }
  await sending;
  const gets = await Promise.all(Array.from({ length: count }, () => served.client.get("a")));
  assert(gets.every((value) => value === "value of a"));
});

Deno.test("four clients at once put and get without harm to one another", async () => {
  await using served = await serve();
  const count = 500;
  await Promise.all([0, 1, 2, 3].map(async (id) => {
    const client = served.newClient();
    for (let i = 0; i < count; i++) {
      const [, got] = await Promise.all([
        client.put(`${id}/${i}`, `${id} ${i}`),
        client.get(`${id}/${i}`),
        client.put("shared", `${id}`),
      ]);
      assertEquals(got, `${id} ${i}`);
    }
    assertEquals((await client.list(`${id}/`)).size, count);
  }));
  assertEquals((await served.client.list("")).size, 4 * count + 1);
  assert(["0", "1", "2", "3"].includes(await served.client.get("shared") as string));
});

Deno.test("Ping is answered with pong", async () => {
  await using served = await serve();
  using socket = await RawSocket.connect(served.address);
  assertEquals(await socket.ask("Ping"), "pong");
  await served.client.ping();
});
