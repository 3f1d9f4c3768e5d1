import type { StatsFigures } from "../../kvcommon/mod.ts";
import { assert, assertEquals, assertLessOrEqual } from "../deps.ts";
import { RawSocket } from "../support/rpc/raw_socket.ts";
import { concat, frameOf, requestFrame } from "../support/rpc/wire.ts";
import { serve, type Serving } from "./serving.ts";

/** By how much the named figures grow while `body` runs, the asking for them included. */
async function growth(
  { client }: Serving,
  names: string[],
  body: () => Promise<unknown>,
): Promise<number[]> {
  const before = await client.stats();
  await body();
  const after = await client.stats();
  return names.map((name) => (after[name] as number) - (before[name] as number));
}

const counters = ["gets", "puts", "lists", "messagesSentExternal", "channelRefsUsed"];

Deno.test("Stats has every figure that the design names, of its type", async () => {
  await using served = await serve({ version: "1.2.3" });
  const stats = await served.client.stats();
  const types: Record<string, string> = {
    messagesSent: "number",
    messagesSentExternal: "number",
    messagesSentActor: "number",
    bytesSent: "number",
    remoteBytesReceived: "number",
    channelRefsUsed: "number",
    maxMessageRate: "number",
    messagesDropped: "number",
    pendingBytes: "number",
    oldestPendingMs: "number",
    replicaLagMs: "number",
    overflows: "number",
    reconcileBytes: "number",
    reconcileRounds: "number",
    repairs: "number",
    refusedMessages: "number",
    refusedBy: "number",
    memoryBytes: "number",
    memoryMaxBytes: "number",
    ready: "boolean",
    clientConnections: "number",
    disk: "string",
    keys: "number",
    gets: "number",
    puts: "number",
    lists: "number",
    entriesMerged: "number",
    entriesIgnored: "number",
    connections: "number",
    uptimeMs: "number",
    version: "string",
  };
  for (const [name, type] of Object.entries(types)) assertEquals(typeof stats[name], type, name);
  assertEquals([stats.ready, stats.version], [true, "1.2.3"]);
});

Deno.test("Stats counts the queries of each kind, and the keys", async () => {
  await using served = await serve();
  const { client } = served;
  const grown = await growth(served, [...counters, "keys", "messagesDropped"], async () => {
    await Promise.all([client.put("a", "1"), client.put("a", "2"), client.put("b", "3")]);
    await Promise.all([client.get("a"), client.get("absent")]);
    await client.list("");
    await Array.fromAsync(client.scan(""));
    await client.ping();
  });
  // 3 Puts, 2 Gets, a List, a Scan, a Ping, and the Stats that tells of it.
  assertEquals(grown, [2, 3, 2, 9, 9, 2, 0]);
});

Deno.test("Stats counts n for a batch of n queries", async () => {
  await using served = await serve();
  using socket = await RawSocket.connect(served.address);
  const count = 1000;
  const grown = await growth(served, counters, async () => {
    await socket.send(
      concat(...Array.from({ length: count }, () => requestFrame(1, "Get", ["k"]))),
    );
    for (let i = 0; i < count; i++) await socket.reply();
  });
  assertEquals(grown, [count, 0, 0, count + 1, count + 1]);
});

Deno.test("Stats counts each query once when a batch is executed in several turns", async () => {
  await using served = await serve();
  using socket = await RawSocket.connect(served.address);
  await served.client.put("k", "v".repeat(100_000));
  const count = 100;
  const grown = await growth(served, counters, async () => {
    await socket.send(
      concat(...Array.from({ length: count }, () => requestFrame(1, "List", [""]))),
    );
    for (let i = 0; i < count; i++) await socket.frame();
  });
  assertEquals(grown, [0, 0, count, count + 1, count + 1]);
});

Deno.test("Stats counts no Get, Put or List that is refused for its params", async () => {
  await using served = await serve();
  using socket = await RawSocket.connect(served.address);
  const grown = await growth(served, ["gets", "puts", "lists", "keys"], async () => {
    for (const method of ["Get", "Put", "List", "Scan"]) await socket.askInVain(method, 1, 2, 3);
  });
  assertEquals(grown, [0, 0, 0, 0]);
});

Deno.test("Stats is of the query actor that is asked, but for the figures of the system", async () => {
  await using served = await serve({ queryActorCount: 2 });
  const other = served.newClient(served.server.queryAddresses[1]);
  await other.put("a", "1");
  await other.put("b", "2");
  const [own, others] = [await served.client.stats(), await other.stats()];
  const figures = (stats: StatsFigures) =>
    ["puts", "gets", "connections"].map((name) => stats[name]);
  assertEquals(figures(own), [0, 0, 1]);
  assertEquals(figures(others), [2, 0, 1]);
  // Four queries, and before them the messages that start the server's sync actor and name its ports.
  assertEquals(others.messagesSentExternal, 6);
});

Deno.test("Stats counts the open connections", async () => {
  await using served = await serve();
  assertEquals((await served.client.stats()).connections, 1);
  const sockets = await Promise.all([1, 2, 3].map(() => RawSocket.connect(served.address)));
  for (const socket of sockets) await socket.ask("Ping");
  assertEquals((await served.client.stats()).connections, 4);
  for (const socket of sockets) {
    await socket.closeWrite();
    await socket.expectEnd();
    socket[Symbol.dispose]();
  }
  assertEquals((await served.client.stats()).connections, 1);
});

Deno.test("Stats sends as many messages from actors as there are replies", async () => {
  await using served = await serve();
  const names = ["messagesSent", "messagesSentActor", "messagesSentExternal"];
  const [all, actor, external] = await growth(served, names, () => served.client.get("k"));
  assertEquals([all, actor, external], [4, 2, 2]);
});

Deno.test("Stats says how long the actor has run and how many bytes it was told", async () => {
  await using served = await serve();
  const [uptimeMs, bytesSent] = await growth(served, ["uptimeMs", "bytesSent"], async () => {
    await served.client.put("k", "v".repeat(10_000));
  });
  assert(uptimeMs >= 0);
  assert(bytesSent > 10_000);
  assertLessOrEqual(bytesSent, 12_000);
});

Deno.test("Stats ignores notifications but for the message that brings them", async () => {
  await using served = await serve();
  using socket = await RawSocket.connect(served.address);
  const grown = await growth(served, ["gets", "puts", "keys"], async () => {
    await socket.send(concat(frameOf([2, "Put", ["k", "v"]]), frameOf([2, "Get", ["k"]])));
    await socket.ask("Ping");
  });
  assertEquals(grown, [0, 0, 0]);
});
