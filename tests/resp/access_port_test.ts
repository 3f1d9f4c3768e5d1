import type { Role } from "../../access/mod.ts";
import { commandTable } from "../../resp/mod.ts";
import { needOf } from "../../resp/commands/command_rights.ts";
import { withLimits } from "../../limits.ts";
import { Client } from "../../kvclient/mod.ts";
import { assert, assertEquals, assertMatch, loadIoredis } from "../deps.ts";
import { RedisSocket } from "../support/resp/redis_socket.ts";
import { itemsOf } from "../support/resp/reply_end.ts";
import { type MadeToken, makeToken } from "../support/tokens.ts";
import { served } from "./served.ts";

const tokens: Readonly<Record<Role, MadeToken>> = {
  read: makeToken("read"),
  write: makeToken("write"),
  admin: makeToken("admin"),
  peer: makeToken("peer"),
};
const ada = makeToken("write", ["ada:", "shared:"], "ada");
const entries = [...Object.values(tokens), ada].map(({ entry }) => entry);

const needsToken = "-NOAUTH Authentication required.\r\n";
const wrong = "-WRONGPASS invalid username-password pair or user is disabled.\r\n";
const noPermission = (name: string) =>
  `-NOPERM this user has no permissions to run the '${name}' command\r\n`;
const noKey =
  "-NOPERM this user has no permissions to access one of the keys used as arguments\r\n";

/** Each command with as few arguments as it takes. */
const commands = commandTable.all.flatMap((command) => [
  ...(command.execute === undefined ? [] : [command]),
  ...(command.subcommands?.all ?? []),
]).map((command) => {
  const words = command.name.split("|");
  while (words.length < Math.abs(command.arity)) words.push("1");
  return { command, words };
});

function text(reply: string): string {
  return reply.slice(reply.indexOf("\r\n") + 2, -2);
}

Deno.test("without a token a Redis client may PING, AUTH, HELLO and QUIT, and nothing else", () =>
  served({ tokens: entries }, async (address) => {
    using socket = await RedisSocket.connect(address);
    for (const { command: { name }, words } of commands) {
      if (["auth", "hello", "quit"].includes(name)) continue;
      const [reply] = await socket.ask([words]);
      assertEquals(reply, name === "ping" ? "+PONG\r\n" : needsToken, name);
    }
    assertMatch((await socket.ask([["HELLO", "3"]]))[0], /^-NOAUTH HELLO must be called with/);
    assertEquals(await socket.ask([["QUIT"]]), ["+OK\r\n"]);
  }));

for (const role of ["read", "write", "admin", "peer"] as const) {
  Deno.test(`a Redis client with the role ${role} may send what that is for`, () =>
    served({ tokens: entries }, async (address) => {
      using socket = await RedisSocket.connect(address);
      await socket.ask([["AUTH", tokens[role].token]]);
      for (const { command, words } of commands) {
        if (["quit", "reset", "auth", "client|reply"].includes(command.name)) continue;
        const need = needOf(command);
        const isAllowed = need === "nothing" || role === "admin" ||
          need === "read" && role !== "peer" || need === "write" && role === "write";
        const [reply] = await socket.ask([words]);
        assertEquals(reply === noPermission(command.name), !isAllowed, command.name);
        assert(isAllowed || reply.startsWith("-NOPERM"), reply);
      }
    }));
}

Deno.test("what needs which role is as it should be", () => {
  const named = (need: string) =>
    commands.filter(({ command }) => needOf(command) === need).map(({ command }) => command.name);
  assertEquals(named("nothing"), ["ping", "hello", "auth", "quit"]);
  assertEquals(named("admin").sort(), [
    "client|list",
    "client|no-evict",
    "config|get",
    "flushall",
    "flushdb",
  ]);
  assertEquals(
    named("write").sort(),
    "append del expire expireat getdel getex getset mset persist pexpire pexpireat psetex set setex setnx unlink"
      .split(" "),
  );
});

