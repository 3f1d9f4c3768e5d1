import { assertEquals, loadIoredis, loadRedisClient } from "../deps.ts";
import { Server } from "../../kvserver/mod.ts";
import { silentLogger } from "../../log/mod.ts";
import { freePorts, rebinding } from "../support/ports.ts";
import { RedisSocket } from "../support/resp/redis_socket.ts";
import { until } from "../support/until.ts";
import { served } from "./served.ts";

async function ask(address: string, ...commands: string[]): Promise<void> {
  using socket = await RedisSocket.connect(address);
  for (const command of commands) await socket.ask([command.split(" ")]);
}

Deno.test("ioredis listens to keys, and goes on when its server restarts", async () => {
  const Redis = await loadIoredis();
  const startPort = freePorts(2);
  const start = () =>
    Server.start({ startPort, queryActorCount: 1, log: silentLogger, onFault() {} });
  const first = await start();
  const subscriber = new Redis(startPort + 1, "127.0.0.1", { retryStrategy: () => 20 });
  subscriber.on("error", () => {});
  const told: string[] = [];
  subscriber.on("message", (channel, event) => told.push(`${channel} ${event}`));
  subscriber.on("pmessage", (_pattern, channel, key) => told.push(`${channel} ${key}`));
  const isTold = (count: number) => until("the subscriber was told", () => told.length >= count);
  assertEquals(await subscriber.subscribe("__keyspace@0__:a", "__keyspace@0__:b"), 2);
  assertEquals(await subscriber.psubscribe("__keyevent@0__:*"), 3);
  assertEquals(await subscriber.ping(), "PONG");
  await ask(first.queryAddresses[0], "SET a 1");
  await isTold(2);
  assertEquals(told.splice(0).sort(), ["__keyevent@0__:set a", "__keyspace@0__:a set"]);
  assertEquals(await subscriber.unsubscribe("__keyspace@0__:a"), 2);
  await first.close();
  const isAway = () => subscriber.status === "reconnecting";
  await until("ioredis has noticed", isAway);
  const second = await rebinding(start);
  await until("ioredis is back", () => subscriber.status === "ready");
  await subscriber.ping();
  await ask(second.queryAddresses[0], "SET a 1", "SET b 1", "DEL b");
  await until("the last is told", () => told.includes("__keyspace@0__:b del"));
  assertEquals(told.includes("__keyspace@0__:a set"), false);
  await subscriber.quit();
  await second.close();
});

Deno.test("@redis/client listens to keys, in both versions of the protocol", () =>
  served({}, async (address, faults) => {
    const { createClient } = await loadRedisClient();
    for (const RESP of [2, 3] as const) {
      const client = createClient({ RESP, url: `redis://${address}` });
      client.on("error", (error: unknown) => faults.push(error));
      await client.connect();
      const told: string[] = [];
      const tell = (message: string, channel: string) => void told.push(`${channel} ${message}`);
      const isTold = (count: number) => until("the client was told", () => told.length >= count);
      await client.subscribe("__keyspace@0__:k", tell);
      await client.pSubscribe("__keyevent@0__:d*", tell);
      await ask(address, "SET k 1");
      await isTold(1);
      await ask(address, "DEL k");
      await isTold(3);
      assertEquals(told.sort(), [
        "__keyevent@0__:del k",
        "__keyspace@0__:k del",
        "__keyspace@0__:k set",
      ]);
      await client.unsubscribe();
      await client.pUnsubscribe();
      assertEquals(await client.get("k"), null);
      await client.close();
    }
    assertEquals(faults, []);
  }));

Deno.test("@redis/client keeps copies of what it reads, and drops those that are outdated", () =>
  served({}, async (address, faults) => {
    const { createClient } = await loadRedisClient();
    const client = createClient({
      RESP: 3,
      url: `redis://${address}`,
      clientSideCache: { ttl: 0, maxEntries: 0, evictPolicy: "LRU" },
    });
    client.on("error", (error: unknown) => faults.push(error));
    await client.connect();
    const hits = () => client.clientSideCache!.stats().hitCount;
    await ask(address, "SET a 1", "SET b 1");
    for (let i = 0; i < 3; i++) assertEquals(await client.get("a"), "1");
    assertEquals([await client.get("b"), await client.get("none"), hits()], ["1", null, 2]);
    await ask(address, "SET a 2", "SET none 1");
    const isDropped = async () => await client.get("a") === "2" && await client.get("none") === "1";
    await until("the copies are dropped", isDropped);
    const before = hits();
    assertEquals([await client.get("a"), await client.get("b"), hits() - before], ["2", "1", 2]);
    await client.close();
    assertEquals(faults, []);
  }));
