import { Client } from "../../kvclient/mod.ts";
import { Server, type Times } from "../../kvserver/mod.ts";
import { assert, assertEquals, assertGreater, assertRejects } from "../deps.ts";
import { TempDirectory } from "../support/disk/temp_directory.ts";
import { RawSocket } from "../support/rpc/raw_socket.ts";
import { makeToken } from "../support/tokens.ts";
import { until } from "../support/until.ts";

const patience = { timeoutMs: 10_000 };
const sumOf = (figures: readonly number[]) => figures.reduce((sum, figure) => sum + figure);
const countOf = ({ counts }: Times) => sumOf(counts);

Deno.test("visibility is measured of Puts that go to another server, and of nothing else", async () => {
  const alone = { startPort: 0, queryActorCount: 2, threads: 1 };
  const first = await Server.start(alone);
  try {
    await using client = new Client(first.queryAddresses);
    for (let i = 0; i < 100; i++) await client.put(`key ${i}`, "value");
    const delayMs = 50;
    const second = await Server.start({
      ...alone,
      join: [first.address],
      simulateLatencyMs: delayMs,
    });
    try {
      await second.synced();
      await using other = new Client(second.queryAddresses);
      assertEquals(await other.get("key 7"), "value");
      await until("they are in step", async () => {
        const [, member] = await first.members();
        return member?.state === "up" && member.lagMs === 0;
      }, patience);
      // What a server takes over when it joins was put long before.
      assertEquals(countOf(first.measurements().visibility), 0);
      await other.put("from", "the second");
      await until("it is measured", () => countOf(second.measurements().visibility) > 0, patience);
      const { visibility } = second.measurements();
      assertGreater(visibility.sumMs, delayMs);
      assertEquals(countOf(first.measurements().visibility), 0);
      const { toldBytes } = second.traffic()[0];
      assertGreater(toldBytes, 0);
      assertGreater(first.traffic()[0].heardBytes, 0);
    } finally {
      await second.close();
    }
  } finally {
    await first.close();
  }
});

for (const threads of [1, 2]) {
  Deno.test(`refusals are counted by door and reason, memory by kind, on ${threads} threads`, async () => {
    const { token, entry } = makeToken("read");
    const server = await Server.start({
      startPort: 0,
      queryActorCount: 2,
      threads,
      tokens: [entry],
    });
    try {
      for (const address of server.queryAddresses) {
        await using nobody = new Client(address, { retries: 0 });
        await assertRejects(() => nobody.get("key"));
        await using reader = new Client(address, { token, retries: 0 });
        await assertRejects(() => reader.put("key", "value"));
        await reader.get("key");
      }
      using redis = await RawSocket.connect(server.queryAddresses[0]);
      await redis.send(new TextEncoder().encode("GET key\r\nNONE\r\nGET\r\n"));
      await redis.dropSome();
      const { frames, redis: byRedis } = server.measurements().refusals;
      assertEquals([frames.unauthorized, frames.internal], [4, 0]);
      const { unauthorized, unknown_method, bad_request } = byRedis;
      assertEquals([unauthorized, unknown_method, bad_request], [1, 1, 1]);
      // Each is a picture of its own moment, and a connection that ends frees something in between.
      await until("its kinds make up all of it", () => {
        const { memory } = server.measurements();
        assertGreater(memory.entries, 0);
        return sumOf(Object.values(memory)) === server.stats().memoryBytes;
      }, patience);
      await until(
        "timers were late, or were not",
        () => countOf(server.measurements().eventLoopLag) >= threads,
        patience,
      );
    } finally {
      await server.close();
    }
  });
}

Deno.test("a data directory's writes are timed, and its sizes known", async () => {
  using directory = new TempDirectory();
  const options = { startPort: 0, queryActorCount: 1, dataDir: directory.path };
  const server = await Server.start(options);
  try {
    assertEquals(countOf(server.measurements().disk!.writes), 0);
    await using client = new Client(server.queryAddresses);
    await client.put("key", "x".repeat(100_000));
    await until("it is written", () => {
      const { waitingBytes, writes, logBytes, fileBytes } = server.measurements().disk!;
      return countOf(writes) > 0 && writes.sumMs > 0 && waitingBytes === 0 && logBytes > 100_000 &&
        fileBytes > 0;
    }, patience);
    assertEquals(server.measurements().disk!.refusals, 0);
  } finally {
    await server.close();
  }
  const memory = await Server.start({ startPort: 0, queryActorCount: 1 });
  assert(!("disk" in memory.measurements()));
  await memory.close();
});
