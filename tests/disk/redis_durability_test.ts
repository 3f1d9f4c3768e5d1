import { assertEquals } from "../deps.ts";
import { testInWorld } from "../support/simulation.ts";
import { mergedOf } from "../support/disk/data_files.ts";
import { DurableServer } from "./durable_server.ts";

const batch = "SET a 1\r\nGET a\r\nDEL a b\r\nSET c 1 XX\r\nMSET d 1 e 2\r\nGETDEL d\r\n";
const replies = "+OK\r\n$1\r\n1\r\n:1\r\n$-1\r\n+OK\r\n$1\r\n1\r\n";

testInWorld(
  "strict: commands of a Redis client are answered when all is on disk",
  async (world) => {
    const server = await DurableServer.start(world, { durability: "strict" });
    server.disk.writeMs = 50;
    const startMs = world.nowMs;
    server.redis("GET a\r\nSET c 1 XX\r\n");
    await world.advance(0);
    server.redis(batch);
    await world.advance(1000);
    assertEquals(server.redisReplies, [
      { replies: "$-1\r\n$-1\r\n", consumed: 19, isLast: false, atMs: startMs },
      { replies, consumed: batch.length, isLast: false, atMs: startMs + 50 },
    ]);
    const held = [...mergedOf(server.disk.batches)].filter(([, { value }]) => value !== null);
    assertEquals(held.map(([key]) => key), ["e"]);
    server.redis("SET a 2\r\nQUIT\r\nGET a\r\n");
    await world.advance(1000);
    const { replies: last, isLast, consumed } = server.redisReplies[2];
    assertEquals({ last, isLast, consumed }, {
      last: "+OK\r\n+OK\r\n",
      isLast: true,
      consumed: 22,
    });
    await server.crash();
  },
);

testInWorld(
  "strict: while the disk refuses, writes of a Redis client are refused, and only these",
  async (world) => {
    const server = await DurableServer.start(world, { durability: "strict" });
    server.disk.fail("disk full");
    // The first is accepted, and refused when the disk says so; the second is at once.
    server.redis("CLIENT REPLY SKIP\r\nSET x 1\r\n" + batch);
    await world.advance(100);
    server.redis("SET a 2\r\nGET a\r\n");
    await world.advance(100);
    const refusal = "-MISCONF Cannot Put: the server's disk refuses to be written (disk full); " +
      "allowed are reads, until it does not\r\n";
    const refused = `${refusal}$1\r\n1\r\n${refusal}$-1\r\n${refusal}${refusal}`;
    assertEquals(server.redisReplies.map(({ replies }) => replies), [
      refused,
      `${refusal}$-1\r\n`,
    ]);
    await server.crash();
  },
);

testInWorld("relaxed: commands of a Redis client are answered at once", async (world) => {
  const server = await DurableServer.start(world, { durability: "relaxed" });
  server.disk.writeMs = 50;
  server.redis(batch);
  await world.advance(0);
  assertEquals(server.redisReplies.map((reply) => reply.replies), [replies]);
  await server.crash();
});
