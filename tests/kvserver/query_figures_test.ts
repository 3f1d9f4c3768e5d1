import { Client } from "../../kvclient/mod.ts";
import { Server } from "../../kvserver/mod.ts";
import { assertEquals, assertGreater, loadIoredis } from "../deps.ts";
import { TempDirectory } from "../support/disk/temp_directory.ts";
import { until } from "../support/until.ts";

for (const threads of [1, 2]) {
  Deno.test(`queries are counted by door and method, on ${threads} threads`, async () => {
    const server = await Server.start({ startPort: 0, queryActorCount: 2, threads });
    try {
      for (const address of server.queryAddresses) {
        await using client = new Client(address);
        await client.put("a", "1");
        await client.put("b", "2", { ttlMs: 10_000 });
        await client.get("a");
        await client.ttl("b");
        await client.get("none");
        await client.delete("b");
        await client.list("");
      }
      const Redis = await loadIoredis();
      const [host, port] = server.queryAddresses[0].split(":");
      const redis = new Redis(Number(port), host, { enableReadyCheck: false });
      await redis.set("c", "3");
      await redis.mget("a", "c");
      await redis.quit();
      const { frames, redis: byRedis } = server.queryFigures();
      assertEquals(frames.counts, { get: 6, put: 4, delete: 2, list: 2 });
      assertEquals(byRedis.counts, { get: 2, put: 1, delete: 0, list: 0 });
      for (const { durations: { counts, sumMs } } of [frames, byRedis]) {
        assertGreater(counts.reduce((sum, count) => sum + count), 0);
        assertGreater(sumMs, 0);
      }
    } finally {
      await server.close();
    }
  });
}

Deno.test("a Put that waits for the disk is timed until it is answered", async () => {
  using directory = new TempDirectory();
  const server = await Server.start({
    startPort: 0,
    queryActorCount: 1,
    dataDir: directory.path,
    durability: "strict",
  });
  try {
    await using client = new Client(server.queryAddresses[0]);
    const startMs = performance.now();
    await client.put("a", "1");
    const tookMs = performance.now() - startMs;
    await until("it is noted", () => server.queryFigures().frames.durations.sumMs > 0);
    const { counts, sumMs } = server.queryFigures().frames.durations;
    assertEquals(counts.reduce((sum, count) => sum + count), 1);
    assertEquals(sumMs <= tookMs, true);
  } finally {
    await server.close();
  }
});
