import { Client, FixedRouter, RoundRobinRouter, RpcError, type Value } from "../../kvclient/mod.ts";
import { Server } from "../../kvserver/mod.ts";
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertLessOrEqual,
  assertRejects,
  assertStringIncludes,
} from "../deps.ts";
import { startClient } from "../support/clients.ts";
import { MemoryNetwork } from "../support/memory_transport.ts";
import { rejectionsOf } from "../support/outcomes.ts";
import { ScriptedServer } from "../support/scripted_server.ts";
import type { SimulatedWorld } from "../../simulate/world/simulated_environment.ts";
import { testInWorld } from "../support/simulation.ts";
import { sortedByBytes } from "../support/store/compare.ts";

/** A client of a real server, all in memory. */
async function startBoth(world: SimulatedWorld) {
  const network = new MemoryNetwork(world);
  const environment = world.environment();
  const server = await Server.start({
    hostname: "server",
    startPort: 6000,
    queryActorCount: 1,
    environment,
    transport: network,
    version: "1.2.3",
  });
  const router = new FixedRouter(server.queryAddresses[0]);
  const client = new Client(router, { environment, transport: network });
  const close = async () => {
    await client.close();
    await world.complete(server.close());
  };
  return { client, close };
}

const strangeTexts = [
  "",
  "plain",
  "__proto__",
  "constructor",
  "hasOwnProperty",
  "nul\0byte",
  "line\r\nbreaks\u2028",
  "grüße",
  "😀 emoji",
  "\u{10ffff}",
  "\uffff",
  "\ufeffbyte order mark",
  "x".repeat(4096),
];

testInWorld("get() returns what put() wrote, or undefined", async (world) => {
  const { client, close } = await startBoth(world);
  for (const text of strangeTexts) {
    assertEquals(await world.complete(client.get(text)), undefined);
    assertEquals(await world.complete(client.put(text, `value of ${text}`)), undefined);
    assertEquals(await world.complete(client.put(text, text)), undefined);
  }
  for (const text of strangeTexts) assertEquals(await world.complete(client.get(text)), text);
  await close();
});

testInWorld("list() and scan() return every entry in the order of UTF-8 bytes", async (world) => {
  const { client, close } = await startBoth(world);
  const keys = strangeTexts.map((text) => `p/${text}`.slice(0, 4096));
  await world.complete(Promise.all(keys.map((key, i) => client.put(key, `${i}`))));
  await world.complete(client.put("q", "not of this prefix"));
  const expected = sortedByBytes(keys).map((
    key,
  ): [string, string] => [key, `${keys.indexOf(key)}`]);
  assertEquals([...await world.complete(client.list("p/"))], expected);
  assertEquals(await world.complete(Array.fromAsync(client.scan("p/"))), expected);
  assertEquals(await world.complete(client.list("absent")), new Map());
  await close();
});

testInWorld("ping() and stats() ask the server", async (world) => {
  const { client, close } = await startBoth(world);
  await world.complete(client.ping());
  await world.complete(client.put("k", "v"));
  const { keys, puts, version, ready } = await world.complete(client.stats());
  assertEquals({ keys, puts, version, ready }, { keys: 1, puts: 1, version: "1.2.3", ready: true });
  await close();
});

testInWorld("put() then get() of one turn are executed in order", async (world) => {
  const { client, close } = await startBoth(world);
  const values: Promise<Value | undefined>[] = [];
  for (let i = 0; i < 100; i++) {
    client.put("k", `${i}`);
    values.push(client.get("k"));
  }
  assertEquals(await world.complete(Promise.all(values)), Array.from(values, (_, i) => `${i}`));
  await close();
});

testInWorld("calls of one turn leave in one write", async (world) => {
  const { client, server, endpoint } = startClient(world);
  server.onRequest = (request) => server.reply(request, request.method === "Ping" ? "pong" : null);
  const turn = () => {
    const calls: Promise<unknown>[] = [client.put("a", "1"), client.ping()];
    for (let i = 0; i < 100; i++) calls.push(client.get(`${i}`));
    return world.complete(Promise.all(calls));
  };
  // The first turn has to wait for the connection; it leaves in one write all the same.
  for (let writes = 1; writes <= 3; writes++) {
    await turn();
    assertEquals(endpoint.connections[0].client.writes, writes);
    assertEquals(server.requests.length, writes * 102);
  }
  assertEquals(endpoint.dials, 1);
  await client.close();
  server.close();
});