Deno.test("AUTH and HELLO AUTH take a token under its name, or as default", () =>
  served({ tokens: entries }, async (address) => {
    for (
      const words of [
        ["AUTH", ada.token],
        ["AUTH", "default", ada.token],
        ["AUTH", "ada", ada.token],
        ["HELLO", "2", "AUTH", "ada", ada.token],
        ["HELLO", "2", "AUTH", "default", ada.token, "SETNAME", "me"],
      ]
    ) {
      using socket = await RedisSocket.connect(address);
      const [reply] = await socket.ask([words]);
      assert(!reply.startsWith("-"), reply);
      assertEquals(text((await socket.ask([["ACL", "WHOAMI"]]))[0]), "ada");
      assertMatch((await socket.ask([["CLIENT", "INFO"]]))[0], / user=ada /);
      assertEquals(await socket.ask([["RESET"], ["GET", "ada:1"]]), ["+RESET\r\n", needsToken]);
    }
    using socket = await RedisSocket.connect(address);
    assertEquals(await socket.ask([["AUTH", "bob", ada.token]]), [wrong]);
  }));

Deno.test("three wrong tokens end the connection of a Redis client", () =>
  served({ tokens: entries }, async (address) => {
    using socket = await RedisSocket.connect(address);
    const [first, second, third] = await socket.ask([
      ["AUTH", "guess"],
      ["HELLO", "3", "AUTH", "default", "guess"],
      ["AUTH", "ada", makeToken("admin").token],
    ]);
    assertEquals([first, second, third], [wrong, wrong, wrong]);
    assertEquals(await socket.rest(), "");
  }));

Deno.test("without tokens there is the user default, as with Redis", () =>
  served({}, async (address) => {
    using socket = await RedisSocket.connect(address);
    const [alone, named, whoami] = await socket.ask([
      ["AUTH", "x"],
      ["AUTH", "default", "x"],
      ["ACL", "WHOAMI"],
    ]);
    assertMatch(alone, /^-ERR AUTH <password> called without any password configured/);
    assertEquals([named, whoami], ["+OK\r\n", "$7\r\ndefault\r\n"]);
  }));

Deno.test("ioredis and its password get in", () =>
  served({ tokens: entries }, async (address) => {
    const Redis = await loadIoredis();
    const [host, port] = address.split(":");
    const redis = new Redis({ host, port: Number(port), username: "ada", password: ada.token });
    try {
      assertEquals(await redis.set("ada:1", "own"), "OK");
      assertEquals(await redis.get("ada:1"), "own");
    } finally {
      redis.disconnect();
    }
  }));

Deno.test("a Redis client whose keys are limited sees a world of its own", () =>
  served({ tokens: entries }, async (address) => {
    await using root = new Client(address, { token: tokens.admin.token });
    for (const key of ["ad", "ada", "adb:1", "bob:1", "zoe:1"]) await root.put(key, "secret");
    using socket = await RedisSocket.connect(address);
    await socket.ask([["AUTH", ada.token]]);
    assertEquals(await socket.ask([["DBSIZE"], ["RANDOMKEY"]]), [":0\r\n", "$-1\r\n"]);
    for (const { command, words } of commands) {
      if (command.keys === undefined) continue;
      for (const i of [command.keys.first]) words[i] = "bob:1";
      assertEquals(await socket.ask([words]), [noKey], command.name);
    }
    // Of several keys, one outside is enough, and nothing is done.
    assertEquals(
      await socket.ask([
        ["MSET", "ada:1", "x", "bob:1", "x"],
        ["MGET", "ada:1", "bob:1"],
        ["DEL", "ada:1", "bob:1"],
        ["EXISTS", "ada:1"],
      ]),
      [noKey, noKey, noKey, ":0\r\n"],
    );
    await socket.ask([["MSET", "ada:1", "1", "ada:2", "2", "shared:1", "3"]]);
    const bulks = async (...words: string[]) => itemsOf((await socket.ask([words]))[0]).map(text);
    assertEquals(await bulks("KEYS", "*"), ["ada:1", "ada:2", "shared:1"]);
    assertEquals(await bulks("KEYS", "b*"), []);
    assertEquals(await bulks("KEYS", "a*"), ["ada:1", "ada:2"]);
    assertEquals(await socket.ask([["DBSIZE"]]), [":3\r\n"]);
    const drawn = new Set<string>();
    for (let i = 0; i < 60; i++) drawn.add(text((await socket.ask([["RANDOMKEY"]]))[0]));
    assertEquals([...drawn].sort(), ["ada:1", "ada:2", "shared:1"]);
    const info = (await socket.ask([["INFO"]]))[0];
    assertMatch(info, /db0:keys=3,expires=0/);
    assert(!/used_memory|keyspace_hits|total_commands/.test(info), info);
  }));

