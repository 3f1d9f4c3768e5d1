import { TimeoutError } from "../../kvclient/mod.ts";
import { defaultLimits } from "../../limits.ts";
import { assertEquals, assertInstanceOf, assertMatch } from "../deps.ts";
import { NotingRouter, startClient } from "../support/clients.ts";
import { rejectionOf, rejectionsOf } from "../support/outcomes.ts";
import { testInWorld } from "../support/simulation.ts";

const { dialTimeoutMs, standstillMs } = defaultLimits;

// ---- time ----------------------------------------------------------------------------------

testInWorld("a call fails when no reply comes in time", async (world) => {
  const router = new NotingRouter("server:6001");
  const { client, server, environment } = startClient(world, { router, timeoutMs: 300 });
  const failedAt: [string, number][] = [];
  const errors: TimeoutError[] = [];
  const start = (name: string, call: Promise<unknown>) =>
    call.catch((error) => {
      failedAt.push([name, world.nowMs]);
      errors.push(error);
    });
  start("get", client.get("k"));
  start("put", client.put("k", "v", { timeoutMs: 100 }));
  start("list", client.list("", { timeoutMs: 200 }));
  const endless = client.get("k", { timeoutMs: Infinity });
  await world.advance(1_000_000);
  assertEquals(failedAt, [["put", 100], ["list", 200], ["get", 300]]);
  assertEquals(environment.pendingTimers, 0);
  for (const error of errors) {
    assertInstanceOf(error, TimeoutError);
    assertEquals(error.address, "server:6001");
  }
  // A Put that may have been executed, or may still be.
  assertEquals(errors.map(({ retrySafe }) => retrySafe), [false, true, true]);
  assertEquals(router.reports, Array(3).fill("server:6001"));
  await client.close();
  await rejectionOf(world, endless);
  server.close();
});

testInWorld("a late reply is ignored when its call has timed out", async (world) => {
  const { client, server, endpoint } = startClient(world, { timeoutMs: 100 });
  const late = client.get("late");
  assertInstanceOf(await rejectionOf(world, late), TimeoutError);
  const next = client.get("next");
  await world.advance(0);
  const [lateRequest, nextRequest] = server.requests;
  server.reply(lateRequest, "for the late one");
  server.reply(nextRequest, "for the next one");
  assertEquals(await world.complete(next), "for the next one");
  assertEquals(endpoint.dials, 1);
  await client.close();
  server.close();
});

testInWorld("a connection that stays silent is given up, and dialed anew", async (world) => {
  const { client, server, endpoint } = startClient(world, { timeoutMs: 1_000 });
  // Not a word comes back, and no end of the connection either.
  while (world.nowMs < defaultLimits.silenceMsMax) {
    assertInstanceOf(await rejectionOf(world, client.get("k")), TimeoutError);
    assertEquals(endpoint.dials, 1);
  }
  server.onRequest = (request) => server.reply(request, "here");
  assertEquals(await world.complete(client.get("k")), "here");
  assertEquals(endpoint.dials, 2);
  await client.close();
  server.close();
});

testInWorld(
  "a connection on which others are answered is kept when calls time out",
  async (world) => {
    const { client, server, endpoint } = startClient(world, { timeoutMs: 1_000 });
    server.onRequest = (request) => {
      if (request.params[0] === "answered") server.reply(request, "here");
    };
    while (world.nowMs < 2 * defaultLimits.silenceMsMax) {
      const ignored = client.get("ignored");
      assertEquals(await world.complete(client.get("answered")), "here");
      assertInstanceOf(await rejectionOf(world, ignored), TimeoutError);
    }
    assertEquals(endpoint.dials, 1);
    await client.close();
    server.close();
  },
);

testInWorld("no timer is left when every call has its reply or its timeout", async (world) => {
  const { client, server, environment } = startClient(world);
  await rejectionOf(world, client.get("k", { timeoutMs: 10 }));
  server.onRequest = (request) => server.reply(request, "value");
  await world.complete(Promise.all([client.get("a"), client.get("b")]));
  assertEquals(environment.pendingTimers, 0);
  await client.close();
  server.close();
});

// ---- abort ---------------------------------------------------------------------------------

testInWorld("a call fails with the signal's reason when it is aborted before", async (world) => {
  const { client, server } = startClient(world);
  const signal = AbortSignal.abort(new Error("never mind"));
  const calls = [
    client.get("k", { signal }),
    client.put("k", "v", { signal }),
    client.list("", { signal }),
    client.scan("", { signal }).next(),
  ];
  for (const error of await rejectionsOf(world, calls)) assertEquals(error, signal.reason);
  assertEquals(server.requests, []);
  await client.close();
  server.close();
});

testInWorld("a call fails with the signal's reason when it is aborted meanwhile", async (world) => {
  const { client, server, endpoint, environment } = startClient(world);
  const aborter = new AbortController();
  const reason = new Error("never mind");
  const aborted = client.get("aborted", { signal: aborter.signal });
  await world.advance(0);
  aborter.abort(reason);
  assertEquals(await rejectionOf(world, aborted), reason);
  assertEquals(environment.pendingTimers, 0);

  const other = client.get("other");
  await world.advance(0);
  for (const request of server.requests) server.reply(request, request.params[0]);
  assertEquals(await world.complete(other), "other");
  assertEquals(endpoint.dials, 1);
  await client.close();
  server.close();
});

testInWorld("an abort changes nothing when the call is over", async (world) => {
  const { client, server } = startClient(world);
  const aborter = new AbortController();
  server.onRequest = (request) => server.reply(request, "value");
  assertEquals(await world.complete(client.get("k", { signal: aborter.signal })), "value");
  const failed = client.get("k", { signal: aborter.signal, timeoutMs: 50 });
  server.onRequest = () => {};
  assertInstanceOf(await rejectionOf(world, failed), TimeoutError);
  aborter.abort();
  await world.advance(0);
  await client.close();
  server.close();
});

for (const timeoutMs of [5_000, 50_000]) {
  testInWorld(
    `a process that stood still reads what came meanwhile before it gives up after ${timeoutMs} ms`,
    async (world) => {
      const { client, server, endpoint } = startClient(world, { timeoutMs });
      const asked = client.get("k");
      const lost = client.get("nobody answers this");
      await world.advance(1_000);
      // It arrives after the deadline, and the process stands still over both.
      endpoint.latencyMs = 60_000;
      server.reply(server.requests[0], "v");
      world.spend(100_000);
      assertEquals(await world.complete(asked), "v");
      const startMs = world.nowMs;
      assertInstanceOf(await rejectionOf(world, lost), TimeoutError);
      assertEquals(world.nowMs - startMs, standstillMs);
      await client.close();
      server.close();
    },
  );
}

testInWorld("a process that stood still while it dialed looks once more", async (world) => {
  const { client, server, endpoint } = startClient(world, { timeoutMs: Infinity });
  endpoint.latencyMs = dialTimeoutMs / 2 + standstillMs / 4;
  server.onRequest = (request) => server.reply(request, "v");
  const answer = client.get("k");
  await world.advance(dialTimeoutMs - standstillMs);
  world.spend(100 * standstillMs);
  assertEquals(await world.complete(answer), "v");
  endpoint.cut();
  await world.advance(0);
  endpoint.reachability = "silent";
  const error = await rejectionOf(world, client.get("k"));
  assertMatch((error as Error).message, /no connection within 5000 ms/);
  await client.close();
  server.close();
});
