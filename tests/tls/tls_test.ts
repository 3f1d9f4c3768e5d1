import { problemsOf } from "../../app/commands/health.ts";
import { Client } from "../../kvclient/mod.ts";
import { Server, type ServerOptions } from "../../kvserver/mod.ts";
import {
  canAskForCertificates,
  ConnectionError,
  parseAddress,
  TlsError,
  type TlsSettings,
  TlsTransport,
} from "../../rpc/mod.ts";
import { assert, assertEquals, assertInstanceOf, assertMatch, assertRejects } from "../deps.ts";
import { openHttpPort } from "../support/http_port.ts";
import { MemoryLog } from "../support/memory_log.ts";
import { RawSocket } from "../support/rpc/raw_socket.ts";
import { requestFrame } from "../support/rpc/wire.ts";
import { makeToken } from "../support/tokens.ts";
import { until } from "../support/until.ts";
import { authorities, settingsOf, trusting } from "./certificates.ts";

const patience = { timeoutMs: 10_000 };

/** Runs `body` with a server, whose log it is given, and a client that is served all the while. */
async function withServer(
  options: ServerOptions,
  body: (server: Server, log: MemoryLog) => Promise<void>,
): Promise<void> {
  const log = new MemoryLog();
  const server = await Server.start({ startPort: 0, queryActorCount: 1, log, ...options });
  const witness = new Client(server.queryAddresses, { tls: options.tls && trusting });
  try {
    await witness.put("witness", "before");
    await body(server, log);
    assertEquals(await witness.get("witness"), "before");
  } finally {
    await witness.close();
    await server.close();
  }
}

/** A second, on a machine that has much else to do; what ends an attempt of itself takes longer by far. */
const secondMs = 5_000;

/** Asks a server by a client of these settings, which is refused. @returns the error's text. */
async function refusal(address: string, tls: TlsSettings | undefined): Promise<string> {
  await using client = new Client(address, { tls });
  const startMs = performance.now();
  const error = await assertRejects(() => client.get("key"), ConnectionError);
  assertInstanceOf(error.cause, TlsError);
  assert(performance.now() - startMs < secondMs, "it takes longer than a second");
  return error.message;
}

/** Waits for a line of a log. */
async function logged(log: MemoryLog, pattern: RegExp): Promise<void> {
  await until(
    `the log has ${pattern}`,
    () => log.lines.some((line) => pattern.test(line)),
    { timeoutMs: secondMs },
  );
}

Deno.test("all ports of a server speak TLS, and its threads too", async () => {
  const tls = await settingsOf();
  await withServer({ tls, queryActorCount: 2, threads: 2 }, async (server) => {
    for (const address of server.queryAddresses) {
      await using client = new Client(address, { tls: trusting });
      await client.put(`key of ${address}`, "x".repeat(3_000_000));
      assertEquals((await client.get(`key of ${address}`) as string).length, 3_000_000);
    }
    const caCerts = [authorities.own.cert];
    const ask = async (address: string, request: Uint8Array) => {
      using conn = await Deno.connectTls({ ...parseAddress(address), caCerts });
      await conn.write(request);
      const bytes = new Uint8Array(1_000);
      return new TextDecoder().decode(bytes.subarray(0, await conn.read(bytes) ?? 0));
    };
    assertEquals(
      await ask(server.queryAddresses[0], new TextEncoder().encode("PING\r\n")),
      "+PONG\r\n",
    );
    assertMatch(await ask(server.address, requestFrame(1, "Ping", [])), /pong$/);
    const http = await openHttpPort({ transport: new TlsTransport(tls) });
    http.show(server);
    using trustingClient = Deno.createHttpClient({ caCerts });
    const response = await fetch(`https://${http.address}/readyz`, { client: trustingClient });
    assertEquals(await response.text(), "ready\n");
    await http.close();
  });
});

Deno.test("a client verifies a server: by its CA, its name, and the time", async () => {
  const cases: [TlsSettings, TlsSettings, RegExp][] = [
    [await settingsOf({ by: authorities.foreign }), trusting, /of no CA that is trusted here/],
    [await settingsOf(), {}, /of no CA that is trusted here/],
    [await settingsOf({ names: ["other.example"] }), trusting, /for other names/],
    [await settingsOf({ names: ["127.0.0.2"] }), trusting, /for other names/],
    [await settingsOf({ days: 0.5 }), trusting, /has expired/],
  ];
  for (const [server, client, said] of cases) {
    const log = new MemoryLog();
    const options = { startPort: 0, queryActorCount: 1, log, tls: server };
    const started = await Server.start(options);
    try {
      assertMatch(await refusal(started.queryAddresses[0], client), said);
      await logged(
        log,
        /No TLS connection of 127.0.0.1:\d+ to the query ports comes about: the other end /,
      );
    } finally {
      await started.close();
    }
  }
});

