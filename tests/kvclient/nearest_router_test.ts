import { Client, NearestRouter, type NearestRouterOptions } from "../../kvclient/mod.ts";
import { defaultLimits } from "../../limits.ts";
import { assert, assertEquals, assertLess, assertLessOrEqual } from "../deps.ts";
import { MemoryNetwork } from "../support/memory_transport.ts";
import { rejectionOf } from "../support/outcomes.ts";
import { ScriptedServer } from "../support/scripted_server.ts";
import type { SimulatedWorld } from "../../simulate/world/simulated_environment.ts";
import { testInWorld } from "../support/simulation.ts";

/** How many of its intervals a router may take to notice anything. */
const intervalsToNotice = 8;

/** Servers with these one-way latencies, at `a:1`, `b:1` and so on, and a router to all of them. */
function setUp(world: SimulatedWorld, latenciesMs: number[]) {
  const network = new MemoryNetwork(world);
  const environment = world.environment();
  const servers = latenciesMs.map((latencyMs, i) => {
    const server = new ScriptedServer(network, 1, "abcdef"[i]);
    server.onRequest = (request) => {
      server.reply(request, request.method === "Ping" ? "pong" : server.address);
    };
    network.at(server.address).latencyMs = latencyMs;
    return server;
  });
  const addresses = servers.map(({ address }) => address);
  const start = (options: NearestRouterOptions = {}) =>
    NearestRouter.start(addresses, { environment, transport: network, ...options });
  const endpoints = addresses.map((address) => network.at(address));
  const close = async (router: NearestRouter) => {
    await world.complete(router.close());
    assertEquals(environment.pendingTimers, 0);
    for (const endpoint of endpoints) {
      for (const connection of endpoint.connections) assert(connection.client.closed);
    }
    for (const server of servers) server.close();
  };
  return { network, environment, servers, endpoints, start, close };
}

testInWorld("start() resolves with the first pong, of the nearest address", async (world) => {
  const { start, close } = setUp(world, [60, 10, 30]);
  const router = await world.complete(start());
  assertEquals(router.nextAddr(), "b:1");
  // A round trip to connect, another one to ask.
  assertEquals(world.nowMs, 40);
  for (let i = 0; i < 20; i++) {
    await world.advance(defaultLimits.probeIntervalMs);
    assertEquals(router.nextAddr(), "b:1");
  }
  await close(router);
});

testInWorld("start() resolves when every address has failed", async (world) => {
  const { start, close, endpoints } = setUp(world, [10, 20]);
  for (const endpoint of endpoints) endpoint.reachability = "refuses";
  const router = await world.complete(start());
  assertLess(world.nowMs, defaultLimits.probeIntervalMs);
  assert(["a:1", "b:1"].includes(router.nextAddr()));
  await close(router);
});

testInWorld("nextAddr() names another when that is faster by a fifth", async (world) => {
  const { start, close, endpoints } = setUp(world, [50, 80]);
  const router = await world.complete(start());
  assertEquals(router.nextAddr(), "a:1");
  // 82 of 100: not worth a change.
  endpoints[1].latencyMs = 41;
  await world.advance(20 * defaultLimits.probeIntervalMs);
  assertEquals(router.nextAddr(), "a:1");
  endpoints[1].latencyMs = 39;
  await world.advance(20 * defaultLimits.probeIntervalMs);
  assertEquals(router.nextAddr(), "b:1");
  // And it keeps that one, for the same reason.
  endpoints[0].latencyMs = 33;
  await world.advance(20 * defaultLimits.probeIntervalMs);
  assertEquals(router.nextAddr(), "b:1");
  await close(router);
});

testInWorld("nextAddr() stays the same when an address fails that was not named", async (world) => {
  const { start, close, endpoints } = setUp(world, [50, 80, 90]);
  const router = await world.complete(start());
  // Better than the one that is named, but not by a fifth.
  endpoints[1].latencyMs = 45;
  await world.advance(20 * defaultLimits.probeIntervalMs);
  router.reportFailure("c:1");
  assertEquals(router.nextAddr(), "a:1");
  endpoints[2].reachability = "refuses";
  await world.advance(5 * defaultLimits.probeIntervalMs);
  assertEquals(router.nextAddr(), "a:1");
  await close(router);
});

