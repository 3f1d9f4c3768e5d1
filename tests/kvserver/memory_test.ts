import { withLimits } from "../../limits.ts";
import { RpcError } from "../../rpc/mod.ts";
import {
  assert,
  assertEquals,
  assertGreater,
  assertLess,
  assertLessOrEqual,
  assertMatch,
} from "../deps.ts";
import { MemoryLog } from "../support/memory_log.ts";
import { RedisSocket } from "../support/resp/redis_socket.ts";
import { RawSocket } from "../support/rpc/raw_socket.ts";
import { frameHeader } from "../support/rpc/wire.ts";
import { requestFrame } from "../support/rpc/wire.ts";
import { sleep, until } from "../support/until.ts";
import { serve, type Serving } from "./serving.ts";

const MiB = 1024 * 1024;

/** Resolves when `holds`, which is asked again and again. */
async function soon(holds: () => boolean | Promise<boolean>): Promise<void> {
  await until("what is to be soon", holds, { everyMs: 5 });
}

function memoryBytes({ server }: Serving): number {
  return server.stats().memoryBytes;
}

/** Puts values of so many bytes under new keys until one is refused. @returns how many were not. */
async function fill({ client }: Serving, prefix: string, valueBytes: number): Promise<number> {
  const value = "v".repeat(valueBytes);
  for (let i = 0; i < 100_000; i++) {
    try {
      await client.put(prefix + i, value);
    } catch (error) {
      assert(error instanceof RpcError, String(error));
      assertEquals(error.code, "overloaded");
      return i;
    }
  }
  throw new Error("The memory is never full");
}

Deno.test("Puts past --max-memory are overloaded on each replica, and Gets go on", async () => {
  await using served = await serve({ maxMemory: 64 * MiB, queryActorCount: 2, threads: 2 });
  const count = await fill(served, "long", 2 * MiB);
  // 56 MiB are for Puts, each of which two replicas keep.
  assertGreater(count, 9);
  assertLess(count, 14);
  const other = served.newClient(served.server.queryAddresses[1]);
  await soon(async () => await other.get(`long${count - 1}`) !== undefined);
  for (let i = 0; i < count; i++) {
    assertEquals((await other.get(`long${i}`))?.length, 2 * MiB);
    assertEquals((await served.client.get(`long${i}`))?.length, 2 * MiB);
  }
  const stats = await other.stats();
  assertEquals(stats.memoryMaxBytes, 64 * MiB);
  assertEquals(served.server.stats().memoryMaxBytes, 64 * MiB);
  assertGreater(Number(stats.memoryBytes), 2 * count * 2 * MiB);
  assertLessOrEqual(memoryBytes(served), 64 * MiB);
  await served.client.put("short", "goes where there is room for it");
});

Deno.test("a server whose memory is full says in its log that Puts are refused", async () => {
  const log = new MemoryLog();
  await using served = await serve({ maxMemory: 32 * MiB, log });
  const refusals = () => log.lines.filter((line) => line.includes("Puts are refused"));
  await fill(served, "long", 2 * MiB);
  assertEquals(refusals().length, 1);
  assertMatch(refusals()[0], /^warn {2}Memory is full: Puts are refused .* --max-memory/);
  using socket = await RedisSocket.connect(served.address);
  assertMatch((await socket.ask([["SET", "long", "v".repeat(2 * MiB)]]))[0], /^-OOM/);
  assertEquals(refusals().length, 2);
  await served.client.put("short", "goes where there is room for it");
  await served.client.delete("long0");
  assertEquals(refusals().length, 2);
  await fill(served, "more", 2 * MiB);
  const refused = await served.client.put("other", "v".repeat(2 * MiB)).catch((error) => error);
  assertMatch(refused.message, /allowed are reads, Deletes .*, and smaller Puts that still fit$/);
});

Deno.test("Puts of short values are counted too, and refused before the bound is passed", async () => {
  await using served = await serve({ maxMemory: 32 * MiB });
  const socket = await RawSocket.connect(served.address);
  const value = "v".repeat(1_000);
  let accepted = 0;
  for (let refused = 0; refused === 0;) {
    const batch = Array.from(
      { length: 500 },
      (_, i) => requestFrame(i, "Put", [`key ${accepted + i}`, value]),
    );
    await socket.send(new Uint8Array(await new Blob(batch as BlobPart[]).arrayBuffer()));
    for (let i = 0; i < 500; i++) {
      const [, , error] = await socket.reply();
      if (error === null) accepted++;
      else {
        refused++;
        assertEquals(error[0], "overloaded");
      }
    }
  }
  assertGreater(accepted, 20_000);
  assertLessOrEqual(memoryBytes(served), 32 * MiB);
  assertEquals(await served.client.get("key 0"), value);
  socket[Symbol.dispose]();
});

Deno.test("half-sent frames are cut, those with most first, and the memory is given back", async () => {
  const maxMemory = 64 * MiB;
  await using served = await serve({ maxMemory });
  const before = memoryBytes(served);
  const half = new Uint8Array(6 * MiB);
  half.set(frameHeader(16 * MiB));
  const sockets: RawSocket[] = [];
  using small = await RawSocket.connect(served.address);
  await small.send(half.subarray(0, 100_000));
  for (let i = 0; i < 20; i++) {
    const socket = await RawSocket.connect(served.address);
    sockets.push(socket);
    // The server may cut it in the midst of this.
    await socket.send(half).catch(() => {});
    assertEquals(await served.client.get("k"), undefined);
    assertLessOrEqual(memoryBytes(served), maxMemory);
  }
  assertGreater(served.faults.length, 10);
  await small.send(half.subarray(100_000, 110_000));
  for (const socket of sockets) socket[Symbol.dispose]();
  small[Symbol.dispose]();
  await soon(() => memoryBytes(served) <= before + 64 * 1024);
});

