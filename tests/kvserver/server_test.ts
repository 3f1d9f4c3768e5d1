import { Server, ServerOptionError, type ServerOptions } from "../../kvserver/mod.ts";
import {
  type ByteListener,
  type ByteStream,
  parseAddress,
  tcpTransport,
  type Transport,
} from "../../rpc/mod.ts";
import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "../deps.ts";
import { sentence } from "../support/rpc/bad_input.ts";
import { RawSocket } from "../support/rpc/raw_socket.ts";
import { requestFrame } from "../support/rpc/wire.ts";
import { areFree, freePorts, portOf, rebinding, tryListen } from "../support/ports.ts";
import { serve } from "./serving.ts";

Deno.test("Server.start() binds the system port and the query ports that follow it", async () => {
  const startPort = freePorts(4);
  await using served = await serve({ startPort, queryActorCount: 3 });
  assertEquals(served.server.address, `127.0.0.1:${startPort}`);
  assertEquals(
    served.server.queryAddresses,
    [1, 2, 3].map((i) => `127.0.0.1:${startPort + i}`),
  );
  for (const address of served.server.queryAddresses) await served.newClient(address).ping();
});

Deno.test("Server.start() lets the machine choose all ports when startPort is 0", async () => {
  await using served = await serve({ startPort: 0, queryActorCount: 3 });
  const ports = [served.server.address, ...served.server.queryAddresses].map(portOf);
  assertEquals(new Set(ports).size, 4);
  assert(!ports.includes(0));
});

Deno.test("Server.start() starts one query actor per core when it is not told how many", async () => {
  await using served = await serve({ queryActorCount: undefined });
  assertEquals(served.server.queryAddresses.length, Math.min(navigator.hardwareConcurrency, 256));
});

for (const taken of [0, 1, 2, 3]) {
  Deno.test(`Server.start() fails and frees what it bound when port ${taken} of 0 to 3 is taken`, async () => {
    const startPort = freePorts(4);
    const listener = tryListen(startPort + taken)!;
    const others = [0, 1, 2, 3].filter((i) => i !== taken).map((i) => startPort + i);
    try {
      const error = await assertRejects(
        () => Server.start({ startPort, queryActorCount: 3 }),
        Error,
        `Cannot listen on 127.0.0.1:${startPort + taken}: `,
      );
      assertMatch(error.message.split("\n")[0], /in use/i);
      assert(error.cause instanceof Deno.errors.AddrInUse);
      assert(areFree(...others));
    } finally {
      listener.close();
    }
  });
}

const refusedOptions: [name: string, options: ServerOptions][] = [
  ...[0, -1, 1.5, 257, NaN, Infinity].map((queryActorCount): [string, ServerOptions] => [
    `queryActorCount is ${queryActorCount}`,
    { startPort: 0, queryActorCount },
  ]),
  ...[-1, 1.5, 65536, NaN].map((startPort): [string, ServerOptions] => [
    `startPort is ${startPort}`,
    { startPort, queryActorCount: 1 },
  ]),
  ["no port is left for a query actor", { startPort: 65535, queryActorCount: 1 }],
  ["no port is left for the last", { startPort: 65533, queryActorCount: 3 }],
  ["advertise is no address", { startPort: 0, queryActorCount: 1, advertise: "nowhere" }],
  ["advertise has no port", { startPort: 0, queryActorCount: 1, advertise: "example.com:" }],
  ["advertise is no address that others dial", {
    startPort: 0,
    queryActorCount: 1,
    advertise: "m\u00fcller.example:7000",
  }],
];

for (const [name, options] of refusedOptions) {
  Deno.test(`Server.start() refuses an option and binds nothing when ${name}`, async () => {
    const network = new CountingTransport();
    const error = await assertRejects(
      () => Server.start({ ...options, transport: network }),
      ServerOptionError,
      "Cannot use ",
    );
    assertStringIncludes(error.message, "allowed is");
    assertEquals(network.listened, 0);
  });
}

/** TCP that counts how often a port was bound. */
class CountingTransport implements Transport {
  listened = 0;

  listen(hostname: string, port: number): ByteListener {
    this.listened++;
    return tcpTransport.listen(hostname, port);
  }

  connect(address: string): Promise<ByteStream> {
    return tcpTransport.connect(address);
  }
}

