import { assert, assertEquals, assertStringIncludes } from "../deps.ts";
import { type Limits, withLimits } from "../../limits.ts";
import { realEnvironment } from "../../rpc/mod.ts";
import { encoded, RedisSocket } from "../support/resp/redis_socket.ts";
import { TempDirectory } from "../support/disk/temp_directory.ts";
import { served } from "./served.ts";

const invalidation = (key: string) =>
  `>2\r\n$10\r\ninvalidate\r\n*1\r\n$${key.length}\r\n${key}\r\n`;
const ofAll = ">2\r\n$10\r\ninvalidate\r\n_\r\n";
const message = (key: string, event: string) =>
  `*3\r\n$7\r\nmessage\r\n$${
    15 + key.length
  }\r\n__keyspace@0__:${key}\r\n$${event.length}\r\n${event}\r\n`;

const withBounds = (limits: Partial<Limits>) => ({
  environment: { ...realEnvironment, limits: withLimits(limits) },
});

Deno.test("a subscriber is told when a key has expired, though nobody asks for it", () =>
  served({}, async (address) => {
    using subscriber = await RedisSocket.connect(address);
    using writer = await RedisSocket.connect(address);
    await subscriber.ask([["SUBSCRIBE", "__keyspace@0__:k"]]);
    await writer.ask([["SET", "k", "v", "PX", "50"]]);
    assertEquals(await subscriber.reply(), message("k", "set"));
    assertEquals(await subscriber.reply(), message("k", "expired"));
  }));

Deno.test("subscribers of one server are told what is written at its other query actors", () =>
  served({ queryActorCount: 2 }, async (_address, _faults, server) => {
    using subscriber = await RedisSocket.connect(server.queryAddresses[0]);
    using writer = await RedisSocket.connect(server.queryAddresses[1]);
    await subscriber.ask([["SUBSCRIBE", "__keyspace@0__:k"]]);
    await writer.ask([["SET", "k", "v"]]);
    assertEquals(await subscriber.reply(), message("k", "set"));
    await writer.ask([["DEL", "k"]]);
    assertEquals(await subscriber.reply(), message("k", "del"));
  }));

Deno.test("a subscription of what nobody can publish is refused, with all of its command", () =>
  served({}, async (address) => {
    using socket = await RedisSocket.connect(address);
    for (
      const command of [
        ["SUBSCRIBE", "__keyspace@0__:a", "news"],
        ["SUBSCRIBE", "__keyspace@1__:a"],
        ["SUBSCRIBE", "__keyevent@0__:append"],
        ["SUBSCRIBE", "__keysp"],
        ["PSUBSCRIBE", "news.*"],
        ["PSUBSCRIBE", "__keyspace@1__:*"],
      ]
    ) assertStringIncludes((await socket.ask([command]))[0], "-ERR nothing is published here but");
    const [long] = await socket.ask([["SUBSCRIBE", "__keyspace@0__:" + "k".repeat(4_097)]]);
    assertStringIncludes(long, "-ERR the name of the channel has 4112 bytes, allowed are 4111");
    assertEquals(await socket.ask([["UNSUBSCRIBE"]]), [
      "*3\r\n$11\r\nunsubscribe\r\n$-1\r\n:0\r\n",
    ]);
  }));

Deno.test("a connection has room for so many subscriptions, and one too many changes nothing", () =>
  served(withBounds({ connectionWatchesMax: 3 }), async (address) => {
    using socket = await RedisSocket.connect(address);
    const channels = ["a", "b", "c", "d"].map((key) => `__keyspace@0__:${key}`);
    const refused = "-ERR Cannot Watch: the connection has 0 watches, allowed are 3\r\n";
    assertEquals(await socket.ask([["SUBSCRIBE", ...channels]]), [refused]);
    await socket.send(encoded(["SUBSCRIBE", ...channels.slice(1), channels[1]]));
    for (const count of [1, 2, 3, 3]) assertStringIncludes(await socket.reply(), `:${count}\r\n`);
    await socket.ask([["UNSUBSCRIBE", channels[2]]]);
    assertStringIncludes((await socket.ask([["SUBSCRIBE", channels[0]]]))[0], ":3\r\n");
  }));

Deno.test("past the bound of keys that are kept copies of, who has most is told that all are outdated", () =>
  served(withBounds({ trackedKeysMax: 5 }), async (address) => {
    using many = await RedisSocket.connect(address);
    using few = await RedisSocket.connect(address);
    for (const socket of [many, few]) {
      await socket.ask([["HELLO", "3"], ["CLIENT", "TRACKING", "ON"]]);
    }
    await few.ask([["GET", "a"]]);
    await many.ask(["a", "b", "c", "d"].map((key) => ["GET", key]));
    await few.ask([["GET", "b"]]);
    assertEquals(await many.reply(), ofAll);
    // What was forgotten is told no more, and what others keep copies of is.
    await many.ask([["SET", "a", "1"], ["SET", "c", "1"], ["GET", "c"], ["SET", "c", "2"]]);
    assertEquals(await few.reply(), invalidation("a"));
    assertEquals(await many.reply(), invalidation("c"));
  }));

Deno.test("a client that does not read what it is told costs little, and is told in the end", () =>
  served(withBounds({ watchChangesMax: 100 }), async (address) => {
    using slow = await RedisSocket.connect(address);
    using writer = await RedisSocket.connect(address);
    await slow.ask([["HELLO", "3"], ["CLIENT", "TRACKING", "ON"]]);
    const keys = Array.from({ length: 1_000 }, (_, i) => `key ${i}`);
    await slow.ask([["MGET", ...keys]]);
    await writer.ask([["MSET", ...keys.flatMap((key) => [key, "v"])]]);
    assertEquals(await slow.reply(), ofAll);
  }));

Deno.test("what has changed is told behind the replies that are held until writes are on disk", async () => {
  using directory = new TempDirectory();
  const options = { dataDir: directory.path, durability: "strict" } as const;
  await served(options, async (address) => {
    using reader = await RedisSocket.connect(address);
    using writer = await RedisSocket.connect(address);
    await writer.ask([["SET", "k", "old"]]);
    await reader.ask([["HELLO", "3"], ["CLIENT", "TRACKING", "ON"]]);
    for (let round = 0; round < 20; round++) {
      // The reply to the read is held for the write behind it.
      await reader.send(encoded(["GET", "k"]) + encoded(["SET", `other ${round}`, "x"]));
      const written = writer.ask([["SET", "k", `new ${round}`]]);
      let isTold = false;
      let value = "";
      for (let count = 0; count < 2;) {
        const reply = await reader.reply();
        if (reply === invalidation("k")) isTold = true;
        else count++;
        if (reply.startsWith("$")) {
          value = reply;
          assert(!isTold, "told before the reply that it is about");
        }
      }
      await written;
      // Either the read saw what was written, or it is told that it has not.
      if (!value.includes(`new ${round}`) && !isTold) {
        assertEquals(await reader.reply(), invalidation("k"));
      }
      await reader.ask([["CLIENT", "TRACKING", "OFF"], ["CLIENT", "TRACKING", "ON"]]);
    }
  });
});