Deno.test("no reply to any command of a limited client changes with the keys of others", () =>
  served({ tokens: entries, queryActorCount: 2 }, async (address) => {
    await using root = new Client(address, { token: tokens.admin.token });
    using socket = await RedisSocket.connect(address);
    await socket.ask([["AUTH", ada.token], ["MSET", "ada:1", "own", "shared:1", "own"]]);
    // What is drawn, what time alone changes, and what ends or changes the connection.
    const others = ["randomkey", "time", "quit", "reset", "auth", "client|reply", "hello"];
    const asked = commands.filter(({ command }) =>
      !others.includes(command.name) && needOf(command) === "read" &&
      !/subscribe|tracking|caching/.test(command.name)
    ).flatMap(({ words }) => {
      const name = words[0].split("|");
      const last = words.slice(name.length);
      return ["ada:1", "bob:1", "0", "*"].map((word) => [...name, ...last.map(() => word)]);
    });
    const replies = async () => {
      const all: [string, string][] = [];
      for (const words of asked) {
        const [reply] = await socket.ask([words]);
        // Of the text of INFO and CLIENT INFO, what time changes.
        all.push([words.join(" "), reply.replace(/(uptime_in_\w+:|age=|idle=)\d+/g, "$1")]);
      }
      return all;
    };
    const before = await replies();
    assert(before.length > 60, `${before.length} are asked`);
    for (let i = 0; i < 100; i++) await root.put(`bob:${i}`, "x".repeat(10_000), { ttlMs: 60_000 });
    for (let i = 0; i < 50; i++) await root.delete(`bob:${i}`);
    for (const [i, [words, reply]] of (await replies()).entries()) {
      assertEquals(reply, before[i][1], words);
    }
  }));

Deno.test("SCAN of a limited token shows each of its keys once, and no number of others'", () =>
  served({ tokens: entries }, async (address) => {
    await using root = new Client(address, { token: tokens.admin.token });
    const own = Array.from({ length: 95 }, (_, i) => `${i % 2 ? "ada" : "shared"}:${1_000 + i}`);
    await Promise.all([
      ...own.map((key) => root.put(key, "x")),
      ...Array.from({ length: 500 }, (_, i) => root.put(`ada${i}`, "x")),
    ]);
    using socket = await RedisSocket.connect(address);
    await socket.ask([["AUTH", ada.token]]);
    const keys: string[] = [];
    const cursors: number[] = [];
    let cursor = "0";
    do {
      const [reply] = await socket.ask([["SCAN", cursor, "COUNT", "10"]]);
      const [next, page] = itemsOf(reply);
      cursor = text(next);
      cursors.push(Number(cursor));
      keys.push(...itemsOf(page).map(text));
    } while (cursor !== "0");
    assertEquals(keys.sort(), own.sort());
    assertEquals(cursors, [1, 2, 3, 4, 5, 6, 7, 8, 9, 0]);
    // A cursor of before, that of another client, is one that is not known: the scan begins.
    const [, page] = itemsOf((await socket.ask([["SCAN", "12884901888", "COUNT", "1"]]))[0]);
    assertEquals(itemsOf(page).map(text), [own[0]]);
  }));

Deno.test("KEYS of a limited token is made in turns as any", () => {
  const limits = withLimits({
    messageChunkBytes: 500,
    listPartBytes: 1_000,
    listPartEntries: 7,
    listsAtOnce: 2,
  });
  return served({ tokens: entries, limits }, async (address) => {
    await using root = new Client(address, { token: tokens.admin.token });
    const own = Array.from({ length: 50 }, (_, i) => `${i % 2 ? "ada" : "shared"}:${1_000 + i}`);
    await Promise.all(own.map((key) => root.put(key, "x")));
    await Promise.all(own.map((key) => root.put(`not ${key}`, "x")));
    using socket = await RedisSocket.connect(address);
    await socket.ask([["AUTH", ada.token]]);
    const [reply] = await socket.ask([["KEYS", "*"]]);
    assertEquals(itemsOf(reply).map(text).sort(), own.sort());
  });
});

