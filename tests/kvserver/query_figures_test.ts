import { Client } from "../../kvclient/mod.ts";
import { Server, type TimedMethod, type Times } from "../../kvserver/mod.ts";
import { timedEvery } from "../../kvserver/query/query_timer.ts";
import { assertEquals, assertGreater, loadIoredis } from "../deps.ts";
import { TempDirectory } from "../support/disk/temp_directory.ts";
import { RawSocket } from "../support/rpc/raw_socket.ts";
import { concat, requestFrame } from "../support/rpc/wire.ts";
import { until } from "../support/until.ts";

const countOf = ({ counts }: Times) => counts.reduce((sum, count) => sum + count);

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
      // The first one is timed, whatever it asks; `hello` and the like of a client of Redis are no queries of keys.
      for (const times of [frames.durations.put, byRedis.durations.other]) {
        assertGreater(countOf(times), 0);
        assertGreater(times.sumMs, 0);
      }
    } finally {
      await server.close();
    }
  });
}

Deno.test("how long queries take is told apart by what they ask", async () => {
  const server = await Server.start({ startPort: 0, queryActorCount: 1 });
  try {
    await using client = new Client(server.queryAddresses[0]);
    const asks: Record<string, () => Promise<unknown>> = {
      put: () => client.put("key", "value"),
      get: () => client.get("key"),
      list: () => client.list(""),
      other: () => client.count(""),
      delete: () => client.delete("key"),
    };
    for (const ask of Object.values(asks)) for (let n = 0; n < timedEvery; n++) await ask();
    const { durations } = server.queryFigures().frames;
    for (const method of Object.keys(asks) as TimedMethod[]) {
      assertEquals(countOf(durations[method]), 1, method);
    }
    // Of a read that asks for several things each counts, and no other one.
    using socket = await RawSocket.connect(server.queryAddresses[0]);
    for (let n = 0; n < timedEvery; n++) {
      await socket.send(concat(
        requestFrame(1, "Get", ["key"]),
        requestFrame(2, "Get", ["key"]),
        requestFrame(3, "List", [""]),
      ));
      for (let reply = 0; reply < 3; reply++) await socket.frame();
    }
    const counts = Object.values(server.queryFigures().frames.durations).map(countOf);
    assertEquals(counts, [3, 1, 1, 2, 1]);
  } finally {
    await server.close();
  }
});

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
    await until("it is noted", () => server.queryFigures().frames.durations.put.sumMs > 0);
    const times = server.queryFigures().frames.durations.put;
    assertEquals(countOf(times), 1);
    assertEquals(times.sumMs <= tookMs, true);
  } finally {
    await server.close();
  }
});
