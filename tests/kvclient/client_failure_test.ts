import {
  Client,
  ConnectionError,
  FixedRouter,
  isRetriable,
  TimeoutError,
} from "../../kvclient/mod.ts";
import { defaultLimits } from "../../limits.ts";
import { assert, assertEquals, assertInstanceOf, assertRejects } from "../deps.ts";
import { NotingRouter, startClient } from "../support/clients.ts";
import { rejectionOf, rejectionsOf } from "../support/outcomes.ts";
import { testInWorld } from "../support/simulation.ts";

// ---- connections that fail -----------------------------------------------------------------

testInWorld("a call fails with its address when nobody answers there", async (world) => {
  const router = new NotingRouter("server:6001");
  const { client, server } = startClient(world, { router });
  server.close();
  const errors = await rejectionsOf(world, [client.get("k"), client.put("k", "v")]);
  for (const error of errors) {
    assertInstanceOf(error, ConnectionError);
    assertEquals([error.address, error.retrySafe], ["server:6001", true]);
    assert(error.message.includes("server:6001"), error.message);
    assertInstanceOf(error.cause, Deno.errors.ConnectionRefused);
  }
  assertEquals(router.reports, ["server:6001", "server:6001"]);
  await client.close();
});

testInWorld("a call fails when its address is none", async (world) => {
  const environment = world.environment();
  const client = new Client(new FixedRouter("no address"), { environment });
  const error = await rejectionOf(world, client.get("k"));
  assertInstanceOf(error, ConnectionError);
  assertEquals(error.address, "no address");
  await client.close();
});

testInWorld("a call fails when the connection is not made in time", async (world) => {
  const { client, server, endpoint } = startClient(world, { timeoutMs: 60_000 });
  endpoint.reachability = "silent";
  const error = await rejectionOf(world, client.put("k", "v"));
  assertInstanceOf(error, ConnectionError);
  assertEquals([error.address, error.retrySafe], [server.address, true]);
  assertEquals(world.nowMs, defaultLimits.dialTimeoutMs);
  await client.close();
  server.close();
});

testInWorld("a connection that is made too late is closed", async (world) => {
  const { client, server, endpoint } = startClient(world);
  endpoint.latencyMs = 0.6 * defaultLimits.dialTimeoutMs;
  assertInstanceOf(await rejectionOf(world, client.get("k")), ConnectionError);
  await client.close();
  assertEquals(endpoint.connections.length, 0);
  await world.advance(defaultLimits.dialTimeoutMs);
  assertEquals(endpoint.connections.map(({ client }) => client.closed), [true]);
  server.close();
});

testInWorld("calls that were sent fail when the connection is lost", async (world) => {
  const router = new NotingRouter("server:6001");
  const { client, server, endpoint } = startClient(world, { router });
  const calls = [client.get("k"), client.put("k", "v"), client.list(""), client.ping()];
  await world.advance(0);
  assertEquals(server.requests.length, 4);
  endpoint.cut();
  const errors = await rejectionsOf(world, calls) as ConnectionError[];
  for (const error of errors) assertInstanceOf(error, ConnectionError);
  // A Put that was sent may have been executed: again, it could undo another's in between.
  assertEquals(errors.map(({ retrySafe }) => retrySafe), [true, false, true, true]);
  assertEquals(router.reports, Array(4).fill("server:6001"));
  await client.close();
  server.close();
});

testInWorld(
  "calls that were not sent are safe to retry when the connection is lost",
  async (world) => {
    const { client, server, endpoint } = startClient(world);
    endpoint.windowBytes = 0;
    const leaving = client.put("leaving", "v");
    await world.advance(0);
    const waiting = client.put("waiting", "v");
    await world.advance(0);
    endpoint.cut();
    const errors = await rejectionsOf(world, [leaving, waiting]) as ConnectionError[];
    assertEquals(errors.map(({ retrySafe }) => retrySafe), [false, true]);
    await client.close();
    server.close();
  },
);

testInWorld("calls fail when the server ends the connection", async (world) => {
  const { client, server } = startClient(world);
  server.onRequest = ({ stream }) => stream.close();
  const error = await rejectionOf(world, client.get("k"));
  assertInstanceOf(error, ConnectionError);
  await client.close();
  server.close();
});

testInWorld("the next call dials anew when the connection was lost", async (world) => {
  const { client, server, endpoint } = startClient(world);
  server.onRequest = (request) => server.reply(request, "value");
  for (let lives = 1; lives <= 3; lives++) {
    assertEquals(await world.complete(client.get("k")), "value");
    assertEquals(await world.complete(client.get("k")), "value");
    assertEquals(endpoint.dials, lives);
    endpoint.cut();
    await world.advance(0);
  }
  await client.close();
  server.close();
});

testInWorld("a call made while another sees the connection fail dials anew", async (world) => {
  const { client, server, endpoint } = startClient(world);
  server.onRequest = (request) => server.reply(request, "value");
  await world.complete(client.get("k"));
  server.onRequest = () => {};
  const lost = client.get("lost");
  await world.advance(0);
  const retried = lost.catch((error) => {
    assert(isRetriable(error));
    server.onRequest = (request) => server.reply(request, "at last");
    return client.get("again");
  });
  endpoint.cut();
  assertEquals(await world.complete(retried), "at last");
  await client.close();
  server.close();
});

// ---- close ---------------------------------------------------------------------------------

testInWorld("close() rejects open calls and later ones", async (world) => {
  const router = new NotingRouter("server:6001");
  const { client, server, endpoint } = startClient(world, { router });
  const open = client.get("k");
  await world.advance(0);
  await client.close();
  await client.close();
  assertInstanceOf(await rejectionOf(world, open), ConnectionError);
  await assertRejects(() => client.get("k"), Error, "closed");
  await assertRejects(() => client.list(""), Error, "closed");
  await assertRejects(() => client.scan("").next(), Error, "closed");
  assert(endpoint.connections[0].client.closed);
  assertEquals(endpoint.dials, 1);
  // Nothing is wrong with the address.
  assertEquals(router.reports, []);
  server.close();
});

testInWorld("close() ends a connection that is only being made", async (world) => {
  const { client, server, endpoint } = startClient(world);
  endpoint.latencyMs = 100;
  const open = client.put("k", "v");
  await world.advance(50);
  const closed = client.close();
  const error = await rejectionOf(world, open);
  assertInstanceOf(error, ConnectionError);
  assert(error.retrySafe);
  await world.complete(closed);
  await world.advance(1000);
  assert(endpoint.connections.every(({ client }) => client.closed));
  assertEquals(server.requests, []);
  server.close();
});

testInWorld("close() waits only so long when the server never answers", async (world) => {
  const { client, server, endpoint } = startClient(world, { timeoutMs: 1000 });
  endpoint.reachability = "silent";
  assertInstanceOf(await rejectionOf(world, client.get("k")), TimeoutError);
  await world.complete(client.close());
  assert(world.nowMs <= defaultLimits.dialTimeoutMs, `closed after ${world.nowMs} ms`);
  server.close();
});