testInWorld("nextAddr() names another when the nearest has become slow", async (world) => {
  const { start, close, endpoints } = setUp(world, [10, 20]);
  const router = await world.complete(start());
  await world.advance(10 * defaultLimits.probeIntervalMs);
  endpoints[0].latencyMs = 200;
  await world.advance(intervalsToNotice * defaultLimits.probeIntervalMs);
  assertEquals(router.nextAddr(), "b:1");
  await close(router);
});

testInWorld("nextAddr() is not impressed when one round trip is slow", async (world) => {
  const { start, close, endpoints } = setUp(world, [20, 30]);
  const router = await world.complete(start());
  await world.advance(10 * defaultLimits.probeIntervalMs);
  endpoints[0].latencyMs = 30;
  await world.advance(defaultLimits.probeIntervalMs);
  endpoints[0].latencyMs = 20;
  assertEquals(router.nextAddr(), "a:1");
  await world.advance(10 * defaultLimits.probeIntervalMs);
  assertEquals(router.nextAddr(), "a:1");
  await close(router);
});

testInWorld("reportFailure() changes to the next best address at once", async (world) => {
  const { start, close } = setUp(world, [10, 50, 30]);
  const router = await world.complete(start());
  await world.advance(2 * defaultLimits.probeIntervalMs);
  router.reportFailure("a:1");
  assertEquals(router.nextAddr(), "c:1");
  // Of several calls that fail together each one reports; that is one failure.
  router.reportFailure("a:1");
  assertEquals(router.nextAddr(), "c:1");
  router.reportFailure("unknown:1");
  assertEquals(router.nextAddr(), "c:1");
  router.reportFailure("c:1");
  assertEquals(router.nextAddr(), "b:1");
  // The reports were wrong: the next probes say so.
  await world.advance(2 * defaultLimits.probeIntervalMs);
  assertEquals(router.nextAddr(), "a:1");
  await close(router);
});

testInWorld("nextAddr() names the addresses in turn when all are dead", async (world) => {
  const { start, close, endpoints } = setUp(world, [10, 20, 30]);
  for (const endpoint of endpoints) endpoint.reachability = "refuses";
  const router = await world.complete(start());
  const tried = [];
  for (let i = 0; i < 6; i++) {
    const address = router.nextAddr();
    tried.push(address);
    router.reportFailure(address);
  }
  assertEquals(new Set(tried.slice(0, 3)).size, 3);
  assertEquals(tried.slice(3), tried.slice(0, 3));
  endpoints[2].reachability = "answers";
  await world.advance(2 * defaultLimits.probeIntervalMs);
  assertEquals(router.nextAddr(), "c:1");
  await close(router);
});

for (const reachability of ["refuses", "silent"] as const) {
  testInWorld(`an address that ${reachability} is left, and found again`, async (world) => {
    const { start, close, endpoints } = setUp(world, [10, 30]);
    const router = await world.complete(start());
    await world.advance(3 * defaultLimits.probeIntervalMs);
    endpoints[0].reachability = reachability;
    await world.advance(intervalsToNotice * defaultLimits.probeIntervalMs);
    assertEquals(router.nextAddr(), "b:1");
    endpoints[0].reachability = "answers";
    await world.advance(intervalsToNotice * defaultLimits.probeIntervalMs);
    assertEquals(router.nextAddr(), "a:1");
    await close(router);
  });
}

testInWorld("the others are probed all the same when one is silent", async (world) => {
  const { start, close, endpoints, servers } = setUp(world, [10, 20]);
  endpoints[0].reachability = "silent";
  const router = await world.complete(start());
  assertEquals([router.nextAddr(), world.nowMs], ["b:1", 80]);
  const seconds = 120;
  await world.advance(seconds * 1000);
  // Half as often as with both alive, at the worst.
  assert(servers[1].requests.length >= seconds * 1000 / defaultLimits.probeIntervalMs / 2);
  assertEquals(router.nextAddr(), "b:1");
  await close(router);
});

