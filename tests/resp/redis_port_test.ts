import { Client, FixedRouter } from "../../kvclient/mod.ts";
import { Server, type ServerOptions } from "../../kvserver/mod.ts";
import { silentLogger } from "../../log/mod.ts";
import { wireLimits, withLimits } from "../../limits.ts";
import { assert, assertEquals, assertMatch, assertStringIncludes } from "../deps.ts";
import { encoded, RedisSocket, utf8 } from "../support/resp/redis_socket.ts";
import { itemsOf } from "../support/resp/reply_end.ts";
import { until } from "../support/until.ts";
import { served } from "./served.ts";

/** Runs `body` with a server of one query actor, and a connection of a Redis client to it. */
function connected(
  options: ServerOptions,
  body: (socket: RedisSocket, address: string, faults: unknown[]) => Promise<void>,
): Promise<void> {
  return served(options, async (address, faults) => {
    using socket = await RedisSocket.connect(address);
    await body(socket, address, faults);
  });
}

/** The text of each bulk string in an array that is a reply. */
function bulksOf(reply: string): string[] {
  return itemsOf(reply).map((item) => item.slice(item.indexOf("\n") + 1, -2));
}

/** All keys that a SCAN with these options goes through, on the connection that is drawn each time. */
async function scanAll(
  sockets: readonly RedisSocket[],
  options: readonly string[] = [],
): Promise<string[]> {
  const keys: string[] = [];
  let cursor = "0";
  let pages = 0;
  do {
    const [reply] = await sockets[pages++ % sockets.length].ask([["SCAN", cursor, ...options]]);
    const [next, page] = itemsOf(reply);
    cursor = next.split("\r\n")[1];
    assertMatch(cursor, /^\d{1,20}$/);
    assert(BigInt(cursor) < 2n ** 64n);
    keys.push(...bulksOf(page));
  } while (cursor !== "0");
  return keys;
}

const keysOf = (count: number) => Array.from({ length: count }, (_, i) => `key ${1_000_000 + i}`);
const puts = (keys: readonly string[]) => [["MSET", ...keys.flatMap((key) => [key, "value"])]];
const smallParts = withLimits({
  messageChunkBytes: 500,
  listPartBytes: 1_000,
  listPartEntries: 7,
  listsAtOnce: 2,
});

Deno.test("a query port serves Redis clients and its own on one replica", () =>
  connected({}, async (socket, address, faults) => {
    const client = new Client(new FixedRouter(address));
    await client.put("of frames", "1");
    assertEquals(await socket.ask([["GET", "of frames"], ["SET", "of redis", utf8("ü")]]), [
      "$1\r\n1\r\n",
      "+OK\r\n",
    ]);
    assertEquals(await client.get("of redis"), "ü");
    await socket.ask([["DEL", "of frames"]]);
    assertEquals(await client.get("of frames"), undefined);
    const { connections, gets, puts, deletes } = await client.stats();
    assertEquals({ connections, gets, puts, deletes }, {
      connections: 2,
      gets: 3,
      puts: 2,
      deletes: 1,
    });
    await client.close();
    assertEquals(faults, []);
  }));

Deno.test("keys that are not UTF-8, or too long, are refused, and values may be any bytes", () =>
  connected({}, async (socket, address) => {
    const replies = await socket.ask([
      ["GET", "\xff"],
      ["SET", "\xc3", "v"],
      ["DEL", "a", "\xff"],
      ["GET", "k".repeat(wireLimits.keyBytesMax)],
      ["GET", "k".repeat(wireLimits.keyBytesMax + 1)],
      ["ECHO", "\xff"],
    ]);
    assertEquals(replies.map((reply) => reply[0]), ["-", "-", "-", "$", "-", "$"]);
    assertStringIncludes(replies[4], "-ERR the key has 4097 bytes, allowed are 4096");
    const any = String.fromCharCode(...Array(256).keys());
    const bytes = await socket.ask([
      ["SET", "any", any],
      ["GET", "any"],
      ["SET", "half", "\xc3"],
      ["APPEND", "half", "\xbc"],
      ["APPEND", "half", "a"],
      ["GET", "half"],
      ["GETRANGE", "half", "0", "0"],
    ]);
    assertEquals(bytes[1], `$256\r\n${any}\r\n`);
    assertEquals(bytes.slice(5), [`$3\r\n\xc3\xbca\r\n`, "$1\r\n\xc3\r\n"]);
    // What has become UTF-8 is text to others.
    const client = new Client(new FixedRouter(address));
    assertEquals(await client.get("half"), "üa");
    await socket.ask([["SET", "never", "\xff"], ["APPEND", "never", "a"]]);
    assertEquals(await client.get("never"), new Uint8Array([0xff, 0x61]));
    await client.close();
  }));

