import { Client } from "../../kvclient/mod.ts";
import { withLimits } from "../../limits.ts";
import { assertEquals, assertThrows } from "../deps.ts";
import { MemoryNetwork } from "../support/memory_transport.ts";
import { type ScriptedRequest, ScriptedServer } from "../support/scripted_server.ts";
import type { SimulatedWorld } from "../../simulate/world/simulated_environment.ts";
import { testInWorld } from "../support/simulation.ts";

/** A client that listens, and servers that answer each Watch with the entries of its prefix. */
function start(world: SimulatedWorld, hosts = ["server"]) {
  const transport = new MemoryNetwork(world);
  const environment = world.environment({ limits: withLimits({ listenedKeysMax: 3 }) });
  const entries: [key: string, value: string | null][] = [];
  const watchers = new Map<string, ScriptedRequest>();
  const calls: string[] = [];
  let pings = 0;
  let refusal: [string, string] | undefined;
  let lastId = 0;
  const servers = hosts.map((host) => new ScriptedServer(transport, 6001, host));
  const tell = (id: unknown, changes: [string, string | null][], request: ScriptedRequest) => {
    const list = changes.map(([key, value]) => [key, value, new Uint8Array(1)]);
    servers[0].send(request, [2, "Changed", [id, list]]);
  };
  for (const server of servers) {
    server.onRequest = (request) => {
      const { method, params: [param] } = request;
      if (method === "Ping") {
        pings++;
        return server.reply(request, "pong");
      }
      calls.push(`${method} ${param}`);
      if (refusal !== undefined) return server.refuse(request, ...refusal);
      if (method === "Unwatch") return server.reply(request, null);
      server.reply(request, ++lastId);
      watchers.set(param as string, { ...request, msgid: lastId });
      const there = entries.filter(([key]) => key.startsWith(param as string));
      if (there.length > 0) tell(lastId, there, request);
      server.send(request, [2, "Initial", [lastId]]);
    };
  }
  const client = new Client(servers.map(({ address }) => address), { environment, transport });
  let changes = 0;
  const listener = client.listen(() => changes++);
  return {
    client,
    listener,
    entries,
    calls,
    endpoint: transport.at(servers[0].address),
    refuse: (code: string) => refusal = [code, "no"],
    tell: (prefix: string, ...told: [string, string | null][]) =>
      tell(watchers.get(prefix)!.msgid, told, watchers.get(prefix)!),
    changes: () => changes,
    pings: () => pings,
    take: (prefix: string) => [...listener.take(prefix)],
    async close() {
      await client.close();
      for (const server of servers) server.close();
    },
  };
}

testInWorld(
  "a listener hears what is there, and what changes, below each of its prefixes",
  async (world) => {
    const { listener, entries, tell, take, changes, calls, endpoint, close } = start(world);
    entries.push(["a/1", "1"], ["b/1", "1"]);
    listener.listen(["a/", "b/"]);
    assertEquals(listener.hears("a/"), false);
    await world.advance(0);
    assertEquals([listener.hears("a/"), listener.hears("b/"), listener.hears("c/")], [
      true,
      true,
      false,
    ]);
    assertEquals([take("a/"), take("b/"), take("c/")], [[["a/1", "1"]], [["b/1", "1"]], []]);
    const before = changes();
    tell("a/", ["a/1", "2"], ["a/2", "1"]);
    tell("a/", ["a/2", null]);
    await world.advance(0);
    assertEquals([changes() > before, take("a/")], [true, [["a/1", "2"], ["a/2", undefined]]]);
    assertEquals(take("a/"), []);
    listener.listen(["b/", "c/"]);
    await world.advance(0);
    tell("a/", ["a/1", "3"]);
    await world.advance(0);
    assertEquals([listener.hears("a/"), take("a/")], [false, []]);
    assertEquals(calls, ["Watch a/", "Watch b/", "Unwatch 1", "Watch c/"]);
    assertEquals(endpoint.connections.length, 1);
    await close();
  },
);

testInWorld(
  "a listener that has lost its server hears nothing, and then all that is there",
  async (world) => {
    const { listener, entries, take, changes, endpoint, close } = start(world, ["near", "far"]);
    listener.listen(["a/"]);
    await world.advance(0);
    entries.push(["a/1", "1"]);
    endpoint.reachability = "refuses";
    await world.advance(0);
    assertEquals([listener.hears("a/"), changes()], [false, 1]);
    await world.advance(1_000);
    assertEquals([listener.hears("a/"), take("a/")], [true, [["a/1", "1"]]]);
    await close();
  },
);

testInWorld("a listener notices that its server is gone without a word", async (world) => {
  const { listener, endpoint, close } = start(world, ["near", "far"]);
  listener.listen(["a/"]);
  await world.advance(60_000);
  assertEquals([listener.hears("a/"), endpoint.connections.length], [true, 1]);
  endpoint.reachability = "silent";
  await world.advance(15_500);
  assertEquals(listener.hears("a/"), true, "at the other one");
  await close();
});

testInWorld(
  "a listener asks only a server that is silent whether it is there, and notices as soon when it is gone",
  async (world) => {
    const { listener, tell, pings, take, endpoint, close } = start(world, ["near", "far"]);
    listener.listen(["a/"]);
    await world.advance(5_000);
    const before = pings();
    assertEquals(before > 0, true);
    for (let i = 0; i < 100; i++) {
      tell("a/", ["a/1", `${i}`]);
      await world.advance(100);
      assertEquals(take("a/"), [["a/1", `${i}`]]);
    }
    assertEquals(pings(), before);
    endpoint.reachability = "silent";
    const { listenPingMs, listenPatienceMs } = withLimits({});
    await world.advance(listenPingMs + listenPatienceMs - 101);
    assertEquals(listener.hears("a/"), true);
    await world.advance(2);
    assertEquals(listener.hears("a/"), false);
    await close();
  },
);

testInWorld("a listener does not ask again a server that has no watches", async (world) => {
  const { client, listener, refuse, calls, close } = start(world);
  refuse("unknown_method");
  listener.listen(["a/", "b/"]);
  await world.advance(60_000);
  listener.listen(["c/"]);
  await world.advance(60_000);
  assertEquals([listener.hears("a/"), calls], [false, ["Watch a/", "Watch b/"]]);
  await close();
  assertThrows(() => client.listen(() => {}));
});

testInWorld(
  "a listener that nobody takes from holds so many keys, and then begins anew",
  async (world) => {
    const { listener, tell, endpoint, close } = start(world);
    listener.listen(["a/"]);
    await world.advance(0);
    tell("a/", ["a/1", "1"], ["a/2", "1"], ["a/3", "1"]);
    await world.advance(0);
    assertEquals(listener.hears("a/"), true);
    tell("a/", ["a/4", "1"]);
    await world.advance(0);
    assertEquals(listener.hears("a/"), false);
    await world.advance(1_000);
    assertEquals([listener.hears("a/"), endpoint.connections.length], [true, 2]);
    await close();
  },
);