testInWorld("a router keeps one connection per address", async (world) => {
  const { start, close, endpoints, servers } = setUp(world, [10, 20, 30]);
  const router = await world.complete(start());
  await world.advance(50 * defaultLimits.probeIntervalMs);
  assertEquals(endpoints.map(({ dials }) => dials), [1, 1, 1]);
  for (const { requests } of servers) assertLessOrEqual(requests.length, 51);
  await close(router);
});

testInWorld("a router finds an address that takes longer than its interval", async (world) => {
  const { start, close, endpoints } = setUp(world, [30, 1]);
  endpoints[1].reachability = "refuses";
  // Connecting and asking take 120 ms together.
  const router = await world.complete(start({ intervalMs: 80 }));
  await world.advance(1000);
  assertEquals(router.nextAddr(), "a:1");
  assertEquals(endpoints[0].dials, 1);
  await close(router);
});

testInWorld("a router keeps a connection when probes get lost now and then", async (world) => {
  const { start, close, endpoints, servers } = setUp(world, [10, 20]);
  const [server] = servers;
  server.onRequest = (request) => {
    if (server.requests.length % 2 === 1) server.reply(request, "pong");
  };
  const router = await world.complete(start());
  await world.advance(20 * defaultLimits.probeIntervalMs);
  assert(server.requests.length > 10);
  assertEquals(endpoints[0].dials, 1);
  await close(router);
});

testInWorld("close() waits for connections that were given up", async (world) => {
  const { start, close, endpoints } = setUp(world, [10, 20]);
  endpoints[0].reachability = "silent";
  const router = await world.complete(start({ intervalMs: 500 }));
  await world.advance(1800);
  assertEquals(endpoints[0].dials, 1);
  endpoints[0].reachability = "answers";
  await world.advance(500);
  assertEquals(endpoints[0].dials, 2);
  await close(router);
});

testInWorld("close() ends the probing when probes are under way", async (world) => {
  const { start, close, endpoints } = setUp(world, [10, 300, 20]);
  endpoints[2].reachability = "silent";
  const router = await world.complete(start());
  const startMs = world.nowMs;
  await close(router);
  assertLessOrEqual(world.nowMs - startMs, defaultLimits.dialTimeoutMs);
  const dials = endpoints.map(({ dials }) => dials);
  await world.advance(10 * defaultLimits.probeIntervalMs);
  assertEquals(endpoints.map(({ dials }) => dials), dials);
  assertEquals(world.pendingTimers, 0);
});

testInWorld("a client reaches the next address when the nearest is gone", async (world) => {
  const { start, close, endpoints, environment, network } = setUp(world, [10, 20]);
  const router = await world.complete(start());
  await world.advance(defaultLimits.probeIntervalMs);
  const client = new Client(router, { environment, transport: network, retries: 0 });
  assertEquals(await world.complete(client.get("k")), "a:1");
  endpoints[0].reachability = "refuses";
  await rejectionOf(world, client.get("k"));
  assertEquals(await world.complete(client.get("k")), "b:1");
  await client.close();
  await close(router);
});

testInWorld(
  "nextAddr() stays the same when the process stood still during a probe",
  async (world) => {
    const { start, close, endpoints } = setUp(world, [10, 300]);
    const router = await world.complete(start());
    await world.advance(10 * defaultLimits.probeIntervalMs);
    // The probe of the nearest is under way, that of the other has been answered.
    endpoints[0].latencyMs = 400;
    await world.advance(defaultLimits.probeIntervalMs);
    world.spend(100 * defaultLimits.probeIntervalMs);
    endpoints[0].latencyMs = 10;
    await world.advance(5 * defaultLimits.probeIntervalMs);
    assertEquals(router.nextAddr(), "a:1");
    await close(router);
  },
);
