import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  loadIoredis,
  loadRedisClient,
} from "../deps.ts";
import { Server } from "../../kvserver/mod.ts";
import { silentLogger } from "../../log/mod.ts";
import { freePorts, portOf, rebinding } from "../support/ports.ts";
import { until } from "../support/until.ts";
import { served } from "./served.ts";

Deno.test("ioredis works as it is: pipelines, prefixes, buffers, streams of keys", () =>
  served({}, async (address, faults) => {
    const Redis = await loadIoredis();
    const redis = new Redis(portOf(address), "127.0.0.1", {
      enableAutoPipelining: true,
      keyPrefix: "app:",
      connectionName: "a-client",
    });
    const keys = Array.from({ length: 100 }, (_, i) => `key ${i}`);
    assertEquals(
      new Set(await Promise.all(keys.map((key) => redis.set(key, key)))),
      new Set(["OK"]),
    );
    assertEquals(await Promise.all(keys.map((key) => redis.get(key))), keys);
    assertEquals(await redis.mget("key 1", "none"), ["key 1", null]);
    assertEquals(await redis.set("key 1", "other", "NX"), null);
    const buffer = await redis.getBuffer("key 2");
    assertEquals(new TextDecoder().decode(buffer!), "key 2");
    const pipelined = await redis.pipeline().append("key 3", "!").strlen("key 3").del("key 3")
      .exec();
    assertEquals(pipelined, [[null, 6], [null, 6], [null, 1]]);
    assertEquals(await redis.client("GETNAME"), "a-client");
    const found: string[] = [];
    for await (const page of redis.scanStream({ match: "app:key*", count: 7 })) found.push(...page);
    assertEquals(
      found.sort(),
      keys.filter((key) => key !== "key 3").map((key) => `app:${key}`).sort(),
    );
    const error = await assertRejects(() => redis.call("incr", "key 1"), Error);
    assertMatch(error.message, /^ERR unknown command 'incr'/);
    await assertRejects(
      () => redis.multi().set("key 4", "!").exec(),
      Error,
      "unknown command 'exec'",
    );
    assertEquals(await redis.get("key 4"), "!");
    await redis.quit();
    assertEquals(faults, []);
  }));

Deno.test("ioredis connects again to a server that restarts", async () => {
  const Redis = await loadIoredis();
  const startPort = freePorts(2);
  const start = () =>
    Server.start({ startPort, queryActorCount: 1, log: silentLogger, onFault() {} });
  const first = await start();
  const redis = new Redis(startPort + 1, "127.0.0.1", { retryStrategy: () => 20 });
  redis.on("error", () => {});
  assertEquals(await redis.set("a", "1"), "OK");
  await first.close();
  const isAway = () => redis.status === "reconnecting";
  await until("ioredis has noticed", isAway);
  const asked = redis.get("a");
  const second = await rebinding(start);
  assertEquals(await asked, null);
  await redis.quit();
  await second.close();
});

Deno.test("@redis/client works as it is, in version 3 of the protocol too", () =>
  served({}, async (address, faults) => {
    const { createClient } = await loadRedisClient();
    for (const RESP of [2, 3] as const) {
      const client = createClient({ RESP, url: `redis://${address}`, name: "another" });
      client.on("error", (error: unknown) => faults.push(error));
      await client.connect();
      assertEquals(await client.ping(), "PONG");
      assertEquals(await client.set("key", "välue"), "OK");
      assertEquals(await client.get("key"), "välue");
      assertEquals(await client.mSet({ a: "1", b: "2" }), "OK");
      assertEquals(await client.mGet(["a", "b", "none"]), ["1", "2", null]);
      assertEquals(await client.set("key", "x", { GET: true }), "välue");
      assertEquals(await client.clientGetName(), "another");
      assertEquals(await client.dbSize(), 3);
      assertEquals({ ...await client.configGet("save") }, { save: "" });
      const keys: string[] = [];
      for await (const page of client.scanIterator({ COUNT: 2 })) keys.push(...page);
      assertEquals(keys, ["a", "b", "key"]);
      assert((await client.commandCount()) > 30);
      assertEquals(await client.del(["a", "b", "none"]), 2);
      await assertRejects(() => client.incr("key"), Error, "unknown command");
      await client.close();
    }
    assertEquals(faults, []);
  }));