Deno.test("values as long as they may be go in and out, and longer ones end the connection", () =>
  connected({}, async (socket, address) => {
    const longest = "v".repeat(wireLimits.valueBytesMax);
    const [set, got] = await socket.ask([["SET", "long", longest], ["GET", "long"]]);
    assertEquals(set, "+OK\r\n");
    assert(got === `$${longest.length}\r\n${longest}\r\n`);
    const replies = await socket.ask([
      ["APPEND", "long", "v"],
      ["APPEND", "long", ""],
      ["GETRANGE", "long", "-3", "-1"],
      ["MGET", "long", "long"],
      ["STRLEN", "long"],
    ]);
    assertEquals(replies, [
      "-ERR string exceeds maximum allowed size (proto-max-bulk-len)\r\n",
      `:${longest.length}\r\n`,
      "$3\r\nvvv\r\n",
      "-ERR the reply exceeds 16777216 bytes, ask for fewer keys\r\n",
      `:${longest.length}\r\n`,
    ]);
    using other = await RedisSocket.connect(address);
    await other.send(`*3\r\n$3\r\nSET\r\n$1\r\na\r\n$${longest.length + 1}\r\n`);
    assertEquals(await other.rest(), "-ERR Protocol error: invalid bulk length\r\n");
  }));

Deno.test("SCAN returns each key once, whichever connections its cursors are given on", () =>
  connected({ limits: smallParts }, async (socket, address) => {
    using other = await RedisSocket.connect(address);
    const keys = keysOf(100);
    await socket.ask([...puts(keys), ["SET", "", "empty"], ["SET", "other", ""], [
      "DEL",
      keys[50],
    ]]);
    const there = ["", ...keys.filter((key) => key !== keys[50]), "other"];
    for (const options of [[], ["COUNT", "1"], ["COUNT", "3"], ["COUNT", "1000000"]]) {
      assertEquals(await scanAll([socket, other], options), there);
    }
    const tens = keys.filter((key) => key.endsWith("3"));
    assertEquals(await scanAll([socket], ["MATCH", "key*3", "TYPE", "STRING"]), tens);
    assertEquals(await scanAll([socket], ["TYPE", "hash"]), []);
    assertEquals(await scanAll([socket], ["MATCH", "none*"]), []);
  }));

Deno.test("SCAN begins anew at a cursor that it never gave, and at one whose key is another's", () =>
  connected({}, async (socket) => {
    const keys = keysOf(30);
    await socket.ask(puts(keys));
    const [reply] = await socket.ask([["SCAN", "0", "COUNT", "5"]]);
    const cursor = BigInt(bulksOf(reply)[0]);
    const forged = [1n, 2n, cursor ^ 1n, cursor ^ (1n << 40n), 2n ** 64n - 1n, 0xffff_ffffn];
    for (let i = 0n; i < 400n; i++) forged.push(i, (cursor & ~0xffff_ffffn) | i);
    for (const wrong of forged.filter((wrong) => wrong !== cursor)) {
      const [page] = await socket.ask([["SCAN", String(wrong), "COUNT", "2"]]);
      assertEquals(bulksOf(itemsOf(page)[1]), keys.slice(0, 2), String(wrong));
    }
  }));

Deno.test("KEYS of very many keys is made in parts, and other commands in their places", () =>
  connected({ limits: smallParts }, async (socket) => {
    const keys = keysOf(300);
    await socket.ask(puts(keys));
    const replies = await socket.ask([
      ["GET", keys[0]],
      ["KEYS", "*"],
      ["SET", "own", "o"],
      ["KEYS", "key ???0*5"],
      ["KEYS", "o?n"],
      ["PING"],
    ]);
    assertEquals(replies[0], "$5\r\nvalue\r\n");
    assertEquals(bulksOf(replies[1]), keys);
    assertEquals(replies[2], "+OK\r\n");
    assertEquals(bulksOf(replies[3]), keys.filter((key) => key.endsWith("5")));
    assertEquals(bulksOf(replies[4]), ["own"]);
    assertEquals(replies[5], "+PONG\r\n");
  }));

Deno.test("RANDOMKEY returns each key about as often", () =>
  connected({}, async (socket) => {
    assertEquals(await socket.ask([["RANDOMKEY"]]), ["$-1\r\n"]);
    const keys = keysOf(500);
    await socket.ask([...puts(keys), ["DEL", ...keys.slice(100)]]);
    const drawn = await socket.ask(Array.from({ length: 5_000 }, () => ["RANDOMKEY"]));
    const counts = new Map<string, number>();
    for (const key of drawn) counts.set(key, (counts.get(key) ?? 0) + 1);
    assertEquals(counts.size, 100);
    for (const count of counts.values()) assert(count > 15 && count < 110, String(count));
  }));

