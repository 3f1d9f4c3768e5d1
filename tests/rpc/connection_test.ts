import {
  type Call,
  type CallOptions,
  ConnectionError,
  MsgpackError,
  readValue,
  RpcConnection,
  RpcError,
  TimeoutError,
} from "../../rpc/mod.ts";
import { defaultLimits, wireLimits } from "../../limits.ts";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "../deps.ts";
import { MemoryNetwork } from "../support/memory_transport.ts";
import { ScriptedServer } from "../support/scripted_server.ts";
import type { SimulatedWorld } from "../../simulate/world/simulated_environment.ts";
import { testInWorld } from "../support/simulation.ts";

/** A call with one param that gives back whatever the result is. */
function ask(method: string, param: string | Uint8Array = "", repeatable = true): Call<unknown> {
  return {
    method,
    repeatable,
    writeParams(writer) {
      writer.arrayHeader(1);
      if (typeof param === "string") {
        if (!writer.str(param)) throw new TypeError("Cannot use this param");
      } else writer.bin(param);
    },
    readResult: readValue,
  };
}

const options: CallOptions = { timeoutMs: 1000 };

/** A server that says what a test tells it to, and a connection to it. */
function connect(world: SimulatedWorld) {
  const network = new MemoryNetwork(world);
  const server = new ScriptedServer(network, 6001);
  const connection = new RpcConnection(server.address, network, world.environment());
  return {
    endpoint: network.at(server.address),
    server,
    connection,
    async end() {
      await world.complete(connection.close());
      server.close();
    },
  };
}

/** What a promise rejects with. */
function rejection<E extends Error>(
  promise: Promise<unknown>,
  type: abstract new (...args: never[]) => E,
): Promise<E> {
  return assertRejects(() => promise, type as abstract new () => E);
}

testInWorld("RpcConnection matches replies by msgid when they come in any order", async (world) => {
  const { server, connection, end } = connect(world);
  const calls = ["a", "b", "c"].map((name) => connection.call(ask(name), options));
  await world.advance(0);
  const [a, b, c] = server.requests;
  server.reply(c, "to c");
  server.refuse(a, "overloaded", "Cannot now");
  server.reply(b, "to b");
  const results = await world.complete(Promise.allSettled(calls));
  assertEquals(results.slice(1).map((result) => "value" in result && result.value), [
    "to b",
    "to c",
  ]);
  const error = await rejection(calls[0], RpcError);
  assertEquals([error.code, error.message], ["overloaded", "Cannot now"]);
  await end();
});

testInWorld("RpcConnection sends the calls of one turn in one write", async (world) => {
  const { server, endpoint, connection, end } = connect(world);
  server.onRequest = (request) => server.reply(request, request.params[0]);
  // The first three wait for the connection, the others find it open.
  for (const count of [3, 5]) {
    const before = endpoint.connections[0]?.client.writes ?? 0;
    const names = Array.from({ length: count }, (_, i) => `${i}`);
    const results = names.map((name) => connection.call(ask("Echo", name), options));
    assertEquals(await world.complete(Promise.all(results)), names);
    assertEquals(endpoint.connections[0].client.writes, before + 1);
  }
  assertEquals(endpoint.dials, 1);
  await end();
});

testInWorld("RpcConnection leaves nothing charged when it is over", async (world) => {
  const environment = world.environment();
  const network = new MemoryNetwork(world);
  const server = new ScriptedServer(network, 6001);
  server.onRequest = (request) => server.reply(request, null);
  const before = environment.memory.bytes;
  for (const address of [server.address, "127.0.0.1:1"]) {
    const connection = new RpcConnection(address, network, environment);
    const asked = connection.call(ask("Echo", "x".repeat(100_000)), options).catch(() => {});
    await world.complete(asked);
    await world.complete(connection.close());
  }
  assertEquals(environment.memory.bytes, before);
  server.close();
});

testInWorld("RpcConnection gathers calls made while a write is under way", async (world) => {
  const { server, endpoint, connection, end } = connect(world);
  endpoint.windowBytes = 1000;
  server.onRequest = (request) => server.reply(request, request.msgid);
  const first = connection.call(ask("Long", "x".repeat(10_000)), options);
  await world.advance(0);
  const later = [1, 2, 3].map(() => connection.call(ask("Short"), options));
  await world.complete(Promise.all([first, ...later]));
  assertEquals(server.calls.map(([method]) => method), ["Long", "Short", "Short", "Short"]);
  assert(endpoint.connections[0].client.writes <= 2);
  await end();
});