Deno.test("Server.close() frees all ports at once and ends all connections", async () => {
  const startPort = freePorts(3);
  const options: ServerOptions = { startPort, queryActorCount: 2 };
  for (let round = 0; round < 3; round++) {
    await using served = await rebinding(() => serve(options));
    using idle = await RawSocket.connect(served.address);
    using half = await RawSocket.connect(served.server.address);
    await idle.ask("Ping");
    await half.send(requestFrame(1, "Ping", []).subarray(0, 3));
    await served.server.close();
    await idle.expectEnd();
    assert(areFree(startPort, startPort + 1, startPort + 2));
    await served.server.close();
  }
});

Deno.test("Server.close() resolves when queries are being answered", async () => {
  const served = await serve();
  await served.client.put("k", "v".repeat(100_000));
  const gets = Array.from({ length: 1000 }, () => served.client.get("k"));
  const settled = Promise.allSettled(gets);
  await gets[0];
  await served.server.close();
  const results = await settled;
  assertEquals(results.length, 1000);
  assertEquals(served.faults, []);
  await served[Symbol.asyncDispose]();
});

Deno.test("Server.close() resolves when a client reads none of its replies", async () => {
  const served = await serve();
  await served.client.put("k", "v".repeat(8_000_000));
  using socket = await RawSocket.connect(served.address);
  for (let i = 0; i < 10; i++) await socket.send(requestFrame(i, "Get", ["k"]));
  await served.client.ping();
  await served[Symbol.asyncDispose]();
});

Deno.test("several query actors come to hold what one of them was given", async () => {
  await using served = await serve({ queryActorCount: 2 });
  const other = served.newClient(served.server.queryAddresses[1]);
  await served.client.put("k", "v");
  assertEquals(await served.client.get("k"), "v");
  while (await other.get("k") !== "v");
});

Deno.test("Server.description is JSON that tells a later server where this one is", async () => {
  await using served = await serve({ queryActorCount: 2 });
  const { address, queryAddresses, description } = served.server;
  const told = JSON.parse(description);
  assertEquals([told.address, told.queryAddresses], [address, queryAddresses]);
  assertMatch(told.incarnation, /^[0-9a-f]{16}$/);
});

Deno.test("Server.start() tells others the address it is to advertise", async () => {
  await using served = await serve({ queryActorCount: 2, advertise: "kv.example.com:7000" });
  const { address, queryAddresses, description } = served.server;
  assertEquals(address, "kv.example.com:7000");
  assertEquals(queryAddresses.map((query) => parseAddress(query).hostname), [
    "kv.example.com",
    "kv.example.com",
  ]);
  assertEquals(JSON.parse(description).address, address);
});

Deno.test("the system port answers Describe, Ping and Stats, whatever trails", async () => {
  await using served = await serve();
  using socket = await RawSocket.connect(served.server.address);
  assertEquals(await socket.ask("Ping"), "pong");
  assertEquals(await socket.ask("Describe"), served.server.description);
  assertEquals(await socket.ask("Describe", { newer: true }, [1]), served.server.description);
  assertEquals(await socket.ask("Ping", "trailing"), "pong");
  await served.client.get("k");
  const stats = await socket.ask("Stats") as Record<string, unknown>;
  // The query, and before it the messages that start the server's sync actor, and name the query ports to it.
  assertEquals([stats.messagesSentExternal, stats.channelRefsUsed, stats.ready], [3, 1, true]);
  assertEquals([stats.clientConnections, stats.disk], [1, "none"]);
  // The connection is charged for its request until that is answered.
  assertEquals({ ...stats, memoryBytes: 0 }, { ...served.server.stats(), memoryBytes: 0 });
});

Deno.test("the system port refuses what only a query port knows, and the connection lives", async () => {
  await using served = await serve();
  using socket = await RawSocket.connect(served.server.address);
  for (const [method, ...params] of [["Get", "k"], ["Put", "k", "v"], ["__proto__"], [""]]) {
    const error = await socket.askInVain(method, ...params);
    assertEquals(error.code, "unknown_method");
    assertMatch(error.message, sentence);
    assertStringIncludes(error.message, "Describe, Ping, Stats");
  }
  assertEquals(await socket.ask("Ping"), "pong");
});