Deno.test("clients that do not read are cut, those who hold most first, and others are answered", async () => {
  const maxMemory = 64 * MiB;
  await using served = await serve({ maxMemory });
  for (let i = 0; i < 9; i++) await served.client.put(`long ${i}`, "v".repeat(MiB));
  const before = memoryBytes(served);
  const sockets: RawSocket[] = [];
  for (let i = 0; i < 20; i++) {
    const socket = await RawSocket.connect(served.address);
    sockets.push(socket);
    await socket.send(requestFrame(1, "List", ["long"]));
  }
  await soon(() => served.faults.length > 10);
  await soon(() => memoryBytes(served) <= maxMemory);
  assertEquals(await served.client.get("other"), undefined);
  for (const socket of sockets) socket[Symbol.dispose]();
  await soon(() => memoryBytes(served) <= before + 64 * 1024);
  assertEquals((await served.client.list("long")).size, 9);
});

Deno.test("a frame that is half sent and goes on slowly lives, one that stops does not", async () => {
  const limits = withLimits({ halfFrameMs: 400, connectionCheckMs: 20 });
  await using served = await serve({ limits });
  using slow = await RawSocket.connect(served.address);
  using stuck = await RawSocket.connect(served.address);
  using idle = await RawSocket.connect(served.address);
  const request = requestFrame(1, "Get", ["k"]);
  await stuck.send(request.subarray(0, 5));
  const ended = stuck.expectEnd().then(() => true);
  let isEnded = false;
  ended.then(() => isEnded = true);
  let sent = 0;
  while (!isEnded && sent < request.length - 1) {
    await slow.send(request.subarray(sent, ++sent));
    await sleep(100);
  }
  await ended;
  await slow.send(request.subarray(sent));
  assertEquals(await slow.reply(), [1, 1, null, null]);
  assertEquals(await idle.ask("Ping"), "pong");
  assertEquals(served.faults.length, 1);
});

Deno.test("--idle-timeout ends idle connections of clients, and none that is used", async () => {
  const limits = withLimits({ connectionCheckMs: 20 });
  await using served = await serve({ limits, idleTimeoutMs: 300 });
  using idle = await RawSocket.connect(served.address);
  using used = await RawSocket.connect(served.address);
  using system = await RawSocket.connect(served.server.address);
  let isEnded = false;
  const ended = idle.expectEnd().then(() => isEnded = true);
  while (!isEnded) {
    assertEquals(await used.ask("Ping"), "pong");
    await sleep(20);
  }
  await ended;
  assertEquals(await system.ask("Ping"), "pong");
});

Deno.test("--max-connections counts the connections of all query ports together", async () => {
  await using served = await serve({ maxConnections: 2, queryActorCount: 2, threads: 2 });
  const [first, second] = served.server.queryAddresses;
  using one = await RawSocket.connect(first);
  assertEquals(await one.ask("Ping"), "pong");
  {
    using two = await RawSocket.connect(second);
    assertEquals(await two.ask("Ping"), "pong");
    using three = await RawSocket.connect(first);
    await three.expectEnd();
    using four = await RawSocket.connect(second);
    await four.expectEnd();
    assertEquals(await two.ask("Ping"), "pong");
  }
  await soon(async () => {
    using again = await RawSocket.connect(second);
    return await again.ask("Ping").then(() => true, () => false);
  });
});

Deno.test("an idle connection holds a small buffer, also after it was busy", async () => {
  await using served = await serve();
  await served.client.get("k");
  const before = memoryBytes(served);
  const sockets: RawSocket[] = [];
  for (let i = 0; i < 50; i++) {
    const socket = await RawSocket.connect(served.address);
    sockets.push(socket);
    await socket.ask("Put", "k", "v".repeat((i + 1) % 2 * 500_000));
    for (let j = 0; j < 40; j++) await socket.ask("Get", "other");
  }
  assertLess((memoryBytes(served) - before) / sockets.length, 24 * 1024);
  for (const socket of sockets) socket[Symbol.dispose]();
});

Deno.test("a server whose memory is full takes no more from another one, and answers", async () => {
  const limits = withLimits({ unreachableDrainMs: 400, closeDrainMs: 800 });
  const large = await serve({ maxMemory: 256 * MiB, limits });
  for (let i = 0; i < 30; i++) await large.client.put(`key ${i}`, "v".repeat(2 * MiB));
  const remoteDescs = [large.server.description];
  const log = new MemoryLog();
  const small = await serve({ maxMemory: 32 * MiB, remoteDescs, limits, log });
  await soon(() => memoryBytes(small) > 20 * MiB);
  for (let i = 0; i < 40; i++) {
    await sleep(50);
    assertLess(memoryBytes(small), 48 * MiB);
    assertEquals((await small.client.get("key 0"))?.length, 2 * MiB);
  }
  assertLess(Number((await small.client.stats()).keys), 16);
  assert(log.lines.some((line) => /^warn {2}Memory is full: .* to the system port/.test(line)));
  await small[Symbol.asyncDispose]();
  // What the other one did not take is with nobody else.
  await large.client.close();
  await large.server.close().catch((error) => assertEquals(error.name, "UndeliveredError"));
});