testInWorld("calls made during a write leave together in the next one", async (world) => {
  const { client, server, endpoint } = startClient(world);
  endpoint.windowBytes = 0;
  const calls = [client.put("first", "1")];
  await world.advance(1);
  for (let i = 0; i < 10; i++) {
    calls.push(client.put(`${i}`, "2"));
    await world.advance(1);
  }
  assertEquals([endpoint.connections[0].client.writes, server.requests.length], [1, 0]);
  server.onRequest = (request) => server.reply(request, null);
  endpoint.windowBytes = 1024;
  await world.complete(Promise.all(calls));
  assertEquals(endpoint.connections[0].client.writes, 2);
  assertEquals(server.calls.map(([, key]) => key), ["first", ...Array(10).keys()].map(String));
  await client.close();
  server.close();
});

testInWorld("replies are matched when they come in any order", async (world) => {
  const { client, server, environment } = startClient(world);
  const count = 10_000;
  const values = Array.from({ length: count }, (_, i) => client.get(`key ${i}`));
  await world.advance(0);
  assertEquals(server.requests.length, count);
  assertEquals(new Set(server.requests.map(({ msgid }) => msgid)).size, count);
  // One timer is enough for all of them.
  assertLessOrEqual(environment.pendingTimers, 2);
  for (const request of server.requests.toSorted(() => world.random.fraction() - 0.5)) {
    server.reply(request, `value of ${request.params[0]}`);
  }
  await world.advance(0);
  assertEquals(await Promise.all(values), values.map((_, i) => `value of key ${i}`));
  assertEquals(environment.pendingTimers, 0);
  await client.close();
  server.close();
});

testInWorld("calls go where the router says, over one connection per address", async (world) => {
  const network = new MemoryNetwork(world);
  const servers = [1, 2, 3].map((port) => new ScriptedServer(network, port));
  for (const server of servers) {
    server.onRequest = (request) => server.reply(request, server.address);
  }
  const router = new RoundRobinRouter(servers.map(({ address }) => address));
  const environment = world.environment();
  const client = new Client(router, { environment, transport: network });
  const got = await world.complete(Promise.all(Array.from({ length: 9 }, () => client.get("k"))));
  const later = [];
  for (let i = 0; i < 3; i++) later.push(await world.complete(client.get("k")));
  const addresses = servers.map(({ address }) => address);
  assertEquals(got, [...addresses, ...addresses, ...addresses]);
  assertEquals(later, addresses);
  for (const { address } of servers) assertEquals(network.at(address).dials, 1);
  await client.close();
  for (const server of servers) server.close();
});

testInWorld("connectionName() is another when the address or connection is", async (world) => {
  const network = new MemoryNetwork(world);
  const servers = [1, 2].map((port) => new ScriptedServer(network, port));
  for (const server of servers) server.onRequest = (request) => server.reply(request, "value");
  let address = servers[0].address;
  const client = new Client({ nextAddr: () => address }, {
    environment: world.environment(),
    transport: network,
  });
  const first = client.connectionName();
  await world.complete(client.get("k"));
  assertEquals(client.connectionName(), first);
  assertEquals(network.at(address).dials, 1);
  address = servers[1].address;
  const second = client.connectionName();
  address = servers[0].address;
  assertEquals(client.connectionName(), first);
  network.at(address).cut();
  await world.advance(0);
  const third = client.connectionName();
  assertEquals(new Set([first, second, third]).size, 3);
  await world.complete(client.close());
  for (const server of servers) server.close();
});

testInWorld("a call rejects when the router throws", async (world) => {
  const router = {
    nextAddr(): string {
      throw new Error("lost my way");
    },
  };
  const { client, server } = startClient(world, { router });
  const calls = [client.get("k"), client.put("k", "v"), client.list(""), client.ping()];
  for (const error of await rejectionsOf(world, calls)) {
    assertEquals(String(error), "Error: lost my way");
  }
  await client.close();
  server.close();
});

