import { methodNames } from "../../kvcommon/mod.ts";
import type { Role } from "../../access/mod.ts";
import { Client } from "../../kvclient/mod.ts";
import { RpcError } from "../../rpc/mod.ts";
import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
  msgpackDecode,
} from "../deps.ts";
import { methodNeeds } from "../../kvserver/query/method_rights.ts";
import { read } from "../support/repository.ts";
import { MemoryLog } from "../support/memory_log.ts";
import { RawSocket } from "../support/rpc/raw_socket.ts";
import { requestFrame } from "../support/rpc/wire.ts";
import { type MadeToken, makeToken } from "../support/tokens.ts";
import { until } from "../support/until.ts";
import { serve, whileUsed } from "./serving.ts";

/** Params that each method takes, on keys below `k`. */
const params: Readonly<Record<string, unknown[]>> = {
  Get: ["key"],
  Put: ["key", "value"],
  Delete: ["key"],
  Expire: ["key", 1_000_000],
  Ttl: ["key"],
  List: ["key"],
  Scan: ["key", null, 10],
  Count: ["key"],
  Export: ["key", null, 10],
  Merge: ["key", "value", [1, 0, "uid"], null],
  Digest: [null, null, 1],
  Ping: [],
  Stats: [],
  Members: [],
  Forget: ["192.0.2.7:6000"],
  Watch: ["key"],
  Unwatch: [1],
  Auth: ["none"],
};

/** Who may call what: the rule, and the test of it. */
const table: Readonly<Record<string, string>> = {
  Get: "read write admin",
  Put: "write admin",
  Delete: "write admin",
  Expire: "write admin",
  Ttl: "read write admin",
  List: "read write admin",
  Scan: "read write admin",
  Count: "read write admin",
  Export: "read write admin",
  Merge: "write admin",
  Digest: "read write admin",
  Ping: "nobody read write admin peer",
  Stats: "read write admin",
  Members: "read write admin",
  Forget: "admin",
  Watch: "read write admin",
  Unwatch: "read write admin",
  Unheard: "read write admin peer",
};

const tokens: Readonly<Record<Role, MadeToken>> = {
  read: makeToken("read"),
  write: makeToken("write"),
  admin: makeToken("admin"),
  peer: makeToken("peer"),
};
const entries = Object.values(tokens).map(({ entry }) => entry);

Deno.test("each role may call what the table says, and nobody else anything", async () => {
  assertEquals(new Set([...Object.keys(table), "Auth"]), new Set([...methodNames, "Unheard"]));
  await using served = await serve({ tokens: entries });
  for (const role of ["nobody", ...Object.keys(tokens)]) {
    using socket = await RawSocket.connect(served.address);
    if (role !== "nobody") {
      const shown = await socket.ask("Auth", tokens[role as Role].token);
      assertEquals(shown, { name: role, role, prefixes: [] });
    }
    for (const [method, may] of Object.entries(table)) {
      await socket.send(requestFrame(1, method, params[method] ?? []));
      const [, , error] = await socket.reply();
      const isAllowed = may.split(" ").includes(role);
      const code = method === "Unheard" && isAllowed ? "unknown_method" : error?.[0];
      assertEquals(code === "unauthorized", !isAllowed, `${role} calls ${method}: ${error}`);
    }
  }
});

Deno.test("Auth lets in what comes behind it on the connection, in the same write too", async () => {
  await using served = await serve({ tokens: entries });
  using socket = await RawSocket.connect(served.address);
  const frames = [
    requestFrame(1, "Get", ["key"]),
    requestFrame(2, "Auth", [tokens.write.token]),
    requestFrame(3, "Put", ["key", "value"]),
    requestFrame(4, "Auth", [tokens.read.token]),
    requestFrame(5, "Put", ["key", "other"]),
    requestFrame(6, "Get", ["key"]),
  ];
  await socket.send(new Uint8Array(frames.flatMap((frame) => [...frame])));
  const codes: unknown[] = [];
  for (let i = 0; i < frames.length; i++) {
    const [, , error, result] = await socket.reply();
    codes.push(error?.[0] ?? result);
  }
  const [write, read] = ["write", "read"].map((name) => ({ name, role: name, prefixes: [] }));
  assertEquals(codes, ["unauthorized", write, null, read, "unauthorized", "value"]);
});

