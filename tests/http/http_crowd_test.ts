import { HttpPort } from "../../http/mod.ts";
import { httpLimits } from "../../limits.ts";
import type { ByteStream } from "../../rpc/mod.ts";
import { assert, assertEquals, assertMatch } from "../deps.ts";
import { MemoryLog } from "../support/memory_log.ts";
import { MemoryNetwork } from "../support/memory_transport.ts";
import type {
  SimulatedEnvironment,
  SimulatedWorld,
} from "../../simulate/world/simulated_environment.ts";
import { testInWorld } from "../support/simulation.ts";
import { shownServer } from "./shown_stats.ts";

// What many connections to the HTTP port, and half a request, cost: on a network in memory, in virtual time.

/** The port of a server in memory, and those who connect to it. */
class Port {
  readonly log = new MemoryLog();
  readonly environment: SimulatedEnvironment;
  #network: MemoryNetwork;
  #world: SimulatedWorld;
  #port!: HttpPort;

  static async open(world: SimulatedWorld): Promise<Port> {
    const port = new Port(world);
    const { log, environment } = port;
    const transport = port.#network;
    port.#port = await HttpPort.open({
      address: "server:6080",
      version: "1.2.3",
      environment,
      transport,
      log,
    });
    port.#port.show(shownServer());
    return port;
  }

  private constructor(world: SimulatedWorld) {
    this.#world = world;
    this.environment = world.environment();
    this.#network = new MemoryNetwork(world);
  }

  /** One who connects, and what has come back so far. */
  async connect(): Promise<Caller> {
    const stream = await this.#world.complete(this.#network.connect(this.#port.address));
    await this.#world.advance(0);
    return new Caller(stream, this.#world);
  }

  async close(): Promise<void> {
    await this.#world.complete(this.#port.close());
  }
}

class Caller {
  received = "";
  ended = false;

  constructor(readonly stream: ByteStream, readonly world: SimulatedWorld) {
    this.#listen().catch(() => this.ended = true);
  }

  async #listen(): Promise<void> {
    const into = new Uint8Array(64 * 1024);
    for (;;) {
      const count = await this.stream.read(into);
      if (count === null) break;
      this.received += new TextDecoder().decode(into.subarray(0, count));
    }
    this.ended = true;
  }

  async send(text: string): Promise<void> {
    await this.stream.write(new TextEncoder().encode(text)).catch(() => {});
    await this.world.advance(0);
  }

  /** Asks whether the process answers. @returns the status line of the last response. */
  async get(path = "/healthz", host = "localhost"): Promise<string> {
    this.received = "";
    await this.send(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
    return this.received.split("\r\n")[0];
  }
}

const ok = "HTTP/1.1 200 OK";

testInWorld("connections that ask for nothing make way, first the silent ones", async (world) => {
  const port = await Port.open(world);
  const asked = await port.connect();
  assertEquals(await asked.get(), ok);
  const silent: Caller[] = [];
  for (let i = 1; i < httpLimits.connectionsMax; i++) silent.push(await port.connect());
  const late = await port.connect();
  assertEquals([await late.get(), silent[0].ended, silent[1].ended], [ok, true, false]);
  assertEquals(await asked.get(), ok);
  // Now all have asked for something: the oldest makes way all the same.
  for (const caller of silent.slice(1)) assertEquals(await caller.get(), ok);
  const last = await port.connect();
  assertEquals([await last.get(), asked.ended, silent[1].ended], [ok, true, false]);
  const [line] = port.log.lines;
  assertMatch(line, /^warn {2}1024 connections to the HTTP port are open, which is all it takes: /);
  await port.close();
});