Deno.test("commands past the memory of a server are refused as Redis does, and reads go on", () =>
  connected({ maxMemory: 32 * 1024 * 1024 }, async (socket) => {
    const value = "v".repeat(1_000_000);
    const replies: string[] = [];
    for (let i = 0; i < 40; i++) replies.push(...await socket.ask([["SET", `key ${i}`, value]]));
    assertEquals(replies[0], "+OK\r\n");
    assertEquals(replies.at(-1), "-OOM command not allowed when used memory > 'maxmemory'.\r\n");
    assertEquals(await socket.ask([["STRLEN", "key 0"], ["DEL", "key 0"], ["PING"]]), [
      ":1000000\r\n",
      ":1\r\n",
      "+PONG\r\n",
    ]);
  }));

Deno.test("a turn of commands ends for the work that they do, and each is answered", () =>
  connected({}, async (socket, address) => {
    await socket.ask([["SET", "long", "v".repeat(1_000_000)]]);
    using other = await RedisSocket.connect(address);
    const appends = Array.from({ length: 300 }, () => ["APPEND", "long", "v"]);
    const asked = socket.ask(appends);
    // Between two turns.
    for (let i = 0; i < 3; i++) assertEquals(await other.ask([["PING"]]), ["+PONG\r\n"]);
    assertEquals((await asked).at(-1), ":1000300\r\n");
  }));

Deno.test("patterns, and commands of very many arguments, have a bound", () =>
  connected({}, async (socket) => {
    await socket.ask([["SET", "a".repeat(4_000), ""]]);
    const costly = `*[${"b".repeat(4_000)}]`;
    const replies = await socket.ask([
      ["KEYS", costly],
      ["SCAN", "0", "MATCH", costly],
      ["KEYS", "*".repeat(4_097)],
      ["CONFIG", "GET", ...Array.from({ length: 65 }, () => "x")],
      ["EXISTS", ...Array.from({ length: 128 * 1024 - 1 }, () => "a")],
    ]);
    assertEquals(replies, [
      "*0\r\n",
      "*2\r\n$1\r\n0\r\n*0\r\n",
      "-ERR the pattern has 4097 bytes, allowed are 4096\r\n",
      "-ERR too many patterns, allowed are 64\r\n",
      ":0\r\n",
    ]);
    await socket.send("*131073\r\n");
    assertEquals(await socket.rest(), "-ERR Protocol error: invalid multibulk length\r\n");
  }));

Deno.test("what ends a connection orderly is no fault, and what breaks the protocol is", () =>
  connected({}, async (_socket, address, faults) => {
    for (
      const stream of [encoded(["QUIT"]), "POST / HTTP/1.1\r\n", "GET a\r\nHost: x\r\nGET a\r\n"]
    ) {
      using socket = await RedisSocket.connect(address);
      await socket.send(stream);
      assertEquals(
        await socket.rest(),
        stream.startsWith("*") ? "+OK\r\n" : stream.startsWith("P") ? "" : "$-1\r\n",
      );
    }
    assertEquals(faults, []);
    using socket = await RedisSocket.connect(address);
    await socket.send("*1\r\n?\r\n");
    assertEquals(await socket.rest(), "-ERR Protocol error: expected '$', got '?'\r\n");
    assertEquals(faults.length, 1);
  }));

Deno.test("half a command, and nothing more for a while, ends the connection", () =>
  connected(
    { limits: withLimits({ halfFrameMs: 100, connectionCheckMs: 20 }) },
    async (idle, address) => {
      assertEquals(await idle.ask([["PING"]]), ["+PONG\r\n"]);
      for (const half of ["*", "*2\r\n$4\r\nECHO\r\n$10\r\nab", "ECHO ab"]) {
        using socket = await RedisSocket.connect(address);
        await socket.send(half);
        assertEquals(await socket.rest(), "", half);
      }
      assertEquals(await idle.ask([["PING"]]), ["+PONG\r\n"]);
    },
  ));

