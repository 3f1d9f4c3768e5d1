import { withLimits } from "../../limits.ts";
import { assertEquals, assertGreater, assertLess } from "../deps.ts";
import { testInWorld } from "../support/simulation.ts";
import { withRedisActor } from "./redis_actor.ts";

const limits = withLimits({ replyBatchBytesMax: 2_000 });

/** Bytes of an inline command, its end included. */
const bytesOf = (command: string) => command.length + 1;

testInWorld(
  "a turn of commands ends for the bytes of their replies",
  (world) =>
    withRedisActor(world, async (ask) => {
      const echo = `ECHO ${"x".repeat(600)}`;
      const { replies, consumed } = await ask(Array(10).fill(echo).join("; "));
      // The fourth passes the bound.
      assertEquals(consumed, 4 * bytesOf(echo));
      assertEquals(replies.split(" ").length, 8);
    }, { limits }),
);

testInWorld(
  "a turn of commands ends for the work that they do, though they reply little",
  (world) =>
    withRedisActor(world, async (ask) => {
      await ask(`SET long ${"v".repeat(900)}`);
      const append = "APPEND long v";
      assertEquals((await ask(Array(10).fill(append).join("; "))).consumed, 3 * bytesOf(append));
      // Each looks at ten keys.
      await ask(`MSET ${Array.from({ length: 100 }, (_, i) => `key${i} v`).join(" ")}`);
      const scan = "SCAN 0 MATCH *none*";
      assertEquals((await ask(Array(10).fill(scan).join("; "))).consumed, 3 * bytesOf(scan));
    }, { limits }),
);

testInWorld(
  "a turn of commands ends when it has lasted for long, though they do and reply little",
  (world) => {
    let looks = 0;
    return withRedisActor(world, async (ask) => {
      const ping = "PING";
      const { consumed } = await ask(Array(1_000).fill(ping).join("; "));
      const executed = consumed / bytesOf(ping);
      assertGreater(executed, 0);
      assertLess(executed, 200);
    }, { monotonicMs: () => looks++ });
  },
);
