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

for (const durability of ["relaxed", "strict"] as const) {
  for (
    const begin of [[], [["HELLO", "3"]], [["HELLO", "3"], ["CLIENT", "TRACKING", "ON"]]]
  ) {
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

Deno.test("a command of very many keys lets those of others come between", async () => {
  await served({ limits: withLimits({ listPartEntries: 10 }) }, async (address) => {
    using long = await RedisSocket.connect(address);
    using short = await RedisSocket.connect(address);
    await short.ask([["PING"]]);
    let longMs = Infinity;
    const keys = Array.from({ length: 100_000 }, (_, i) => `${i}`);
    const answered = long.ask([["EXISTS", ...keys]]).then(() => longMs = performance.now());
    let pings = 0;
    for (; longMs === Infinity; pings++) await short.ask([["PING"]]);
    await answered;
    // In one turn there was one that came before it and one behind it.
    assertLess(5, pings);
  });
});
