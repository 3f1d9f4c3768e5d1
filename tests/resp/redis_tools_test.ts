import { Terminal, terminalTest } from "../app/terminal.ts";
import { assert, assertEquals, assertMatch, assertStringIncludes } from "../deps.ts";
import { missing, testUnless } from "../support/needs.ts";
import { portOf } from "../support/ports.ts";
import { encoded, RedisSocket } from "../support/resp/redis_socket.ts";
import { served } from "./served.ts";

/** Runs a tool of Redis against a server, with `input`. @returns what it printed. */
async function run(
  command: Deno.Command,
  input = "",
): Promise<{ code: number; stdout: string; stderr: string }> {
  const child = command.spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input));
  await writer.close();
  const { code, stdout, stderr } = await child.output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

const piped = { stdin: "piped", stdout: "piped", stderr: "piped" } as const;

function redisCli(address: string, ...args: string[]): Deno.Command {
  return new Deno.Command("redis-cli", {
    args: ["-p", String(portOf(address)), ...args],
    ...piped,
  });
}

async function putMany(address: string, count: number): Promise<void> {
  using socket = await RedisSocket.connect(address);
  const pairs = Array.from({ length: count }, (_, i) => [`key:${i}`, "v".repeat(i)]);
  await socket.ask([["MSET", ...pairs.flat()]]);
}

const testCli = (name: string, body: (address: string) => Promise<void>) =>
  testUnless(missing("redis-cli"), name, () => served({}, body));

testCli("redis-cli executes a command, and says what is refused", async (address) => {
  assertEquals((await run(redisCli(address, "set", "a", "b c"))).stdout, "OK\n");
  assertEquals((await run(redisCli(address, "get", "a"))).stdout, "b c\n");
  assertEquals((await run(redisCli(address, "-3", "get", "none"))).stdout, "\n");
  assertMatch((await run(redisCli(address, "incr", "a"))).stdout, /^ERR unknown command 'incr'/);
});

testCli("redis-cli reads commands from a pipe", async (address) => {
  const { code, stdout } = await run(
    redisCli(address),
    'set greeting "hello, world"\nget greeting\nhello 3\nclient info\nmget greeting none\n' +
      "getrange greeting 0 4\nnonsense\nquit\n",
  );
  assertEquals(code, 0);
  assertStringIncludes(stdout, "OK\nhello, world\n");
  assertStringIncludes(stdout, "proto 3\n");
  assertStringIncludes(stdout, "cmd=client|info");
  assertStringIncludes(stdout, "hello, world\n\nhello\nERR unknown command 'nonsense'");
});

terminalTest(
  "redis-cli takes commands at its prompt, and shows what is told until Ctrl-C",
  () =>
    served({}, async (address) => {
      const terminal = new Terminal(`redis-cli -p ${portOf(address)}`, { columns: 100 });
      const asked: [command: string, reply: string][] = [
        ['set greeting "hello, world"', "OK"],
        ["get greeting", '"hello, world"'],
        ["hello 3", '1# "server" => "redis"'],
        ["mget greeting none", '1) "hello, world"\r\n2) (nil)'],
        ["subscribe __keyspace@0__:greeting", '1) "subscribe"'],
      ];
      for (const [command, reply] of asked) {
        await terminal.until(`${address}> `);
        await terminal.type(`${command}\r`);
        await terminal.until(`\r\n${reply}`);
      }
      await run(redisCli(address, "set", "greeting", "hi"));
      await terminal.until('3) "set"');
      await terminal.type("\x03");
      await terminal.until(`${address}> `);
      await terminal.type("quit\r");
      assertEquals((await terminal.end()).code, 0);
    }),
  missing("redis-cli"),
);

testCli("redis-cli --scan prints each key once, of a pattern too", async (address) => {
  await putMany(address, 300);
  const all = (await run(redisCli(address, "--scan"))).stdout.trimEnd().split("\n");
  assertEquals(new Set(all).size, 300);
  assertEquals(all.length, 300);
  const some = await run(redisCli(address, "--scan", "--pattern", "key:?5"));
  assertEquals(some.stdout.trimEnd().split("\n").length, 9);
});

testCli("redis-cli --pipe sends commands of a file, and counts the replies", async (address) => {
  const commands = Array.from({ length: 2_000 }, (_, i) => encoded(["SET", `piped:${i}`, `${i}`]));
  const { code, stdout } = await run(redisCli(address, "--pipe"), commands.join(""));
  assertStringIncludes(stdout, "errors: 0, replies: 2000\n");
  assertEquals(code, 0);
  assertEquals((await run(redisCli(address, "dbsize"))).stdout, "2000\n");
});

testCli("redis-cli --bigkeys finds the longest string", async (address) => {
  await putMany(address, 200);
  const { code, stdout } = await run(redisCli(address, "--bigkeys"));
  assertEquals(code, 0);
  assertStringIncludes(stdout, "Sampled 200 keys in the keyspace!");
  assertStringIncludes(stdout, `Biggest string found '"key:199"' has 199 bytes`);
});

testCli("redis-cli --stat prints figures until it is stopped", async (address) => {
  await putMany(address, 42);
  const child = redisCli(address, "--stat", "-i", "0.01").spawn();
  let printed = "";
  for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
    printed += chunk;
    if (/(\n42 .*){3}\n/.test(printed)) break;
  }
  assertStringIncludes(printed, "keys");
  child.kill();
  await Promise.all([child.stdin.close(), child.stderr.cancel(), child.status]);
});

testUnless(
  missing("redis-benchmark"),
  "redis-benchmark measures Gets and Sets, pipelined or not",
  () =>
    served({}, async (address, faults) => {
      for (const depth of [1, 16]) {
        const args = ["-p", String(portOf(address)), "-t", "ping,set,get,mset", "-q", "-c", "20"];
        const { code, stdout, stderr } = await run(
          new Deno.Command("redis-benchmark", {
            args: [...args, "-n", "2000", "-r", "100", "-P", String(depth)],
            ...piped,
          }),
        );
        assertEquals(code, 0, stderr);
        const names = [...stdout.matchAll(/(\w+)(?: \(10 keys\))?: [\d.]+ requests per second/g)];
        assertEquals(names.map(([, name]) => name), [
          "PING_INLINE",
          "PING_MBULK",
          "SET",
          "GET",
          "MSET",
        ]);
        assertEquals(stderr, "");
      }
      assert(faults.every((fault) => fault instanceof Error));
    }),
);

testCli("redis-cli prints what subscribers are told, until it is stopped", async (address) => {
  const child = redisCli(address, "psubscribe", "__keyspace@0__:user:*").spawn();
  let printed = "";
  for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
    printed += chunk;
    if (printed.endsWith("psubscribe\n__keyspace@0__:user:*\n1\n")) {
      await run(redisCli(address, "set", "user:7", "x"));
      await run(redisCli(address, "del", "other"));
    }
    if (printed.endsWith("set\n")) break;
  }
  assertStringIncludes(printed, "pmessage\n__keyspace@0__:user:*\n__keyspace@0__:user:7\nset\n");
  child.kill();
  await Promise.all([child.stdin.close(), child.stderr.cancel(), child.status]);
});