Deno.test("a server that asks for no token takes any", async () => {
  await using served = await serve();
  using socket = await RawSocket.connect(served.address);
  const all = { name: "default", role: "admin", prefixes: [] };
  assertEquals(await socket.ask("Auth", "whatever"), all);
  assertEquals(await socket.ask("Get", "key"), null);
});

Deno.test("three wrong tokens end the connection, and are logged once with the address", async () => {
  const log = new MemoryLog();
  await using served = await serve({ tokens: entries, log });
  await whileUsed({ ...served, newClient: () => clientOf(served.address, "admin") }, async () => {
    for (const inOneWrite of [false, true]) {
      using socket = await RawSocket.connect(served.address);
      const wrong = makeToken("admin").token;
      if (inOneWrite) {
        const five = [1, 2, 3, 4, 5].flatMap((id) => [...requestFrame(id, "Auth", [wrong])]);
        await socket.send(new Uint8Array(five));
        for (let id = 1; id <= 5; id++) {
          assertEquals((await socket.refusal(id)).code, "unauthorized");
        }
      } else {
        for (let i = 0; i < 3; i++) {
          const { code, message } = await socket.askInVain("Auth", wrong);
          assertEquals(code, "unauthorized");
          assert(!message.includes(wrong), "a token is told");
        }
      }
      await socket.expectEnd();
    }
  });
  const lines = log.lines.filter((line) => line.includes("wrong token"));
  assertEquals(lines.length, 2);
  for (const line of lines) assertMatch(line, /127\.0\.0\.1 has .*the query ports/);
  assertEquals(log.lines.filter((line) => line.includes("cmud_")), []);
});

Deno.test("the client shows its token, on a connection for watches too", async () => {
  await using served = await serve({ tokens: entries });
  await using client = clientOf(served.address, "write");
  await client.put("key", "value");
  for await (const change of client.watch("", { initial: true })) {
    assertEquals([change.key, change.value], ["key", "value"]);
    break;
  }
});

Deno.test("a client without a token, or with a wrong one, is told so", async () => {
  await using served = await serve({ tokens: entries });
  const error = await assertRejects(() => served.client.get("key"), RpcError);
  assertEquals([error.code, /token/.test(error.message)], ["unauthorized", true]);
  await using client = new Client(served.address, { token: makeToken("read").token });
  const calls = await Promise.allSettled([client.get("a"), client.get("b")]);
  for (const call of calls) {
    assert(call.status === "rejected" && call.reason instanceof RpcError);
    assertEquals(call.reason.code, "unauthorized");
    assertStringIncludes(call.reason.message, "none that this server knows");
  }
});

Deno.test("a token that is removed ends its connections, and no others; a changed one none", async () => {
  await using served = await serve({ tokens: entries });
  using read = await RawSocket.connect(served.address);
  using write = await RawSocket.connect(served.address);
  await read.ask("Auth", tokens.read.token);
  await write.ask("Auth", tokens.write.token);
  await read.ask("Watch", "");
  await served.server.setTokens([{ ...tokens.write.entry, role: "read" }, tokens.admin.entry]);
  await read.expectEnd();
  assertEquals(await write.ask("Put", "key", "value"), null);
  using later = await RawSocket.connect(served.address);
  assertEquals((await later.askInVain("Auth", tokens.read.token)).code, "unauthorized");
  await later.ask("Auth", tokens.write.token);
  assertEquals((await later.askInVain("Put", "key", "value")).code, "unauthorized");
});

