import type { Role } from "../../access/mod.ts";
import { systemMethodNeeds } from "../../actor/system_methods.ts";
import { Client } from "../../kvclient/mod.ts";
import { JoinError, Server, type ServerOptions } from "../../kvserver/mod.ts";
import { assert, assertEquals, assertMatch, assertRejects } from "../deps.ts";
import { MemoryLog } from "../support/memory_log.ts";
import { RawSocket } from "../support/rpc/raw_socket.ts";
import { requestFrame } from "../support/rpc/wire.ts";
import { type MadeToken, makeToken } from "../support/tokens.ts";
import { until } from "../support/until.ts";

const tokens: Readonly<Record<Role, MadeToken>> = {
  read: makeToken("read"),
  write: makeToken("write"),
  admin: makeToken("admin"),
  peer: makeToken("peer"),
};
const limited = makeToken("read", ["ada:"], "ada");
const entries = [...Object.values(tokens), limited].map(({ entry }) => entry);
const patience = { timeoutMs: 10_000 };

/** Who may call what on a system port: the rule, and the test of it. */
const table: Readonly<Record<string, string>> = {
  Describe: "read write admin peer",
  Ping: "nobody read write admin peer",
  Stats: "read write admin",
  Members: "read write admin",
  Unheard: "read write admin peer",
};

function start(options: ServerOptions = {}): Promise<Server> {
  return Server.start({ startPort: 0, queryActorCount: 1, tokens: entries, ...options });
}

function clientOf(server: Server): Client {
  return new Client(server.queryAddresses, { token: tokens.admin.token });
}

Deno.test("each role may call what the table says on a system port, and nobody else anything", async () => {
  const known = Object.keys(systemMethodNeeds);
  assertEquals(
    new Set([...Object.keys(table), "Hello", "Auth"]),
    new Set([...known, "Unheard"]),
  );
  const server = await start();
  try {
    for (const role of ["nobody", ...Object.keys(tokens)]) {
      using socket = await RawSocket.connect(server.address);
      if (role !== "nobody") await socket.ask("Auth", tokens[role as Role].token);
      for (const [method, may] of Object.entries(table)) {
        await socket.send(requestFrame(1, method, []));
        const [, , error] = await socket.reply();
        const isAllowed = may.split(" ").includes(role);
        assertEquals(error?.[0] === "unauthorized", !isAllowed, `${role} calls ${method}`);
      }
    }
  } finally {
    await server.close();
  }
});

Deno.test("Hello wants a token of the role peer, in its options", async () => {
  const log = new MemoryLog();
  const server = await start({ log });
  try {
    const hello = (token?: string) => [
      1,
      "127.0.0.1:1",
      "0123456789abcdef",
      null,
      { cluster: "cmud", ...(token === undefined ? {} : { token }) },
    ];
    const shown: [string | undefined, RegExp][] = [
      [undefined, /no token/],
      [makeToken("peer").token, /a wrong token/],
      [tokens.admin.token, /of the role admin/],
    ];
    for (const [token, why] of shown) {
      using socket = await RawSocket.connect(server.address);
      const { code, message } = await socket.askInVain("Hello", ...hello(token));
      assertEquals(code, "unauthorized");
      assertMatch(message, why);
      assert(token === undefined || !message.includes(token), "a token is told");
    }
    using socket = await RawSocket.connect(server.address);
    assertEquals(await socket.ask("Hello", ...hello(tokens.peer.token)), null);
    const refusals = log.lines.filter((line) => line.includes("is refused"));
    assertEquals(refusals.length, 3);
    assert(!log.lines.some((line) => line.includes("cmud_")), "a token is logged");
  } finally {
    await server.close();
  }
});

Deno.test("who shows another token behind Hello is a server no more", async () => {
  const server = await start();
  const hello = (token: string) => [
    1,
    "127.0.0.1:1",
    "0123456789abcdef",
    null,
    { cluster: "cmud", token },
  ];
  const others: [string, ...unknown[]][] = [
    ["Auth", tokens.read.token],
    ["Auth", tokens.admin.token],
    ["Hello", ...hello(tokens.write.token)],
  ];
  try {
    for (const [method, ...params] of others) {
      using socket = await RawSocket.connect(server.address);
      assertEquals(await socket.ask("Hello", ...hello(tokens.peer.token)), null);
      // Otherwise it would go on when the first one is removed, because the other one is known.
      await socket.send(requestFrame(1, method, params));
      await socket.frame();
      await socket.expectEnd();
    }
    using socket = await RawSocket.connect(server.address);
    for (let i = 0; i < 2; i++) await socket.ask("Hello", ...hello(tokens.peer.token));
    assertEquals(await socket.ask("Ping"), "pong");
  } finally {
    await server.close();
  }
});