for (const durability of [undefined, "relaxed", "strict"] as const) {
  Deno.test(`FLUSHALL of an admin deletes all keys, ${durability ?? "without a directory"}`, async () => {
    const dataDir = durability && await Deno.makeTempDir({ prefix: "w-auth-flush-" });
    try {
      await served({ tokens: entries, dataDir, durability }, async (address) => {
        await using root = new Client(address, { token: tokens.admin.token });
        const keys = Array.from({ length: 3_000 }, (_, i) => `key ${i}`);
        await Promise.all(keys.map((key) => root.put(key, "x")));
        using socket = await RedisSocket.connect(address);
        await socket.ask([["AUTH", tokens.admin.token]]);
        assertEquals(await socket.ask([["FLUSHALL", "NOW"]]), ["-ERR syntax error\r\n"]);
        assertEquals(await socket.ask([["DBSIZE"]]), [":3000\r\n"]);
        assertEquals(await socket.ask([["FLUSHALL"]]), ["+OK\r\n"]);
        assertEquals(await socket.ask([["DBSIZE"], ["FLUSHDB", "ASYNC"]]), [":0\r\n", "+OK\r\n"]);
        assertEquals(await root.count(""), 0);
      });
    } finally {
      if (dataDir !== undefined) await Deno.remove(dataDir, { recursive: true });
    }
  });
}

Deno.test("keyspace notifications and invalidations of a limited token tell of its own keys alone", () =>
  served({ tokens: entries }, async (address) => {
    await using root = new Client(address, { token: tokens.admin.token });
    using socket = await RedisSocket.connect(address);
    await socket.ask([["HELLO", "3", "AUTH", "ada", ada.token]]);
    await socket.ask([["CLIENT", "TRACKING", "ON", "BCAST"]]);
    await socket.ask([["PSUBSCRIBE", "__keyspace@0__:*"], ["SUBSCRIBE", "__keyevent@0__:set"]]);
    await root.put("bob:1", "x");
    await root.put("ada:1", "x");
    const told = [await socket.reply(), await socket.reply(), await socket.reply()].join("");
    assert(told.includes("ada:1") && !told.includes("bob"), told);
    // Behind it no notification of the other key is on its way.
    assertEquals((await socket.ask([["PING"]])).join(""), "+PONG\r\n");
  }));

Deno.test("a subscriber whose token is removed hears nothing more, and no other one ends", () =>
  served({ tokens: entries }, async (address, _faults, server) => {
    using removed = await RedisSocket.connect(address);
    using kept = await RedisSocket.connect(address);
    for (const [socket, { token }] of [[removed, ada], [kept, tokens.read]] as const) {
      await socket.ask([["AUTH", token], ["PSUBSCRIBE", "__keyspace@0__:*"]]);
    }
    await server.setTokens(entries.filter((entry) => entry !== ada.entry));
    assertEquals(await removed.rest(), "");
    await using root = new Client(address, { token: tokens.admin.token });
    await root.put("ada:1", "x");
    assertMatch(await kept.reply(), /ada:1/);
  }));

Deno.test("a Redis client is told what its token of now is good for, whatever it had before", () =>
  served({ tokens: entries }, async (address) => {
    using socket = await RedisSocket.connect(address);
    await socket.ask([["HELLO", "3", "AUTH", "default", tokens.admin.token]]);
    await socket.ask([["SET", "bob:0", "x"], ["CLIENT", "TRACKING", "ON", "BCAST"]]);
    await socket.ask([["PSUBSCRIBE", "__keyspace@0__:*"], ["AUTH", ada.token]]);
    assertEquals(await socket.ask([["GET", "bob:0"]]), [noKey]);
    await using root = new Client(address, { token: tokens.admin.token });
    await root.put("bob:1", "x");
    await root.put("ada:1", "x");
    const told = [await socket.reply(), await socket.reply()].join("");
    assert(told.includes("ada:1") && !told.includes("bob"), told);
    // Behind it no notification of the other key is on its way.
    assertEquals((await socket.ask([["PING"]])).join(""), "+PONG\r\n");
  }));
