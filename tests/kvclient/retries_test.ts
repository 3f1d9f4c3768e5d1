import { Client, ConnectionError, RpcError, TimeoutError } from "../../kvclient/mod.ts";
import { defaultLimits } from "../../limits.ts";
import { assert, assertEquals, assertInstanceOf, assertLess } from "../deps.ts";
import { startClient } from "../support/clients.ts";
import { MemoryNetwork } from "../support/memory_transport.ts";
import { rejectionOf } from "../support/outcomes.ts";
import { ScriptedServer } from "../support/scripted_server.ts";
import type { SimulatedWorld } from "../../simulate/world/simulated_environment.ts";
import { testInWorld } from "../support/simulation.ts";

/** A client of three servers that answer every request with their own names. */
function startThree(world: SimulatedWorld) {
  const network = new MemoryNetwork(world);
  const servers = ["a", "b", "c"].map((name) => {
    const server = new ScriptedServer(network, 6001, name);
    server.onRequest = (request) => server.reply(request, name);
    return server;
  });
  const addresses = servers.map(({ address }) => address);
  const client = new Client(addresses, { environment: world.environment(), transport: network });
  return { client, servers, network };
}

testInWorld("a call is made again at the next address when its server is gone", async (world) => {
  const { client, servers } = startThree(world);
  assertEquals(await world.complete(client.get("k")), "a");
  servers[0].close();
  assertEquals(await world.complete(client.get("k")), "b");
  servers[1].close();
  assertEquals(await world.complete(client.get("k")), "c");
  assertEquals(world.nowMs, 0);
  servers[2].close();
  assertInstanceOf(await rejectionOf(world, client.get("k")), ConnectionError);
  await client.close();
});

testInWorld("a Put is made again where a server says that it is not available", async (world) => {
  const { client, servers } = startThree(world);
  servers[0].onRequest = (request) => servers[0].refuse(request, "unavailable", "it stops");
  servers[1].onRequest = (request) => servers[1].reply(request, null);
  const puts = Array.from({ length: 5 }, (_, i) => client.put("k", `${i}`));
  await world.complete(Promise.all(puts));
  // In the order in which they were made, because the last one is to win.
  assertEquals(
    servers[1].calls,
    [0, 1, 2, 3, 4].map((i): [string, ...unknown[]] => ["Put", "k", `${i}`]),
  );
  for (const server of servers) server.close();
  await client.close();
});

testInWorld("a Put that may have had its effect is made once, and a Get again", async (world) => {
  const { client, servers } = startThree(world);
  servers[0].onRequest = () => servers[0].close();
  const error = await rejectionOf(world, client.put("k", "v"));
  assertInstanceOf(error, ConnectionError);
  assertEquals([error.retrySafe, servers[1].calls], [false, []]);
  servers[1].onRequest = () => servers[1].close();
  assertEquals(await world.complete(client.get("k")), "c");
  servers[2].close();
  await client.close();
});

testInWorld(
  "a call at one address is made again after pauses, and goes through when the server is back",
  async (world) => {
    const { client, server, network } = startClient(world, { retries: 3 });
    server.close();
    const got = client.get("k");
    await world.advance(1.5 * defaultLimits.retryMinMs);
    const again = new ScriptedServer(network, 6001);
    again.onRequest = (request) => again.reply(request, "back");
    assertEquals(await world.complete(got), "back");
    again.close();
    const startMs = world.nowMs;
    assertInstanceOf(await rejectionOf(world, client.get("k")), ConnectionError);
    const tookMs = world.nowMs - startMs;
    assert(
      tookMs >= 3.5 * defaultLimits.retryMinMs && tookMs <= 7 * defaultLimits.retryMinMs,
      `${tookMs}`,
    );
    await client.close();
  },
);

testInWorld(
  "calls that wait for an address to come back go on in the order in which they were made",
  async (world) => {
    const { client, server } = startClient(world, { retries: 3 });
    let refusals = 0;
    server.onRequest = (request) =>
      ++refusals <= 6 ? server.refuse(request, "unavailable", "wait") : server.reply(request, null);
    await world.complete(Promise.all(["1", "2", "3"].map((value) => client.put("k", value))));
    assertEquals(server.calls.slice(-3).map(([, , value]) => value), ["1", "2", "3"]);
    await client.close();
    server.close();
  },
);

testInWorld(
  "no call is made again after its time, nor one that a server refuses for what it is",
  async (world) => {
    const { client, server } = startClient(world, { retries: 3, timeoutMs: 150 });
    server.onRequest = (request) => server.refuse(request, "too_large", "no");
    assertInstanceOf(await rejectionOf(world, client.get("k")), RpcError);
    server.onRequest = (request) => server.refuse(request, "overloaded", "later");
    assertInstanceOf(await rejectionOf(world, client.get("k")), RpcError);
    assertEquals(server.calls.length, 2);
    server.onRequest = () => {};
    assertInstanceOf(await rejectionOf(world, client.get("k")), TimeoutError);
    assertEquals([server.calls.length, world.nowMs], [3, 150]);
    server.onRequest = (request) => server.refuse(request, "unavailable", "wait");
    assertInstanceOf(await rejectionOf(world, client.get("k")), RpcError);
    assertLess(world.nowMs, 150 + 150 + 1);
    await client.close();
    server.close();
  },
);

testInWorld(
  "a call that waits to be made again ends with its signal, or the client",
  async (world) => {
    const { client, server } = startClient(world, { retries: 3 });
    server.close();
    const ending = new AbortController();
    const aborted = client.get("k", { signal: ending.signal });
    await world.advance(1);
    ending.abort(new Error("enough"));
    assertEquals((await rejectionOf(world, aborted) as Error).message, "enough");
    const closed = client.get("k");
    await world.advance(1);
    await client.close();
    assertInstanceOf(await rejectionOf(world, closed), ConnectionError);
    assertEquals(world.nowMs, 2);
  },
);