testInWorld(
  "RpcConnection refuses a call that exceeds a frame and goes on with the others",
  async (world) => {
    const { server, endpoint, connection, end } = connect(world);
    server.onRequest = (request) => server.reply(request, request.method);
    const before = connection.call(ask("Before"), options);
    const tooLarge = connection.call(
      ask("Huge", new Uint8Array(wireLimits.frameBytesMax)),
      options,
    );
    const behind = connection.call(ask("Behind"), options);
    const error = await rejection(tooLarge, RpcError);
    assertEquals(error.code, "too_large");
    assertStringIncludes(error.message, `${wireLimits.frameBytesMax}`);
    assertEquals(await world.complete(Promise.all([before, behind])), ["Before", "Behind"]);
    assertEquals(endpoint.dials, 1);
    await end();
  },
);

testInWorld(
  "RpcConnection refuses a call whose params cannot be written and goes on",
  async (world) => {
    const { server, connection, end } = connect(world);
    server.onRequest = (request) => server.reply(request, request.method);
    const before = connection.call(ask("Before"), options);
    await rejection(connection.call(ask("Lone", "\ud800"), options), TypeError);
    const behind = connection.call(ask("Behind"), options);
    assertEquals(await world.complete(Promise.all([before, behind])), ["Before", "Behind"]);
    await end();
  },
);

testInWorld(
  "RpcConnection ends a call in time, each by its own, and ignores the late reply",
  async (world) => {
    const { server, connection, end } = connect(world);
    const calls = [300, 100, 200].map((timeoutMs) => connection.call(ask("Slow"), { timeoutMs }));
    const endedMs: number[] = [];
    for (const call of calls) call.catch(() => endedMs.push(world.nowMs));
    await world.advance(250);
    assertEquals(endedMs, [100, 200]);
    const error = await rejection(calls[1], TimeoutError);
    assertStringIncludes(error.message, `Cannot wait longer for ${server.address}`);
    assertEquals(error.retrySafe, true);
    for (const request of server.requests) server.reply(request, "late");
    assertEquals(await world.complete(calls[0]), "late");
    const next = connection.call(ask("Next"), options);
    await world.advance(0);
    server.reply(server.requests[3], "in time");
    assertEquals(await world.complete(next), "in time");
    await end();
  },
);

testInWorld(
  "RpcConnection lets a call wait for ever when its timeout is endless",
  async (world) => {
    const { server, connection, end } = connect(world);
    const call = connection.call(ask("Slow"), { timeoutMs: Infinity });
    await world.advance(1_000_000);
    server.reply(server.requests[0], "at last");
    assertEquals(await world.complete(call), "at last");
    await end();
  },
);

testInWorld(
  "RpcConnection ends a call with the signal's reason when it is aborted",
  async (world) => {
    const { server, connection, end } = connect(world);
    const abort = new AbortController();
    const call = connection.call(ask("Slow"), { ...options, signal: abort.signal });
    const other = connection.call(ask("Other"), { ...options, signal: abort.signal });
    await world.advance(0);
    server.reply(server.requests[1], "answered");
    assertEquals(await world.complete(other), "answered");
    const reason = new Error("no longer needed");
    abort.abort(reason);
    assertEquals(await rejection(call, Error), reason);
    const late = connection.call(ask("Late"), { ...options, signal: abort.signal });
    assertEquals(await rejection(late, Error), reason);
    assertEquals(server.requests.length, 2);
    await end();
  },
);

// ---- the end of a connection ----------------------------------------------------------------

/** What the open calls, one repeatable and one not, reject with once `happening` has happened. */
async function lostBy(
  world: SimulatedWorld,
  happening: (parts: ReturnType<typeof connect>) => void,
): Promise<ConnectionError[]> {
  const parts = connect(world);
  const calls = [true, false].map((repeatable) =>
    parts.connection.call(ask("Call", "", repeatable), options)
  );
  await world.advance(0);
  happening(parts);
  await world.complete(Promise.allSettled(calls));
  assert(parts.connection.closed);
  const errors = await Promise.all(calls.map((call) => rejection(call, ConnectionError)));
  const late = await rejection(parts.connection.call(ask("Late"), options), ConnectionError);
  for (const error of [...errors, late]) assertEquals(error.address, parts.server.address);
  assertEquals(late.retrySafe, true);
  await parts.end();
  return errors;
}