testInWorld(
  "a connection, and half a request, are charged, and a half one is ended",
  async (world) => {
    const port = await Port.open(world);
    const { environment: { memory, limits } } = port;
    assertEquals(memory.bytes, 0);
    const callers: Caller[] = [];
    for (let i = 0; i < 10; i++) callers.push(await port.connect());
    assert(memory.bytes >= 10 * limits.connectionBytes);
    const before = memory.bytes;
    for (const caller of callers) await caller.send(`GET / HTTP/1.1\r\nX: ${"x".repeat(12_000)}`);
    assert(memory.bytes - before >= 10 * 12_000);
    await world.advance(limits.halfFrameMs + 2 * limits.connectionCheckMs + limits.lingerMs);
    assertEquals(callers.map(({ ended }) => ended), callers.map(() => true));
    assertEquals(memory.bytes, 0);
    await port.close();
  },
);

testInWorld(
  "a connection is kept for the next request, until it is idle for long",
  async (world) => {
    const port = await Port.open(world);
    const caller = await port.connect();
    assertEquals(await caller.get(), ok);
    await world.advance(httpLimits.idleMs / 2);
    assertEquals(await caller.get("/readyz"), ok);
    assert(caller.received.endsWith("\r\n\r\nready\n"), caller.received);
    await world.advance(httpLimits.idleMs + 1_000);
    assertEquals(caller.ended, true);
    await port.close();
  },
);

testInWorld(
  "requests that come together are answered in order, byte by byte too",
  async (world) => {
    const port = await Port.open(world);
    const text = ["/healthz", "/nothing", "/readyz"]
      .map((path) => `GET ${path} HTTP/1.1\r\nhost: localhost\r\n\r\n`).join("");
    const statuses = ({ received }: Caller) =>
      Array.from(received.matchAll(/HTTP\/1\.1 (\d+)/g), ([, status]) => Number(status));
    const atOnce = await port.connect();
    await atOnce.send(text);
    assertEquals(statuses(atOnce), [200, 404, 200]);
    const slow = await port.connect();
    for (const char of text) await slow.send(char);
    assertEquals(statuses(slow), [200, 404, 200]);
    await port.close();
  },
);

testInWorld("what is no request is refused at once, and its connection ended", async (world) => {
  const port = await Port.open(world);
  const { headBytesMax } = httpLimits;
  const host = "Host: localhost\r\n";
  const cases: [text: string, status: number][] = [
    ["\x00\x00\x00\x05", 400],
    ["GET /healthz HTTP/1.1\r\n\r\n", 400],
    [`GET /healthz HTTP/1.1\r\n${host}${host}\r\n`, 400],
    [`GET /healthz HTTP/1.1\r\n${host} folded: 1\r\n\r\n`, 400],
    [`GET /healthz HTTP/1.1\r\n${host}Length : 1\r\n\r\n`, 400],
    [`GET /healthz HTTP/1.1\r\n${host}nothing\r\n\r\n`, 400],
    [`GET  /healthz HTTP/1.1\r\n${host}\r\n`, 400],
    [`GET healthz HTTP/1.1\r\n${host}\r\n`, 400],
    [`GET * HTTP/1.1\r\n${host}\r\n`, 400],
    [`GET /healthz HTTP/1.1\r\nHost: a@localhost\r\n\r\n`, 400],
    [`GET /healthz HTTP/1.1\r\nHost: localhost/x\r\n\r\n`, 400],
    [`GET /healthz HTTP/2.0\r\n${host}\r\n`, 505],
    [`TRACE /healthz HTTP/1.1\r\n${host}\r\n`, 405],
    [`CONNECT localhost:1 HTTP/1.1\r\n${host}\r\n`, 400],
    [`GET /healthz HTTP/1.1\r\n${host}X: ${"x".repeat(headBytesMax)}`, 431],
  ];
  for (const [text, status] of cases) {
    const caller = await port.connect();
    await caller.send(text);
    assertMatch(caller.received, new RegExp(`^HTTP/1.1 ${status} `), text.slice(0, 80));
    await world.advance(port.environment.limits.lingerMs);
    assertEquals(caller.ended, true, text.slice(0, 80));
  }
  const other = await port.connect();
  assertEquals(await other.get(), ok);
  await port.close();
});
