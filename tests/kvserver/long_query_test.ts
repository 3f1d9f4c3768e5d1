import type { ActorRef, ActorSystem } from "../../actor/mod.ts";
import { QueryActor } from "../../kvserver/query/query_actor.ts";
import { isPart, readPart, readReply } from "../../kvserver/query/query_message.ts";
import { Store } from "../../kvserver/store/mod.ts";
import { silentLogger } from "../../log/mod.ts";
import { MsgpackReader, tcpTransport, type Transport } from "../../rpc/mod.ts";
import { assertEquals, assertGreater, assertLess, assertLessOrEqual } from "../deps.ts";
import { startProbe, startSystem } from "../support/actors.ts";
import { RedisSocket } from "../support/resp/redis_socket.ts";
import { RawSocket } from "../support/rpc/raw_socket.ts";
import { concat, requestFrame } from "../support/rpc/wire.ts";
import type { SimulatedWorld } from "../../simulate/world/simulated_environment.ts";
import { testInWorld } from "../support/simulation.ts";
import { put } from "../support/store/stores.ts";
import { until } from "../support/until.ts";
import { serve } from "./serving.ts";
import { writeCommands, writeQuery } from "../support/kvserver/query_messages.ts";

const KiB = 1024;
const MiB = 1024 * KiB;
const keys = Array.from({ length: 9 }, (_, i) => `long ${i}`);
const command = (text: string) => new TextEncoder().encode(text + "\n");
const ask = (method: string, ...params: unknown[]) => requestFrame(1, method, params);

/** What has a long answer beside nine values of 1 MB, by what it is. */
const longOnes = {
  "a page of a Scan": ask("Scan", "", "", 10_000),
  "a page of an Export": ask("Export", "", "", 10_000),
  "a Get of a large value": ask("Get", keys[0]),
  "a GET of a large value": command("GET 'long 0'"),
  "an MGET of many values": command(`MGET ${keys.map((key) => `'${key}'`).join(" ")}`),
  "an MGET of many short values": command(`MGET ${"short ".repeat(900)}`),
  "a GETRANGE of a large value": command("GETRANGE 'long 0' 0 900000"),
};

/** What a query actor holds beside the nine long values and a short one. */
interface CrowdEntries {
  /** Entries of a few bytes. */
  readonly shortEntries?: number;
  /** Entries of nearly 1 KiB. */
  readonly listedEntries?: number;
}

/** A query actor, and connections to it that ask all at once. */
class Crowd {
  /** Bytes of the replies, in their order, and the connection of each. */
  readonly replies: { connection: number; bytes: number }[] = [];
  /** Called when a connection has been told a reply, or a part of a List, of so many bytes. */
  onTold: (connection: number, bytes: number) => void = () => {};
  readonly system: ActorSystem;
  readonly #actor: ActorRef;
  readonly #inboxes: ActorRef[];

  static async start(
    world: SimulatedWorld,
    connections: number,
    entries: CrowdEntries = {},
  ): Promise<Crowd> {
    return new Crowd((await startSystem(world)).system, connections, entries);
  }

