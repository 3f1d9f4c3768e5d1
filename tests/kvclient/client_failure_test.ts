import {
  Client,
  ConnectionError,
  errorCodes,
  FixedRouter,
  isRetriable,
  RpcError,
  TimeoutError,
} from "../../kvclient/mod.ts";
import { dialTimeoutMs, silenceMsMax } from "../../limits.ts";
import { assert, assertEquals, assertInstanceOf, assertRejects } from "../deps.ts";
import { startClient } from "../support/clients.ts";
import { rejectionOf, rejectionsOf } from "../support/outcomes.ts";
import { testInWorld } from "../support/simulation.ts";

/** A router to one address that notes what is reported to it. */
class NotingRouter extends FixedRouter {
  reports: string[] = [];

  reportFailure(address: string): void {
    this.reports.push(address);
  }
}

// ---- connections that fail ------------------------------------------------------------------

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
  assertEquals(world.nowMs, dialTimeoutMs);
  await client.close();
  server.close();
});

testInWorld("a connection that is made too late is closed", async (world) => {
  const { client, server, endpoint } = startClient(world);
  endpoint.latencyMs = 0.6 * dialTimeoutMs;
  assertInstanceOf(await rejectionOf(world, client.get("k")), ConnectionError);
  await client.close();
  assertEquals(endpoint.connections.length, 0);
  await world.advance(dialTimeoutMs);
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

// ---- time -----------------------------------------------------------------------------------

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
  while (world.nowMs < silenceMsMax) {
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
    while (world.nowMs < 2 * silenceMsMax) {
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

// ---- abort ----------------------------------------------------------------------------------

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

// ---- close ----------------------------------------------------------------------------------

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
  assert(world.nowMs <= dialTimeoutMs, `closed after ${world.nowMs} ms`);
  server.close();
});

// ---- replies --------------------------------------------------------------------------------

const notUnderstood: [name: string, reply: (msgid: number) => unknown][] = [
  ["a number for a str", (msgid) => [1, msgid, null, 7]],
  ["an error that is no pair", (msgid) => [1, msgid, "failed", null]],
  ["an error whose code is no str", (msgid) => [1, msgid, [1, "failed"], null]],
  ["a request", (msgid) => [0, msgid, "Get", ["k"]]],
  ["no array", () => "hello"],
];

for (const [name, reply] of notUnderstood) {
  testInWorld(`a call fails when its reply is not understood: ${name}`, async (world) => {
    const { client, server, endpoint } = startClient(world);
    server.onRequest = (request) => {
      if (request.method === "Get") server.send(request, reply(request.msgid));
    };
    const calls = [client.put("k", "v"), client.get("k")];
    const errors = await rejectionsOf(world, calls) as ConnectionError[];
    for (const error of errors) assertInstanceOf(error, ConnectionError);
    assertEquals(errors.map(({ retrySafe }) => retrySafe), [false, true]);
    assert(endpoint.connections[0].client.closed);
    // The next connection has nothing to do with it.
    server.onRequest = (request) => server.reply(request, "value");
    assertEquals(await world.complete(client.get("k")), "value");
    await client.close();
    server.close();
  });
}

const brokenBytes: [name: string, bytes: number[]][] = [
  ["a frame of no length", [0, 0, 0, 0]],
  ["a frame beyond all length", [0xff, 0xff, 0xff, 0xff]],
  ["bytes that are not msgpack", [0, 0, 0, 1, 0xc1]],
  ["a str that is not UTF-8", [0, 0, 0, 7, 0x94, 1, 1, 0xc0, 0xa2, 0xff, 0xff]],
  ["a frame cut off by the end", [0, 0, 0, 9, 0x94]],
];

for (const [name, bytes] of brokenBytes) {
  testInWorld(`a call fails when the server sends ${name}`, async (world) => {
    const { client, server } = startClient(world);
    server.onRequest = ({ stream }) => {
      stream.write(new Uint8Array(bytes));
      stream.closeWrite();
    };
    assertInstanceOf(await rejectionOf(world, client.get("k")), ConnectionError);
    await client.close();
    server.close();
  });
}

testInWorld("a reply to no call is ignored", async (world) => {
  const { client, server } = startClient(world);
  server.onRequest = (request) => {
    server.send(request, [1, request.msgid + 1, null, "for nobody"]);
    server.send(request, [1, request.msgid + 2, ["internal", "for nobody"], null]);
    server.reply(request, "value");
    server.reply(request, "twice");
  };
  assertEquals(await world.complete(client.get("k")), "value");
  assertEquals(await world.complete(client.get("k")), "value");
  await client.close();
  server.close();
});

for (const code of [...errorCodes, "a_code_of_the_future"]) {
  testInWorld(`a call fails with an RpcError when the server says ${code}`, async (world) => {
    const router = new NotingRouter("server:6001");
    const { client, server, endpoint } = startClient(world, { router });
    server.onRequest = (request) => server.refuse(request, code, `Cannot: ${code}`);
    const error = await rejectionOf(world, client.put("k", "v"));
    assertInstanceOf(error, RpcError);
    assertEquals([error.code, error.message], [code, `Cannot: ${code}`]);
    server.onRequest = (request) => server.reply(request, "value");
    assertEquals(await world.complete(client.get("k")), "value");
    assertEquals([endpoint.dials, router.reports], [1, []]);
    await client.close();
    server.close();
  });
}

const retriable: [error: unknown, expected: boolean][] = [
  [new ConnectionError("a:1", true, "lost"), true],
  [new ConnectionError("a:1", false, "lost"), false],
  [new TimeoutError("a:1", true, 1), true],
  [new TimeoutError("a:1", false, 1), false],
  ...errorCodes.map((code): [unknown, boolean] => [
    new RpcError(code, "no"),
    code === "overloaded" || code === "unavailable",
  ]),
  [new RpcError("a_code_of_the_future", "no"), false],
  [new TypeError("no"), false],
  ["overloaded", false],
  [undefined, false],
];

for (const [error, expected] of retriable) {
  const { code = "", retrySafe = "" } = Object(error);
  Deno.test(`isRetriable() is ${expected} for ${error} ${code}${retrySafe}`, () => {
    assertEquals(isRetriable(error), expected);
  });
}