Deno.test("a client that is gone without a word, as one that is killed, is nothing of TLS", async () => {
  const tls = await settingsOf();
  await withServer({ tls }, async ({ queryAddresses: [address] }, log) => {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const dialing = new TlsTransport(trusting).connect(`127.0.0.1:${listener.addr.port}`);
    const client = await listener.accept();
    const server = await Deno.connect(parseAddress(address));
    // What is between them passes their bytes on, until one of them is gone.
    const toServer = client.readable.pipeTo(server.writable, { preventClose: true }).catch(
      () => {},
    );
    const toClient = server.readable.pipeTo(client.writable).catch(() => {});
    const stream = await dialing;
    await stream.write(new TextEncoder().encode("PING\r\n"));
    assertEquals(await stream.read(new Uint8Array(100)), 7);
    // The server sees the end of the bytes, and none of the words that end TLS before.
    await server.closeWrite();
    await toClient;
    assertEquals(log.lines.filter((line) => /TLS/.test(line)), []);
    stream.close();
    await toServer;
  });
});

Deno.test("servers verify each other, and sync in TLS", async () => {
  const tls = await settingsOf();
  await withServer({ tls }, async (first) => {
    const other = { startPort: 0, queryActorCount: 1, tls, join: [first.address] };
    const second = await Server.start(other);
    await using a = new Client(first.queryAddresses, { tls: trusting });
    await using b = new Client(second.queryAddresses, { tls: trusting });
    await a.put("from", "a");
    await b.put("to", "b");
    await until(
      "both have both",
      async () => await b.get("from") === "a" && await a.get("to") === "b",
      patience,
    );
    await second.close();
  });
});

for (
  const [what, by, days] of [
    ["of another CA", authorities.foreign, 30],
    ["whose certificate has expired", authorities.own, 0.5],
  ] as const
) {
  Deno.test(`a server ${what} exchanges nothing, and is named in the log`, async () => {
    const [good, bad] = await Promise.all([settingsOf(), settingsOf({ by, days })]);
    await withServer({ tls: good }, async (first, log) => {
      // It trusts the first one, which does not trust it.
      const own = new MemoryLog();
      const start = { startPort: 0, queryActorCount: 1, tls: bad, log: own };
      const second = await Server.start({ ...start, join: [first.address] });
      await using a = new Client(first.queryAddresses, { tls: trusting });
      await a.put("secret", "a");
      await logged(
        log,
        /Cannot connect to the system at .*the certificate (is of no CA|has expired)/,
      );
      await logged(own, /No TLS connection of .* to the system port comes about/);
      const members = await a.members();
      assert(members.every(({ state }) => state !== "up"), JSON.stringify(members));
      assertEquals(second.stats().remoteBytesReceived, 0);
      await until(
        "it says of itself that it is refused",
        () =>
          problemsOf({ stats: { ...second.stats() } }).some((it) => /is refused by 1 /.test(it)),
        patience,
      );
      await second.close();
    });
  });
}

Deno.test("setTls() has all threads use another certificate; open connections stay", async () => {
  const [first, second] = await Promise.all([
    settingsOf(),
    settingsOf({ by: authorities.foreign }),
  ]);
  const options = { tls: first, queryActorCount: 2, threads: 2 };
  await withServer(options, async (server) => {
    const { cert } = first;
    await assertRejects(() => server.setTls({ cert, key: "none" }), Error);
    for (const address of [...server.queryAddresses, server.address]) {
      await (await new TlsTransport(trusting).connect(address)).close();
    }
    await server.setTls(second);
    const trustsOther = new TlsTransport({ ca: authorities.foreign.cert });
    for (const address of [...server.queryAddresses, server.address]) {
      await (await trustsOther.connect(address)).close();
      await assertRejects(() => new TlsTransport(trusting).connect(address), TlsError);
    }
  });
});

