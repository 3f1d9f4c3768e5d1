import { assertEquals } from "../deps.ts";
import { MemoryLog } from "../support/memory_log.ts";
import { until } from "../support/until.ts";
import { RawSocket } from "../support/rpc/raw_socket.ts";
import { concat, requestFrame } from "../support/rpc/wire.ts";
import { encoded, RedisSocket } from "../support/resp/redis_socket.ts";
import { serve, whileUsed } from "./serving.ts";

// Long requests are executed where they were received, and long buffers go from one to the next.

const KiB = 1024;

/** Around what is copied, what a busy connection's buffer holds, and far beyond. */
const sizes = [0, 100, 4_050, 4_100, 20_000, 64 * KiB, 71_000, 73_500, 74_000, 200_000, 1024 * KiB];

/** A bin that no other one equals. */
function binOf(connection: number, size: number): Uint8Array {
  const bin = new Uint8Array(size);
  for (let i = 0, state = connection * 1_000_003 + size; i < size; i++) {
    state = Math.imul(state, 1_664_525) + 1_013_904_223 | 0;
    bin[i] = state >>> 24;
  }
  return bin;
}

Deno.test("long values of many connections at once are what was put, pipelined or not", async () => {
  await using served = await serve();
  await Promise.all(Array.from({ length: 6 }, async (_, connection) => {
    const key = (size: number) => `${connection} ${size}`;
    const puts = sizes.map((size, i) =>
      requestFrame(i, "Put", [key(size), binOf(connection, size)])
    );
    const gets = sizes.map((size, i) => requestFrame(i, "Get", [key(size)]));
    using socket = await RawSocket.connect(served.address);
    for (const isPipelined of [true, false]) {
      const sent = isPipelined ? [concat(...puts, ...gets)] : [...puts, ...gets];
      const sending = (async () => {
        for (const bytes of sent) await socket.send(bytes);
      })();
      for (let i = 0; i < puts.length; i++) assertEquals(await socket.reply(), [1, i, null, null]);
      for (const [i, size] of sizes.entries()) {
        const [, msgid, error, value] = await socket.reply();
        assertEquals([msgid, error], [i, null]);
        assertEquals(value, binOf(connection, size));
      }
      await sending;
    }
  }));
});

Deno.test("the first command of a Redis client may be a long one", async () => {
  await using served = await serve();
  for (const size of sizes) {
    const value = "v".repeat(size);
    using socket = await RedisSocket.connect(served.address);
    assertEquals(await socket.ask([["SET", "long", value]]), ["+OK\r\n"]);
    assertEquals(await socket.ask([["GET", "long"]]), [`$${size}\r\n${value}\r\n`]);
    using other = await RedisSocket.connect(served.address);
    await other.send(encoded(["SET", "other", value]) + encoded(["QUIT"]));
    assertEquals(await other.rest(), "+OK\r\n+OK\r\n");
  }
});

Deno.test("clients that leave while their long requests are executed harm nobody", async () => {
  const log = new MemoryLog();
  await using served = await serve({ log });
  const size = 300_000;
  await whileUsed(served, async () => {
    for (let round = 0; round < 20; round++) {
      const sockets = await Promise.all(
        Array.from({ length: 8 }, () => RawSocket.connect(served.address)),
      );
      await Promise.all(sockets.map(async (socket, i) => {
        const put = requestFrame(i, "Put", [`left ${i}`, binOf(i, size)]);
        await socket.send(concat(put, requestFrame(99, "Scan", ["left", null, 8]), put));
        socket[Symbol.dispose]();
      }));
    }
  });
  const others = async () => Number((await served.client.stats()).connections) - 2;
  await until("all are gone", async () => await others() === 0);
  for (const [key, value] of await served.client.list("left")) {
    assertEquals(value, binOf(Number(key.slice("left ".length)), size));
  }
  assertEquals(log.lines.filter((line) => /^(error|bug)/.test(line)), []);
});