Deno.test("another token ends the watches that the one before has begun", async () => {
  await using served = await serve({ tokens: [ada.entry, everybody.entry] });
  await using root = clientOf(served.address, everybody);
  using socket = await RawSocket.connect(served.address);
  await socket.ask("Auth", everybody.token);
  await socket.ask("Watch", "");
  const wrong = makeToken("admin").token;
  assertEquals((await socket.askInVain("Auth", wrong)).code, "unauthorized");
  await root.put("bob:1", "x");
  assertEquals(changedKeys(await socket.frame()), ["bob:1"]);

  await socket.ask("Auth", ada.token);
  const id = await socket.ask("Watch", "ada:");
  await root.put("bob:2", "x");
  await root.put("ada:1", "x");
  assertEquals(changedKeys(await socket.frame()), ["ada:1"]);
  await socket.ask("Unwatch", id);
});

Deno.test("all threads of a server ask for tokens, and know of those that are removed", async () => {
  await using served = await serve({ tokens: entries, queryActorCount: 2, threads: 2 });
  const sockets = await Promise.all(
    served.server.queryAddresses.map((address) => RawSocket.connect(address)),
  );
  try {
    for (const socket of sockets) {
      assertEquals((await socket.askInVain("Get", "key")).code, "unauthorized");
      await socket.ask("Auth", tokens.admin.token);
      assertEquals(await socket.ask("Get", "key"), null);
    }
    await served.server.setTokens([]);
    for (const socket of sockets) await socket.expectEnd();
  } finally {
    for (const socket of sockets) socket[Symbol.dispose]();
  }
});

// ---- the world of a token whose keys are limited ----------------------------------------------

const ada = makeToken("write", ["ada:", "shared:"], "ada");
const everybody = makeToken("admin", [], "root");

Deno.test("a limited token sees a world of its own", async () => {
  await using served = await serve({ tokens: [ada.entry, everybody.entry] });
  await using root = clientOf(served.address, everybody);
  const others = ["ad", "ada", "adb:", "bob:1", "zoe:1"];
  for (const key of others) await root.put(key, "secret");
  using socket = await RawSocket.connect(served.address);
  assertEquals(await socket.ask("Auth", ada.token), {
    name: "ada",
    role: "write",
    prefixes: ["ada:", "shared:"],
  });
  await socket.ask("Put", "ada:1", "own");
  await socket.ask("Put", "shared:1", "own");

  const wider: [string, ...unknown[]][] = [
    ...others.flatMap((key): [string, ...unknown[]][] => [
      ["Get", key],
      ["Put", key, "x"],
      ["Delete", key],
      ["Expire", key, null],
      ["Ttl", key],
      ["Merge", key, "x", [1, 0, "uid"], null],
    ]),
    ...["", "a", "ada", "s", "zoe:"].flatMap((prefix): [string, ...unknown[]][] => [
      ["List", prefix],
      ["Scan", prefix, null, 10],
      ["Export", prefix, null, 10],
      ["Count", prefix],
      ["Watch", prefix],
    ]),
    // It has no prefix.
    ["Digest", null, null, 1],
    ["Digest", "ada:1", "ada:2", 1],
  ];
  // What is there is refused in the same words as what is not.
  for (const [method, first, ...more] of wider) {
    const { code, message } = await socket.askInVain(method, first, ...more);
    assertEquals([code, message], [
      "unauthorized",
      `Cannot ${method}: the token is good for keys that begin with "ada:" or "shared:" alone`,
    ]);
  }
  assertEquals(await root.get("bob:1"), "secret");

  assertEquals(await socket.ask("List", "ada:"), { "ada:1": "own" });
  assertEquals(await socket.ask("Scan", "ada:", "zzz", 10), [[], true]);
  assertEquals(await socket.ask("Scan", "shared:", "ad", 10), [[["shared:1", "own"]], true]);
  assertEquals(await socket.ask("Count", "shared:"), 1);
});