Deno.test("three wrong tokens end a connection to a system port, and are logged once", async () => {
  const log = new MemoryLog();
  const server = await start({ log });
  try {
    using socket = await RawSocket.connect(server.address);
    for (let i = 0; i < 3; i++) await socket.askInVain("Auth", makeToken("peer").token);
    await socket.expectEnd();
    const lines = log.lines.filter((line) => line.includes("wrong token"));
    assertEquals(lines.length, 1);
    assertMatch(lines[0], /127\.0\.0\.1 .*the system port/);
  } finally {
    await server.close();
  }
});

Deno.test("a token whose keys are limited is told no figure of others on a system port", async () => {
  const server = await start();
  try {
    using socket = await RawSocket.connect(server.address);
    await socket.ask("Auth", limited.token);
    assertEquals(await socket.ask("Stats"), { ready: true, disk: "none" });
    const [self] = await socket.ask("Members") as Record<string, unknown>[];
    assertEquals([self.lagMs, self.pendingBytes, self.agreedMs], [null, 0, null]);
  } finally {
    await server.close();
  }
});

Deno.test("servers with tokens of the role peer sync, both ways", async () => {
  const first = await start({ token: tokens.peer.token });
  const second = await start({ token: tokens.peer.token, join: [first.address] });
  try {
    await using a = clientOf(first);
    await using b = clientOf(second);
    await a.put("from", "a");
    await b.put("to", "b");
    await until("a's Put is at b", async () => await b.get("from") === "a", patience);
    await until("b's Put is at a", async () => await a.get("to") === "b", patience);
  } finally {
    await second.close();
    await first.close();
  }
});

Deno.test("who joins without a token that is known is told so, and does not start", async () => {
  const first = await start({ token: tokens.peer.token });
  try {
    for (const token of [undefined, makeToken("peer").token]) {
      const error = await assertRejects(() => start({ token, join: [first.address] }), JoinError);
      assertMatch(error.message, /token of the role peer that it knows \(--token-file\)$/);
      assert(token === undefined || !error.message.includes(token), "a token is told");
    }
  } finally {
    await first.close();
  }
});

Deno.test("a server whose own token others do not know says so of itself, until they do", async () => {
  const own = makeToken("peer", [], "own");
  const log = new MemoryLog();
  const first = await start({ token: own.token, tokens: [...entries, own.entry], log });
  const second = await start({ token: tokens.peer.token, join: [first.address] });
  try {
    await until("it says so", () => first.stats().refusedBy === 1, patience);
    assertMatch(
      log.lines.find((line) => line.includes("Cannot connect to the system"))!,
      /shows a wrong token/,
    );
    await second.setTokens([...entries, own.entry]);
    await until("it is over", () => first.stats().refusedBy === 0);
  } finally {
    await second.close();
    await first.close();
  }
});

Deno.test("a peer that has no token exchanges nothing, in neither direction", async () => {
  const log = new MemoryLog();
  // It asks nobody for a token, and knows none.
  const open = await start({ tokens: undefined });
  const guarded = await start({ token: tokens.peer.token, join: [open.address], log });
  try {
    await using a = new Client(open.queryAddresses);
    await using b = clientOf(guarded);
    await a.put("from", "open");
    await b.put("from", "guarded");
    await b.put("secret", "guarded");
    await until(
      "it is refused",
      () => log.lines.some((line) => line.includes("no token")),
      patience,
    );
    // The one that is refused would have had this long before.
    const third = await start({ tokens: undefined, join: [open.address] });
    await using c = new Client(third.queryAddresses);
    await until("open syncs", async () => await c.get("from") === "open", patience);
    await third.close();
    assertEquals(await a.get("secret"), undefined);
    assertEquals(await b.get("from"), "guarded");
  } finally {
    await guarded.close();
    await open.close();
  }
});

Deno.test("a peer whose token is removed exchanges nothing from then on", async () => {
  const own = makeToken("peer", [], "second");
  const known = [...entries, own.entry];
  const first = await start({ token: tokens.peer.token, tokens: known });
  const second = await start({ token: own.token, tokens: known, join: [first.address] });
  try {
    await using a = clientOf(first);
    await using b = clientOf(second);
    await a.put("before", "a");
    await until("they sync", async () => await b.get("before") === "a", patience);
    await first.setTokens(entries);
    await a.put("behind", "a");
    await b.put("behind too", "b");
    await until("it is refused", async () => {
      const members = await a.members();
      return members.some(({ state }) => state !== "self" && state !== "up");
    }, patience);
    assertEquals(await b.get("behind"), undefined);
    assertEquals(await a.get("behind too"), undefined);
    await first.setTokens(known);
    await until("it is back", async () => await b.get("behind") === "a");
    await until("both are", async () => await a.get("behind too") === "b");
  } finally {
    await second.close();
    await first.close();
  }
});