Deno.test("CLIENT tells of connections, those that are closed aside", () =>
  connected({}, async (socket, address) => {
    {
      using gone = await RedisSocket.connect(address);
      await gone.ask([["CLIENT", "SETNAME", "gone"]]);
      assertMatch((await socket.ask([["CLIENT", "LIST"]]))[0], /name=gone/);
    }
    let [, id, info, list] = ["", "", "", ""];
    for (list = "gone"; list.includes("gone");) {
      [, id, info, list] = await socket.ask([
        ["CLIENT", "SETNAME", "here"],
        ["CLIENT", "ID"],
        ["CLIENT", "INFO"],
        ["CLIENT", "LIST"],
      ]);
    }
    const number = /^:(\d+)\r\n$/.exec(id)![1];
    assertMatch(info, new RegExp(`^\\$\\d+\r\nid=${number} addr=127.0.0.1:\\d+ laddr=${address} `));
    assertStringIncludes(info, " name=here ");
    assertStringIncludes(info, " cmd=client|info ");
    assertStringIncludes(list, " cmd=client|list ");
    const others = await socket.ask([
      ["CLIENT", "LIST", "ID", number, "999999"],
      ["CLIENT", "LIST", "TYPE", "pubsub"],
      ["CLIENT", "LIST", "TYPE", "normal"],
      ["CLIENT", "SETINFO", "LIB-NAME", "a-client"],
      ["CLIENT", "NO-TOUCH", "on"],
      ["CLIENT", "INFO"],
    ]);
    assertStringIncludes(others[0], ` name=here `);
    assertEquals(others[1], "$0\r\n\r\n");
    assertStringIncludes(others[2], ` name=here `);
    assertEquals(others.slice(3, 5), ["+OK\r\n", "+OK\r\n"]);
    assertMatch(others[5], / flags=T .* lib-name=a-client lib-ver=\n/);
  }));

Deno.test("INFO, CONFIG GET, TIME, COMMAND and HELLO tell of the server", () =>
  connected({}, async (socket) => {
    await socket.ask([["SET", "a", "1"]]);
    const [info, keyspace, config, none, time, count, docs] = await socket.ask([
      ["INFO"],
      ["INFO", "keyspace", "nonsense"],
      ["CONFIG", "GET", "SAVE", "max*[^y]ory"],
      ["CONFIG", "GET", "nonsense"],
      ["TIME"],
      ["COMMAND", "COUNT"],
      ["COMMAND", "DOCS", "get", "nonsense"],
    ]);
    for (
      const figure of ["redis_version:7.0.0", "connected_clients:1", "used_memory:", "loading:0"]
    ) {
      assertStringIncludes(info, figure);
    }
    assertMatch(keyspace, /^\$\d+\r\n# Keyspace\r\ndb0:keys=1,expires=0,avg_ttl=0\r\n\r\n$/);
    assertMatch(config, /^\*4\r\n\$9\r\nmaxmemory\r\n\$\d+\r\n\d+\r\n\$4\r\nsave\r\n\$0\r\n\r\n$/);
    assertEquals(none, "*0\r\n");
    assertMatch(time, /^\*2\r\n\$10\r\n\d{10}\r\n\$\d\r\n\d{1,6}\r\n$/);
    assertMatch(docs, /^\*2\r\n\$3\r\nget\r\n\*6\r\n\$7\r\nsummary\r\n/);
    const [all, flush, hello, again] = await socket.ask([
      ["COMMAND"],
      ["FLUSHALL"],
      ["HELLO", "3", "AUTH", "default", "x", "SETNAME", "me"],
      ["COMMAND", "COUNT"],
    ]);
    assertEquals(itemsOf(all).length, Number(count.slice(1)));
    assertEquals(flush, "-NOPERM this user has no permissions to run the 'flushall' command\r\n");
    assertMatch(
      hello,
      /^%7\r\n\$6\r\nserver\r\n\$5\r\nredis\r\n\$7\r\nversion\r\n\$5\r\n7\.0\.0\r\n/,
    );
    assertEquals(again, count);
    assertEquals(
      await socket.ask([["CLIENT", "GETNAME"], ["GET", "none"], ["RESET"], ["GET", "none"]]),
      [
        "$2\r\nme\r\n",
        "_\r\n",
        "+RESET\r\n",
        "$-1\r\n",
      ],
    );
  }));

Deno.test("each query port of a server with threads serves Redis clients, and all see the same", async () => {
  const server = await Server.start({
    startPort: 0,
    queryActorCount: 2,
    threads: 2,
    log: silentLogger,
  });
  const [first, second] = await Promise.all(
    server.queryAddresses.map((address) => RedisSocket.connect(address)),
  );
  const value = "\xff\0";
  await first.ask([["SET", "a", value, "EX", "1000"]]);
  const isThere = async () => (await second.ask([["GET", "a"]]))[0] === `$2\r\n${value}\r\n`;
  await until("the other actor has it", isThere);
  assertMatch((await second.ask([["TTL", "a"]]))[0], /^:(999|1000)\r\n$/);
  await second.ask([["DEL", "a"]]);
  const isGone = async () => (await first.ask([["EXISTS", "a"]]))[0] === ":0\r\n";
  await until("the first actor has it no more", isGone);
  for (const socket of [first, second]) socket[Symbol.dispose]();
  await server.close();
});