Deno.test("no number of a write tells a limited token how many others there were", async () => {
  await using served = await serve({ tokens: [ada.entry, everybody.entry], queryActorCount: 2 });
  const [address, other] = served.server.queryAddresses;
  await using root = clientOf(other, everybody);
  for (let i = 0; i < 5; i++) await root.put(`bob:${i}`, "x");
  await root.put("ada:1", "own");
  using socket = await RawSocket.connect(address);
  await socket.ask("Auth", ada.token);
  const isThere = async () => await socket.ask("Get", "ada:1") === "own";
  await until("the other replica has it", isThere);
  type Exported = [key: string, value: string, order: unknown, expiresAt: null, counter?: number];
  const [[entry]] = await socket.ask("Export", "ada:", null, 10) as [Exported[], boolean];
  assertEquals([entry.length, entry[0], entry[1]], [4, "ada:1", "own"]);
  // What a replica has seen is passed over: whether it has would tell how far the other one counts.
  for (const counter of [3, 1_000_000]) {
    const merged = await socket.ask("Merge", `ada:${counter}`, "x", entry[2], null, counter);
    assertEquals(merged, true);
  }
});

Deno.test("no figure that a limited token is told changes with the keys of others", async () => {
  await using served = await serve({ tokens: [ada.entry, everybody.entry] });
  await using root = clientOf(served.address, everybody);
  using socket = await RawSocket.connect(served.address);
  await socket.ask("Auth", ada.token);
  await socket.ask("Put", "ada:1", "own");
  const figures = async () => {
    const stats = await socket.ask("Stats") as Record<string, unknown>;
    const members = await socket.ask("Members") as Record<string, unknown>[];
    // The clock of a server is never read twice alike.
    return { ...stats, uptimeMs: 0, members: members.map((row) => ({ ...row, sinceMs: 0 })) };
  };
  const before = await figures();
  for (let i = 0; i < 100; i++) await root.put(`bob:${i}`, "x".repeat(10_000));
  for (let i = 0; i < 50; i++) await root.delete(`bob:${i}`);
  assertEquals(await figures(), before);
  assertEquals((before as unknown as Record<string, unknown>).keys, 1);
  await socket.ask("Put", "shared:1", "own");
  assertEquals((await figures() as unknown as Record<string, unknown>).keys, 2);
});

Deno.test("a watch of a limited token tells of its own keys alone", async () => {
  await using served = await serve({ tokens: [ada.entry, everybody.entry] });
  await using root = clientOf(served.address, everybody);
  await using client = clientOf(served.address, ada);
  const seen: string[] = [];
  const stop = new AbortController();
  let hasBegun = false;
  const onState = () => hasBegun = true;
  const watching = (async () => {
    for await (const { key } of client.watch("ada:", { signal: stop.signal, onState })) {
      seen.push(key);
    }
  })().catch(() => {});
  await until("it watches", () => hasBegun);
  await root.put("bob:1", "x");
  await root.put("ada:1", "x");
  await until("a change is told", () => seen.length > 0);
  stop.abort();
  await watching;
  assertEquals(seen, ["ada:1"]);
});

/** The keys that a `Changed` tells of. */
function changedKeys(frame: Uint8Array | null): string[] {
  const [, method, [, changes]] = msgpackDecode(frame!) as [2, string, [number, [string][]]];
  assertEquals(method, "Changed");
  return changes.map(([key]) => key);
}

function clientOf(address: string, who: Role | MadeToken): Client {
  return new Client(address, { token: (typeof who === "string" ? tokens[who] : who).token });
}

Deno.test("docs/protocol.md says of each role what it may call", () => {
  const page = read("docs/protocol.md");
  const table = page.slice(page.indexOf("| role "), page.indexOf("A token of the roles"));
  const [readers, writers] = ["read", "write"].map((role) => {
    const row = table.split("\n").find((line) => line.startsWith(`| \`${role}\` `))!;
    return [...row.matchAll(/`([A-Z]\w+)`/g)].map(([, method]) => method).sort();
  });
  const needing = (need: string) =>
    methodNames.filter((method) => methodNeeds[method] === need).sort();
  assertEquals(readers, needing("read"));
  assertEquals(writers, needing("write"));
});