Deno.test("a handshake that never ends keeps nobody out", async () => {
  const tls = await settingsOf();
  await withServer({ tls, maxConnections: 4 }, async ({ queryAddresses: [address] }) => {
    const silent = await Promise.all(
      Array.from({ length: 8 }, () => Deno.connect(parseAddress(address))),
    );
    await Promise.all(silent.slice(4).map((conn) => conn.write(new Uint8Array([0x16, 3, 1, 0]))));
    await using client = new Client(address, { tls: trusting });
    await client.put("key", "value");
    assertEquals(await client.get("key"), "value");
    for (const conn of silent) conn.close();
  });
});

Deno.test("a server that asks for certificates lets nobody in without one of its CA", async () => {
  if (!canAskForCertificates()) {
    await assertRejects(
      async () => new TlsTransport({ ...await settingsOf(), clientCa: "x" }),
      TypeError,
    );
    return;
  }
  const tls = { ...await settingsOf(), clientCa: authorities.own.cert };
  const log = new MemoryLog();
  const start = { startPort: 0, queryActorCount: 2, threads: 2, tls, log };
  const server = await Server.start(start);
  const ask = async (address: string, settings: TlsSettings) => {
    await using client = new Client(address, { transport: new TlsTransport(settings) });
    await client.put("key", "x".repeat(1_000_000));
    return (await client.get("key") as string).length;
  };
  try {
    const { key, cert } = await settingsOf({ by: authorities.foreign });
    for (const address of server.queryAddresses) {
      assertEquals(await ask(address, tls), 1_000_000);
      for (const settings of [trusting, { ...trusting, key, cert }]) {
        const { cause, message } = await assertRejects(
          () => ask(address, settings),
          ConnectionError,
        );
        assertInstanceOf(cause, TlsError);
        assertMatch(message, /(a|another) certificate of the client|does not trust the CA/);
      }
      assertMatch(await refusal(address, undefined), /the server speaks TLS/);
    }
    await logged(log, /to the query ports comes about: a certificate of the client is asked for/);
    // Servers show each other theirs.
    const second = await Server.start({ ...start, log: new MemoryLog(), join: [server.address] });
    await using client = new Client(second.queryAddresses, { transport: new TlsTransport(tls) });
    await until("they sync", async () => (await client.get("key")) !== undefined, patience);
    await second.close();
    await server.setTls({ ...tls, clientCa: authorities.foreign.cert });
    await assertRejects(() => ask(server.queryAddresses[0], tls), ConnectionError);
    assertEquals(await ask(server.queryAddresses[0], { ...trusting, key, cert }), 1_000_000);
  } finally {
    await server.close();
  }
});

Deno.test("a client shows its token to another machine in TLS alone, unless it is told otherwise", async () => {
  const { token } = makeToken("read");
  for (const address of ["192.0.2.7:6001", "kv.example:6001", "ws://kv.example/rpc"]) {
    await using client = new Client(address, { token });
    const { cause, message } = await assertRejects(() => client.get("key"), ConnectionError);
    assertInstanceOf(cause, TlsError);
    assertMatch(message, /a token is shown to other machines in TLS alone/);
    assert(!message.includes(token), "a token is told");
  }
});

Deno.test("a server without TLS shows its token to this machine alone, whoever names another one", async () => {
  const { token, entry } = makeToken("peer");
  const log = new MemoryLog();
  // The one address is dialed, and nobody is there; the other one is not, because of what would be shown.
  const far = "192.0.2.7:6000";
  const options = { startPort: 0, queryActorCount: 1, tokens: [entry], token, log };
  const { cause, message } = await assertRejects(
    () => Server.start({ ...options, join: [far] }),
    ConnectionError,
  );
  assertInstanceOf(cause, TlsError);
  assertMatch(message, /a token is shown to other machines in TLS alone \(--tls-cert/);
  const server = await Server.start(options);
  const { address, incarnation } = JSON.parse(server.description);
  using socket = await RawSocket.connect(address);
  // A server that is let in, and names itself by the address of another machine.
  const shown = { cluster: "cmud", token };
  assertEquals(await socket.ask("Hello", 1, far, "0123456789abcdef", incarnation, shown), null);
  await logged(log, /Cannot connect to the system at 192.0.2.7:6000.*in TLS alone/);
  assertEquals(server.stats().refusedBy, 1);
  await server.close();
});
