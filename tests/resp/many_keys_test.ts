import { defaultLimits, withLimits } from "../../limits.ts";
import { assertEquals, assertLess } from "../deps.ts";
import { TempDirectory } from "../support/disk/temp_directory.ts";
import { type CommandWords, encoded, RedisSocket } from "../support/resp/redis_socket.ts";
import { served } from "./served.ts";

// Commands of so many keys that they are executed in turns.

const names = Array.from({ length: 45 }, (_, i) => `key ${i}`);
const pairs = names.flatMap((name, i) => [name, "v".repeat(i * 10)]);

/** What is answered must not depend on how many keys are looked at in a turn. */
const commands: readonly CommandWords[] = [
  ["MSET", ...pairs],
  ["MGET", ...names, "absent", ...names],
  ["EXISTS", ...names, "absent", ...names],
  ["TOUCH", ...names],
  ["DEL", ...names.slice(0, 22), "absent", ...names.slice(0, 5)],
  ["MGET", ...names],
  ["MSET", ...pairs, "odd"],
  ["MSET", ...pairs.slice(0, 60), "\\xff".replace("\\xff", "\xff"), "not UTF-8"],
  ["EXISTS", ...names, "\xff"],
  ["MGET", ...names],
  ["UNLINK", ...names, "\xff"],
  ["UNLINK", ...names],
  ["DBSIZE"],
  ["INFO", "nothing"],
];

async function repliesOf(
  address: string,
  ...begin: CommandWords[]
): Promise<string[]> {
  using socket = await RedisSocket.connect(address);
  // Behind a command that is executed first, and before one that has to wait for it.
  const all = [...begin, ...commands.flatMap((words) => [["PING"], words, ["ECHO", words[0]]])];
  const sent = socket.send(all.map(encoded).join(""));
  const replies: string[] = [];
  while (replies.length < all.length) {
    const reply = await socket.reply();
    // Between which replies a client is told that a key has changed is a matter of time.
    if (!reply.startsWith(">")) replies.push(reply);
  }
  await sent;
  return replies.slice(begin.length);
}

const few = withLimits({ listPartEntries: 10 });

const tracking: readonly CommandWords[] = [["HELLO", "3"], ["CLIENT", "TRACKING", "ON"]];

for (const durability of ["relaxed", "strict"] as const) {
  for (const begin of [[], [["HELLO", "3"]], tracking]) {
    const name = [durability, ...begin.map((words) => words.join(" "))].join(", ");
    Deno.test(`commands of many keys are answered in turns as they are in one: ${name}`, async () => {
      const replies: string[][] = [];
      for (const limits of [defaultLimits, few]) {
        using directory = new TempDirectory();
        const options = { dataDir: directory.path, durability, limits };
        await served(options, async (address) => {
          replies.push(await repliesOf(address, ...begin));
        });
      }
      assertEquals(replies[1], replies[0]);
    });
  }
}

const sessions: readonly (readonly CommandWords[])[] = [[], tracking, [["CLIENT", "REPLY", "OFF"]]];

for (const begin of sessions) {
  const name = begin.map((words) => words.join(" ")).join(", ");
  Deno.test(`a command of very many keys lets those of others come between: ${name}`, async () => {
    await served({ limits: few }, async (address) => {
      using long = await RedisSocket.connect(address);
      using short = await RedisSocket.connect(address);
      await short.ask([["PING"]]);
      let isDone = false;
      const keys = Array.from({ length: 100_000 }, (_, i) => `${i}`);
      const commands = [...begin, ["EXISTS", ...keys], ["CLIENT", "REPLY", "ON"]];
      const sent = long.send(commands.map(encoded).join(""));
      const answered = (async () => {
        while (await long.reply() !== "+OK\r\n");
        if (begin.some(([, word]) => word === "TRACKING")) {
          while (await long.reply() !== "+OK\r\n");
        }
        isDone = true;
      })();
      let pings = 0;
      for (; !isDone; pings++) await short.ask([["PING"]]);
      await Promise.all([sent, answered]);
      // In one turn there was one that came before it and one behind it.
      assertLess(5, pings);
    });
  });
}

for (const durability of ["relaxed", "strict"] as const) {
  Deno.test(`who wants no reply gets none to commands in turns, which are executed: ${durability}`, async () => {
    using directory = new TempDirectory();
    const options = { dataDir: directory.path, durability, limits: few };
    await served(options, async (address) => {
      using socket = await RedisSocket.connect(address);
      const [ok] = await socket.ask([["CLIENT", "REPLY", "ON"]]);
      const all = [["MSET", ...pairs], ["MGET", ...names], ["KEYS", "*"], ["EXISTS", ...names]];
      const off = [["CLIENT", "REPLY", "OFF"], ...all, ["CLIENT", "REPLY", "ON"]];
      const skip: CommandWords[] = [["CLIENT", "REPLY", "SKIP"]];
      const skipped = [["DEL", ...names.slice(0, 30)], ...all.slice(1)];
      const sent = socket.send(
        [...off, ...skipped.flatMap((words) => [...skip, words, ["ECHO", words[0]]]), ["DBSIZE"]]
          .map(encoded).join(""),
      );
      assertEquals(await socket.reply(), ok);
      for (const [name] of skipped) {
        assertEquals(await socket.reply(), `$${name.length}\r\n${name}\r\n`);
      }
      assertEquals(await socket.reply(), ":15\r\n");
      await sent;
    });
  });
}

Deno.test("a copy that was read in turns comes before the message that it is outdated", async () => {
  await served({ limits: few }, async (address) => {
    using reader = await RedisSocket.connect(address);
    using writer = await RedisSocket.connect(address);
    await reader.ask(tracking);
    let isRead = false;
    const keys = Array.from({ length: 50_000 }, (_, i) => `${i}`);
    const sent = reader.send(encoded(["EXISTS", ...keys]));
    const first = reader.reply().finally(() => isRead = true);
    while (!isRead) await writer.ask([["SET", "0", "again"]]);
    await sent;
    assertEquals((await first).startsWith(":"), true);
    // Nothing more is told of what was read before that.
    await writer.ask([["SET", "49999", "later"]]);
    const told = [await reader.reply(), await reader.reply()].join("");
    assertEquals(told.includes("invalidate"), true);
    assertEquals(told.includes("\r\n49999\r\n"), true);
  });
});
