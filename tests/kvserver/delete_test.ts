import { assertEquals, assertRejects } from "../deps.ts";
import { RpcError } from "../../rpc/mod.ts";
import { RawSocket } from "../support/rpc/raw_socket.ts";
import { until } from "../support/until.ts";
import { serve } from "./serving.ts";
import { strangeKeys } from "./strange_keys.ts";

const MiB = 1024 * 1024;

Deno.test("Delete says whether the key was shown, and hides it from Get, List and Scan", async () => {
  await using served = await serve();
  const { client } = served;
  using socket = await RawSocket.connect(served.address);
  assertEquals(await socket.ask("Delete", "k"), false);
  assertEquals(await socket.ask("Put", "k", ""), null);
  assertEquals(await socket.ask("Delete", "k"), true);
  assertEquals(await socket.ask("Delete", "k"), false);
  assertEquals(await socket.ask("Get", "k"), null);
  await client.put("k/1", "1");
  await client.put("k/2", "2");
  assertEquals(await client.delete("k/1"), true);
  assertEquals([...await client.list("")], [["k/2", "2"]]);
  assertEquals(await Array.fromAsync(client.scan("")), [["k/2", "2"]]);
  await client.put("k", "again");
  assertEquals(await client.get("k"), "again");
});

Deno.test("Delete is counted, and so are the keys that are gone", async () => {
  await using served = await serve();
  const { client } = served;
  for (const key of ["a", "b", "c"]) await client.put(key, "v");
  for (const key of ["a", "b", "absent"]) await client.delete(key);
  const { keys, tombstones, puts, deletes } = await client.stats();
  assertEquals({ keys, tombstones, puts, deletes }, {
    keys: 1,
    tombstones: 3,
    puts: 3,
    deletes: 3,
  });
});

Deno.test("Delete takes every key that a Put takes, and nothing else", async () => {
  await using served = await serve();
  const { client } = served;
  for (const key of strangeKeys) await client.put(key, key);
  for (const key of strangeKeys) assertEquals(await client.delete(key), true);
  assertEquals((await client.list("")).size, 0);
  using socket = await RawSocket.connect(served.address);
  for (const params of [[], ["k", "v"], [1], [null]]) {
    assertEquals((await socket.askInVain("Delete", ...params)).code, "bad_request");
  }
});

Deno.test("Delete of a key that only another query actor shows wins there", async () => {
  await using served = await serve({ queryActorCount: 2 });
  const [first, second] = served.server.queryAddresses.map((at) => served.newClient(at));
  await first.put("k", "v");
  // Whether it has come already or not.
  await second.delete("k");
  const gone = async () => {
    const values = await Promise.all([first.get("k"), second.get("k")]);
    const { tombstones } = await first.stats();
    return tombstones === 1 && values.every((value) => value === undefined);
  };
  await until("both hide it", gone);
});

Deno.test("Deletes of what is held go on when the memory is full", async () => {
  await using served = await serve({ maxMemory: 32 * MiB });
  const { client } = served;
  let count = 0;
  const full = async () => {
    while (true) await client.put(`key ${count}`, "v".repeat(2 * MiB)).then(() => count++);
  };
  const isOverloaded = (error: RpcError) => assertEquals(error.code, "overloaded");
  isOverloaded(await assertRejects(full, RpcError));
  for (let i = 0; i < count; i++) assertEquals(await client.delete(`key ${i}`), true);
  await client.put("there is", "room again");
});

Deno.test("Count tells how many keys begin with a prefix", async () => {
  await using served = await serve();
  const { client } = served;
  for (const key of strangeKeys) await client.put(key, key);
  for (const prefix of ["", "absent", ...strangeKeys]) {
    assertEquals(await client.count(prefix), (await client.list(prefix)).size);
  }
  for (const key of strangeKeys.slice(3)) await client.delete(key);
  for (const prefix of ["", ...strangeKeys]) {
    assertEquals(await client.count(prefix), (await client.list(prefix)).size);
  }
  using socket = await RawSocket.connect(served.address);
  for (const params of [[], ["k", "v"], [1], [null]]) {
    assertEquals((await socket.askInVain("Count", ...params)).code, "bad_request");
  }
});
