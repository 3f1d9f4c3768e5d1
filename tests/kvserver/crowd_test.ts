import { withLimits } from "../../limits.ts";
import { assertEquals } from "../deps.ts";
import { MemoryLog } from "../support/memory_log.ts";
import { RawSocket } from "../support/rpc/raw_socket.ts";
import { requestFrame } from "../support/rpc/wire.ts";
import { makeToken } from "../support/tokens.ts";
import { until } from "../support/until.ts";
import { serve } from "./serving.ts";

// Ports of which all places are taken, on real sockets.

const redisPing = new TextEncoder().encode("PING\r\n");

Deno.test("a query port full of silent connections says so, and lets a client in", async () => {
  const log = new MemoryLog();
  await using served = await serve({ maxConnections: 2, queryActorCount: 2, threads: 1, log });
  using client = await RawSocket.connect(served.address);
  assertEquals(await client.ask("Ping"), "pong");
  // The other port of the thread has the same room.
  using silent = await RawSocket.connect(served.server.queryAddresses[1]);
  using other = await RawSocket.connect(served.address);
  assertEquals(await other.ask("Ping"), "pong");
  await silent.expectEnd();
  assertEquals(await client.ask("Ping"), "pong");
  using refused = await RawSocket.connect(served.address);
  await refused.expectEnd();
  const all = "2 connections to the query ports are open, which is all it takes:";
  assertEquals(log.lines.filter((line) => line.includes("connections")), [
    `warn  ${all} one of 127.0.0.1 that says nothing made way for 127.0.0.1`,
    `warn  ${all} 127.0.0.1 is refused`,
  ]);
});

Deno.test("silent connections to the port of one thread make way for a client of another", async () => {
  const log = new MemoryLog();
  await using served = await serve({ maxConnections: 8, queryActorCount: 2, threads: 2, log });
  const [address, crowded] = served.server.queryAddresses;
  const silent = await Promise.all(Array.from({ length: 8 }, () => RawSocket.connect(crowded)));
  await until("all are open", () => served.server.stats().clientConnections === 8);
  using client = await RawSocket.connect(address);
  assertEquals(await client.ask("Ping"), "pong");
  await silent[0].expectEnd();
  for (const socket of silent) socket[Symbol.dispose]();
  assertEquals(log.lines.filter((line) => line.includes("connections")), [
    "warn  9 connections to the query ports are open, which is all it takes: one of 127.0.0.1 that " +
    "says nothing made way for one at another thread",
  ]);
});

Deno.test("a system port full of connections without a Hello lets a server in", async () => {
  const log = new MemoryLog();
  const limits = withLimits({ connectionsMax: 256 });
  await using served = await serve({ limits, log });
  const sockets: RawSocket[] = [];
  for (let i = 0; i < 256; i++) {
    const socket = await RawSocket.connect(served.server.address);
    // Who asks for something has not said who it is.
    await socket.send(requestFrame(1, "Ping", []));
    await socket.reply();
    sockets.push(socket);
  }
  await using other = await serve({ join: [served.server.address] });
  await other.server.synced();
  for (const socket of sockets) socket[Symbol.dispose]();
  assertEquals(log.lines.filter((line) => line.includes("connections")).length > 0, true);
});

for (
  const [what, ping] of [["frames", requestFrame(1, "Ping", [])], ["Redis", redisPing]] as const
) {
  Deno.test(`who shows no token makes way on a full port, be it that it pings: ${what}`, async () => {
    const { token, entry } = makeToken("read");
    await using served = await serve({
      maxConnections: 3,
      tokens: [entry],
      log: new MemoryLog(),
    });
    using first = await RawSocket.connect(served.address);
    await first.ask("Auth", token);
    const crowd: RawSocket[] = [];
    // Each new one takes the place of the oldest that has shown nothing.
    for (let i = 0; i < 4; i++) {
      const socket = await RawSocket.connect(served.address);
      crowd.push(socket);
      await socket.send(ping);
      await socket.dropSome();
    }
    await crowd[0].expectEnd();
    using second = await RawSocket.connect(served.address);
    await second.ask("Auth", token);
    await crowd[2].expectEnd();
    // Those who belong here stay, though all others come and go.
    assertEquals(await first.ask("Get", "key"), null);
    using third = await RawSocket.connect(served.address);
    await third.ask("Auth", token);
    await crowd[3].expectEnd();
    using fourth = await RawSocket.connect(served.address);
    await fourth.expectEnd();
    for (const socket of crowd) socket[Symbol.dispose]();
  });
}