const ends: [string, (parts: ReturnType<typeof connect>) => void, string][] = [
  ["the server ends it", ({ server }) => server.close(), "the server ended the connection"],
  ["it is reset", ({ endpoint }) => endpoint.cut(), "the connection was lost: Connection reset"],
  ["it is closed here", ({ connection }) => void connection.close(), "it was closed"],
  [
    "a reply is no response",
    ({ server }) => server.send(server.requests[0], ["no", "response"]),
    "the connection was lost: Cannot read a response",
  ],
  [
    "a reply's length is out of bounds",
    ({ server }) => void server.requests[0].stream.write(new Uint8Array(4)),
    "the connection was lost: Cannot read a frame of 0 bytes",
  ],
];

for (const [name, happening, why] of ends) {
  testInWorld(
    `RpcConnection fails its open calls and says who and why when ${name}`,
    async (world) => {
      const errors = await lostBy(world, happening);
      assertEquals(errors.map(({ retrySafe }) => retrySafe), [true, false]);
      for (const { message } of errors) {
        assertStringIncludes(message, "Cannot call Call at server:6001");
        assertStringIncludes(message, why);
      }
    },
  );
}

testInWorld(
  "RpcConnection ends when a result is not understood, and says so to that call",
  async (world) => {
    const { server, connection, end } = connect(world);
    const picky: Call<string> = {
      ...ask("Picky"),
      repeatable: false,
      readResult() {
        throw new MsgpackError("the result is not a pong");
      },
    };
    const call = connection.call(picky, options);
    await world.advance(0);
    server.reply(server.requests[0], "ping");
    await world.complete(Promise.allSettled([call]));
    const error = await rejection(call, ConnectionError);
    assertStringIncludes(error.message, "its reply is not understood: the result is not a pong");
    assertEquals([error.retrySafe, connection.closed], [false, true]);
    await end();
  },
);

testInWorld("RpcConnection says that a retry is safe when nobody was reached", async (world) => {
  const network = new MemoryNetwork(world);
  const connection = new RpcConnection("server:6001", network, world.environment());
  const call = connection.call(ask("Put", "", false), options);
  await world.complete(Promise.allSettled([call]));
  const error = await rejection(call, ConnectionError);
  assertStringIncludes(error.message, "nothing answers there: Connection refused");
  assertEquals([error.retrySafe, connection.closed], [true, true]);
  await connection.close();
});

testInWorld("RpcConnection refuses a call when too much waits to be sent", async (world) => {
  const network = new MemoryNetwork(world);
  network.at("server:6001").reachability = "silent";
  const limits = { ...defaultLimits, outgoingBytesMax: 10_000 };
  const connection = new RpcConnection("server:6001", network, world.environment({ limits }));
  const refused: ConnectionError[] = [];
  for (let i = 0; i < 12; i++) {
    connection.call(ask("Put", new Uint8Array(980), false), options).catch((e) => refused.push(e));
  }
  await world.advance(0);
  assertEquals(refused.map(({ retrySafe }) => retrySafe), [true, true]);
  assertStringIncludes(refused[0].message, "more than 10000 bytes wait to be sent");
  await world.complete(connection.close());
  assertEquals(refused.length, 12);
});

testInWorld("RpcConnection.close() gives up a dial that nobody answers", async (world) => {
  const network = new MemoryNetwork(world);
  network.at("server:6001").reachability = "silent";
  const connection = new RpcConnection("server:6001", network, world.environment());
  const call = connection.call(ask("Put", "", false), options);
  await world.advance(100);
  await world.complete(Promise.allSettled([call, connection.close()]));
  assertEquals(world.nowMs, 100);
  assertEquals((await rejection(call, ConnectionError)).retrySafe, true);
});

testInWorld("RpcConnection gives up when nobody answers its dialing in time", async (world) => {
  const network = new MemoryNetwork(world);
  network.at("server:6001").reachability = "silent";
  const connection = new RpcConnection("server:6001", network, world.environment());
  const call = connection.call(ask("Put", "", false), {
    timeoutMs: 2 * defaultLimits.dialTimeoutMs,
  });
  const gaveUpMs = call.catch(() => world.nowMs);
  assertEquals(await world.complete(gaveUpMs), defaultLimits.dialTimeoutMs);
  assertEquals((await rejection(call, ConnectionError)).retrySafe, true);
});