  private constructor(
    system: ActorSystem,
    connections: number,
    { shortEntries = 0, listedEntries = 0 }: CrowdEntries,
  ) {
    this.system = system;
    const store = new Store();
    for (const key of keys) put(store, key, "v".repeat(1_000_000));
    put(store, "short", "v".repeat(1_000));
    for (let i = 0; i < shortEntries; i++) put(store, `short ${i}`, "v");
    for (let i = 0; i < listedEntries; i++) put(store, `listed ${i}`, "v".repeat(950));
    const syncActor = startProbe(system).ref;
    const options = { version: "", syncActor, ready: true, isAlone: false, store };
    this.#actor = system.startActor((context) => new QueryActor(context, options));
    this.#inboxes = Array.from(
      { length: connections },
      (_, connection) =>
        system.openInbox((bytes, start, end) => {
          const reader = new MsgpackReader(bytes, start, end);
          if (isPart(bytes[start])) return this.onTold(connection, readPart(reader)!.length);
          const { replies } = readReply(reader);
          this.replies.push({ connection, bytes: replies.length });
          this.onTold(connection, replies.length);
        }).ref,
    );
  }

  /** Tells the actor what came on a connection: frames, or commands. */
  query(connection: number, request: Uint8Array): void {
    const { counter } = this.#inboxes[connection];
    const writer = this.system.beginMessage();
    if (request[0] === 0) writeQuery(writer, counter, 1, request);
    else writeCommands(writer, counter, 1, request);
    this.system.tellWritten(this.#actor);
  }

  closed(connection: number): void {
    this.system.tell(this.#actor, { type: "closed", inbox: this.#inboxes[connection].counter });
  }
}

/** Resolves when `holds`. */
async function soon(what: string, holds: () => boolean): Promise<void> {
  await until(what, holds, { everyMs: 5 });
}

for (const [what, request] of Object.entries(longOnes)) {
  testInWorld(`who asks for little is answered before any of a crowd: ${what}`, async (world) => {
    const crowd = await Crowd.start(world, 30);
    for (let i = 0; i < 29; i++) crowd.query(i, request);
    crowd.query(29, ask("Get", "other"));
    await world.advance(1_000);
    const first = crowd.replies.findIndex(({ connection }) => connection === 29);
    const before = crowd.replies.slice(0, first).reduce((sum, { bytes }) => sum + bytes, 0);
    assertEquals(before, 0);
    // Each is answered, in the order in which they came.
    assertEquals(crowd.replies.map(({ connection }) => connection), [
      29,
      ...Array.from({ length: 29 }, (_, i) => i),
    ]);
    for (const { bytes } of crowd.replies.slice(1)) assertGreater(bytes, 128 * 1024);
    await crowd.system.close();
  });

  testInWorld(`nothing long is made for connections that are gone: ${what}`, async (world) => {
    const crowd = await Crowd.start(world, 30);
    for (let i = 0; i < 30; i++) crowd.query(i, request);
    for (let i = 1; i < 30; i++) crowd.closed(i);
    await world.advance(1_000);
    assertEquals(crowd.replies.map(({ connection }) => connection), [0]);
    await crowd.system.close();
  });
}

testInWorld(
  "who asks for little beside a crowd of long Lists waits for a few of their parts",
  async (world) => {
    const lists = 50;
    const listedEntries = 10_000;
    const crowd = await Crowd.start(world, lists + 1, { listedEntries });
    const listed: number[] = Array(lists).fill(0);
    /** What was told of Lists while each Get waited, in bytes. */
    const waits: number[] = [];
    let [parts, bytes, isWaiting] = [0, 0, false];
    const get = () => {
      [bytes, isWaiting] = [0, true];
      crowd.query(lists, ask("Get", "other"));
    };
    crowd.onTold = (connection, told) => {
      if (connection === lists) {
        waits.push(bytes);
        isWaiting = false;
        return;
      }
      listed[connection] += told;
      bytes += told;
      if (++parts % 40 === 0 && !isWaiting) get();
    };
    for (let i = 0; i < lists; i++) crowd.query(i, ask("List", "listed"));
    get();
    await world.advance(1_000);
    // Each List is whole.
    for (const told of listed) assertGreater(told, 950 * listedEntries);
    // Four parts, each of 128 KiB and an entry.
    assertLess(Math.max(...waits), 4 * 129 * KiB);
    assertGreater(waits.length, 50);
    await crowd.system.close();
  },
);

testInWorld("what has to sum up much for a Digest does so in many turns", async (world) => {
  const crowd = await Crowd.start(world, 3, { shortEntries: 20_000 });
  crowd.query(0, ask("Digest", null, null, 1));
  crowd.query(1, ask("Get", keys[0]));
  crowd.query(2, ask("Get", "other"));
  await world.advance(1_000);
  assertEquals(crowd.replies.map(({ connection }) => connection), [2, 1, 0]);
  await crowd.system.close();
});

testInWorld("short replies before a long one are sent without it", async (world) => {
  const crowd = await Crowd.start(world, 1);
  crowd.query(0, concat(ask("Get", "short"), ask("Get", keys[0]), ask("Get", "short")));
  await world.advance(0);
  assertEquals(crowd.replies.length, 1);
  assertLess(crowd.replies[0].bytes, 1_100);
  await crowd.system.close();
});

Deno.test("long answers in a pipeline are whole, in their places, executed and counted once", async () => {
  await using served = await serve();
  for (const key of keys) await served.client.put(key, key.repeat(100_000));
  using socket = await RawSocket.connect(served.address);
  const gets = Number((await served.client.stats()).gets);
  await socket.send(concat(
    requestFrame(1, "Put", ["a", "first"]),
    requestFrame(2, "Get", [keys[4]]),
    requestFrame(3, "Scan", ["long", keys[1], 10_000]),
    requestFrame(4, "Put", ["a", "second"]),
    requestFrame(5, "Get", ["a"]),
    requestFrame(6, "Export", ["", null, 10_000]),
  ));
  const results: unknown[] = [];
  for (let msgid = 1; msgid <= 6; msgid++) {
    const reply = await socket.reply();
    assertEquals(reply.slice(0, 3), [1, msgid, null]);
    results.push(reply[3]);
  }
  assertEquals(results[1], keys[4].repeat(100_000));
  assertEquals(results[2], [[[keys[2], keys[2].repeat(100_000)]], false]);
  assertEquals(results[4], "second");
  assertEquals((results[5] as [[string, string][], boolean])[0].map(([key]) => key), [
    "a",
    keys[0],
  ]);
  const stats = await served.client.stats();
  assertEquals([Number(stats.gets) - gets, stats.lists], [2, 2]);
});

/** TCP, and a call for what is written first of each buffer. */
function watchedTransport(onWrite: (bytes: Uint8Array) => void): Transport {
  const buffers = new WeakSet<ArrayBufferLike>();
  return {
    ...tcpTransport,
    listen(...where) {
      const listener = tcpTransport.listen(...where);
      return {
        address: listener.address,
        close: () => listener.close(),
        async accept() {
          const stream = await listener.accept();
          if (stream === null) return null;
          const write = stream.write.bind(stream);
          stream.write = (bytes) => {
            if (!buffers.has(bytes.buffer)) onWrite(bytes);
            buffers.add(bytes.buffer);
            return write(bytes);
          };
          return stream;
        },
      };
    },
  };
}

Deno.test("the memory of a value of some kilobytes is given back when it is written", async () => {
  const written: Uint8Array[] = [];
  const valueBytes = 20_000;
  const transport = watchedTransport((bytes) => {
    if (bytes.length > valueBytes) written.push(bytes);
  });
  await using served = await serve({ transport, log: silentLogger });
  await served.client.put("k", "v".repeat(valueBytes));
  using frames = await RawSocket.connect(served.address);
  using redis = await RedisSocket.connect(served.address);
  for (let i = 0; i < 5; i++) {
    assertEquals(await frames.ask("Get", "k"), "v".repeat(valueBytes));
    assertEquals((await redis.ask([["GET", "k"]]))[0].length, valueBytes + "$20000\r\n\r\n".length);
  }
  await soon("it is given back", () => written.every(({ length }) => length === 0));
  assertEquals(written.length, 10);
});

Deno.test("the memory of a long reply is given back when it is written, or its connection cut", async () => {
  const written: Uint8Array[] = [];
  const transport = watchedTransport((bytes) => {
    // The first piece of what has a buffer of its own.
    if (bytes.buffer.byteLength > MiB / 2) written.push(bytes);
  });
  const maxMemory = 64 * MiB;
  await using served = await serve({ maxMemory, transport, log: silentLogger });
  for (const key of keys) await served.client.put(key, "v".repeat(1_000_000));
  const before = served.server.stats().memoryBytes;
  using reader = await RawSocket.connect(served.address);
  await reader.ask("Scan", "", null, 10_000);
  await soon("the reply is written", () => written.every(({ length }) => length === 0));
  assertEquals(written.length, 1);
  const sockets: RawSocket[] = [];
  for (let i = 0; i < 60; i++) {
    const socket = await RawSocket.connect(served.address);
    sockets.push(socket);
    await socket.send(concat(...Array(20).fill(ask("Scan", "", null, 10_000)))).catch(() => {});
  }
  await soon("most are cut", () => served.faults.length > 10);
  await soon("the bound holds", () => served.server.stats().memoryBytes <= maxMemory);
  const held = written.reduce((sum, { buffer }) => sum + buffer.byteLength, 0);
  assertLessOrEqual(held, maxMemory);
  assertEquals(await served.client.get("other"), undefined);
  for (const socket of sockets) socket[Symbol.dispose]();
  await soon(
    "all is given back",
    () => served.server.stats().memoryBytes <= before + 64 * 1024,
  );
  assertEquals(written.filter(({ length }) => length > 0), []);
});