const noTexts: unknown[] = ["\ud800", "a\udc00b", 7, undefined, null, {}, Symbol("s"), ["k"]];

for (const text of noTexts as string[]) {
  testInWorld(`${describe(text)} as a key, value or prefix is a TypeError`, async (world) => {
    const { client, server, endpoint } = startClient(world);
    server.onRequest = (request) => server.reply(request, null);
    const good = client.put("good", "call");
    const errors = await rejectionsOf(world, [
      client.get(text),
      client.put(text, "v"),
      client.put("k", text),
      client.list(text),
      client.scan(text).next(),
    ]);
    for (const error of errors) {
      assertInstanceOf(error, TypeError);
      assertStringIncludes(error.message, "Cannot use");
    }
    await world.complete(good);
    assertEquals(server.calls, [["Put", "good", "call"]]);
    assertEquals(endpoint.connections[0].client.writes, 1);
    await client.close();
    server.close();
  });
}

function describe(value: unknown): string {
  return typeof value === "string" ? JSON.stringify(value) : `${typeof value} ${String(value)}`;
}

testInWorld("a call beyond the length of a frame fails alone", async (world) => {
  const { client, close } = await startBoth(world);
  const before = client.put("before", "1");
  const error = await assertRejects(
    () => world.complete(client.put("k", "x".repeat(16 * 1024 * 1024))),
    RpcError,
  );
  assertEquals(error.code, "too_large");
  await world.complete(before);
  assertEquals(await world.complete(client.get("before")), "1");
  await close();
});

testInWorld("list() scans at the same address when a List is too large", async (world) => {
  const network = new MemoryNetwork(world);
  const servers = [1, 2].map((port) => new ScriptedServer(network, port));
  const pages = [
    [[["p/1", "a"], ["p/2", "b"]], false],
    [[], false],
    [[["p/3", "c"]], true],
  ];
  for (const server of servers) {
    server.onRequest = (request) => {
      if (request.method === "List") server.refuse(request, "too_large", "use Scan");
      else server.reply(request, pages[server.requests.length - 2]);
    };
  }
  const client = new Client(new RoundRobinRouter(servers.map(({ address }) => address)), {
    environment: world.environment(),
    transport: network,
  });
  assertEquals(
    await world.complete(client.list("p/")),
    new Map([["p/1", "a"], ["p/2", "b"], ["p/3", "c"]]),
  );
  assertEquals(servers[1].requests.length, 0);
  const [list, ...scans] = servers[0].calls;
  assertEquals(list, ["List", "p/"]);
  assertEquals(scans.map((call) => call.slice(0, 3)), [
    ["Scan", "p/", null],
    ["Scan", "p/", "p/2"],
    ["Scan", "p/", "p/2"],
  ]);
  await client.close();
  for (const server of servers) server.close();
});

testInWorld("list() rejects when the refusal is another one", async (world) => {
  const { client, server } = startClient(world);
  server.onRequest = (request) => server.refuse(request, "bad_request", "no");
  const error = await assertRejects(() => world.complete(client.list("p/")), RpcError, "no");
  assertEquals(error.code, "bad_request");
  assertEquals(server.calls, [["List", "p/"]]);
  await client.close();
  server.close();
});

testInWorld("scan() asks for a page only when the one before was read", async (world) => {
  const { client, server } = startClient(world);
  server.onRequest = (request) => server.reply(request, [[["a", "1"], ["b", "2"]], false]);
  const scan = client.scan("");
  assertEquals(server.requests.length, 0);
  assertEquals(await world.complete(scan.next()), { done: false, value: ["a", "1"] });
  assertEquals(await world.complete(scan.next()), { done: false, value: ["b", "2"] });
  await world.advance(0);
  assertEquals(server.requests.length, 1);
  await world.complete(scan.return(undefined));
  assert((await world.complete(scan.next())).done);
  assertEquals(server.requests.length, 1);
  await client.close();
  server.close();
});
