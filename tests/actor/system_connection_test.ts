import type { SystemConnection } from "../../actor/system_connection.ts";
import { UnhandledMessages } from "../../actor/unhandled_messages.ts";
import { defaultLimits } from "../../limits.ts";
import { MemoryAccount, realEnvironment, type Reply } from "../../rpc/mod.ts";
import {
  assertEquals,
  assertRejects,
  assertStringIncludes,
  fc,
  msgpackDecode,
  msgpackEncode,
} from "../deps.ts";
import { framesIn } from "../support/rpc/raw_socket.ts";
import { testInWorld } from "../support/simulation.ts";
import { concat, frame, frameOf, requestFrame } from "../support/rpc/wire.ts";
import { forbidden, incarnation, KeepingHost } from "./keeping_host.ts";

const hello = requestFrame(1, "Hello", [1, "127.0.0.1:1", "another", incarnation]);

/** A Tell as this project writes it, and others of the same meaning. */
const spellings: ((counter: number, message: Uint8Array) => Uint8Array)[] = [
  (counter, message) => frameOf([2, "Tell", [counter, message]]),
  (counter, message) => frameOf([2, "Tell", [counter, message, "of a newer version"]]),
  (counter, message) =>
    frame(concat([0xdc, 0, 3, 2], msgpackEncode("Tell"), msgpackEncode([counter, message]))),
  (counter, message) =>
    frame(concat([0x93, 2, 0xd9, 4], ascii("Tell"), msgpackEncode([counter, message]))),
  (counter, message) =>
    frame(
      concat(
        [0x93, 2],
        msgpackEncode("Tell"),
        [0xdc, 0, 2],
        msgpackEncode(counter),
        msgpackEncode(message),
      ),
    ),
];

/** What is ignored on a connection that was greeted. */
const ignored = [
  frameOf([2, "Tell", []]),
  frameOf([2, "Tell", [7]]),
  frameOf([2, "Tell", [-7, new Uint8Array(1)]]),
  frameOf([2, "Tell", [7, "a str"]]),
  frameOf([2, "Toll", [7, new Uint8Array(1)]]),
  frameOf([2, "Tells", [7, new Uint8Array(1)]]),
];

function ascii(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Executes as a connection does: in a buffer that is overwritten afterwards. */
function execute(connection: SystemConnection, frames: Uint8Array) {
  const buffer = concat(frames);
  const { consumed, close, replies } = connection.execute(buffer) as Reply;
  buffer.fill(0xc1);
  return { consumed, close, replies: framesIn(replies).map((reply) => msgpackDecode(reply)) };
}

Deno.test("SystemConnection keeps every message in order, however it is spelled and whatever overwrites the buffer", () => {
  const tells = fc.array(fc.tuple(fc.nat(spellings.length + ignored.length - 1), fc.nat(300)), {
    maxLength: 30,
  });
  fc.assert(
    fc.property(fc.array(tells, { maxLength: 4 }), (batches) => {
      const host = new KeepingHost();
      const connection = host.newConnection();
      const expected: [number, unknown][] = [];
      batches.forEach((tells, batch) => {
        const frames = concat(...tells.map(([kind, counter], i) => {
          if (kind >= spellings.length) return ignored[kind - spellings.length];
          expected.push([counter, `${batch} ${i}`]);
          return spellings[kind](counter, msgpackEncode(`${batch} ${i}`));
        }));
        // The greeting and what comes behind it may arrive in one read.
        const all = batch === 0 ? concat(hello, frames) : frames;
        const { consumed, close } = execute(connection, all);
        assertEquals([consumed, close], [all.length, false]);
      });
      assertEquals(host.told, expected);
      assertEquals(host.bugs, []);
    }),
  );
});

Deno.test("SystemConnection copies what came once a read, and nothing for what is no Tell", () => {
  const host = new KeepingHost();
  const connection = host.newConnection();
  const tell = (text: string) => spellings[0](7, msgpackEncode(text));
  execute(connection, concat(hello, tell("a"), spellings[1](7, msgpackEncode("b")), tell("c")));
  execute(connection, tell("d"));
  const chunks = host.kept.map(([, { bytes }]) => bytes);
  assertEquals(new Set(chunks).size, 2);
  assertEquals(chunks[0], chunks[2]);
});

Deno.test("SystemConnection hears no Tell before it is greeted, nor after a greeting for another incarnation", () => {
  const host = new KeepingHost();
  const connection = host.newConnection();
  const tells = concat(...spellings.map((spell) => spell(7, msgpackEncode("early"))));
  const wrong = requestFrame(2, "Hello", [1, "127.0.0.1:1", "another", "an-earlier-one"]);
  assertEquals(execute(connection, concat(tells, wrong, tells)).close, false);
  assertEquals(host.told, []);
  execute(connection, concat(hello, tells));
  assertEquals(host.told.length, spellings.length);
});

Deno.test("SystemConnection ends after the first frame that is no message, and keeps what came before", () => {
  const host = new KeepingHost();
  const connection = host.newConnection();
  execute(connection, hello);
  const good = spellings[0](7, msgpackEncode("good"));
  const payload = good.subarray(4);
  for (const bad of [payload.subarray(0, -1), concat(payload, 0xc0), payload.subarray(0, 9)]) {
    const before = host.kept.length;
    const { consumed, close } = execute(connection, concat(good, frame(bad), good));
    assertEquals([consumed, close], [good.length + 4 + bad.length, true]);
    assertEquals(host.told.slice(before), [[7, "good"]]);
  }
});

Deno.test("SystemConnection holds the first message of a caller until it was greeted, and reads no further", async () => {
  const host = new KeepingHost();
  host.isMet = undefined;
  const connection = host.newConnection();
  const tell = (text: string) => spellings[0](7, msgpackEncode(text));
  const ping = requestFrame(2, "Ping", []);
  // The message that is held keeps no request waiting.
  assertEquals(execute(connection, concat(hello, tell("a"), ping)).replies.length, 2);
  assertEquals(execute(connection, tell("b")).consumed, 0);
  const rest = connection.execute(tell("b")) as Promise<Reply>;
  assertEquals(host.told, []);
  host.introductions[0]("met");
  assertEquals((await rest).consumed, tell("b").length);
  assertEquals(host.told, [[7, "a"], [7, "b"]]);
});

Deno.test("SystemConnection hears nothing of a caller that was not greeted, and says why", () => {
  const host = new KeepingHost();
  host.isMet = undefined;
  const connection = host.newConnection();
  execute(connection, concat(hello, spellings[0](7, msgpackEncode("a"))));
  host.introductions[0]("missed");
  execute(connection, spellings[0](7, msgpackEncode("b")));
  assertEquals([host.told, host.ended], [[], 1]);
  assertEquals(host.refusals.map(([from]) => from), ["127.0.0.1:1"]);
  assertEquals((host.sent[0] as unknown[])[1], "Refused");
});

Deno.test("SystemConnection ends at a message that is refused, whether the caller was greeted or not", () => {
  for (const isMet of [true, undefined]) {
    for (const spell of spellings) {
      const host = new KeepingHost();
      host.isMet = isMet;
      const connection = host.newConnection();
      execute(connection, concat(hello, spell(forbidden, msgpackEncode("a"))));
      execute(connection, spell(7, msgpackEncode("b")));
      assertEquals([host.told, host.ended], [[], 1]);
      assertEquals(host.refusals, [["127.0.0.1:1", "nobody is there"]]);
      // What is only claimed is not told of who may be another one.
      assertEquals(host.refusedOfPeers, isMet ? ["127.0.0.1:1"] : []);
    }
  }
});

Deno.test("SystemConnection pings once until it is answered, and reads the clock with the answer", () => {
  const host = new KeepingHost();
  const connection = host.newConnection();
  execute(connection, hello);
  connection.beat();
  connection.beat();
  assertEquals(host.sent, [[2, "Ping", []]]);
  const pong = (...params: unknown[]) => frameOf([2, "Pong", params]);
  // One that was not asked for, one without a clock, and one with another than a time.
  for (const params of [[], ["noon"], [-1]]) {
    execute(connection, pong(...params));
    connection.beat();
  }
  assertEquals([host.sent.length, host.clocks], [4, []]);
  execute(connection, concat(pong(1_700_000_000), pong(5)));
  assertEquals(host.clocks, [1_700_000_000]);
  connection.contest();
  assertEquals(host.sent.slice(4), [[2, "Contested", []], [2, "Ping", []]]);
  connection.close();
});

testInWorld("SystemConnection ends when nothing comes for long, not even a Pong", async (world) => {
  const host = new KeepingHost();
  Object.assign(host, { environment: world.environment() });
  const connection = host.newConnection();
  execute(connection, hello);
  const { pingPatienceMs } = defaultLimits;
  const pings = () => host.sent.filter((it) => (it as unknown[])[1] === "Ping").length;
  const pass = async (ms: number) => {
    for (let passedMs = 0; passedMs < ms; passedMs += 500) {
      await world.advance(500);
      connection.check();
    }
  };
  for (const comes of ["bytes of a long message", "a Pong"]) {
    await pass(0.9 * pingPatienceMs);
    assertEquals(pings(), 1, comes);
    connection.received();
    if (comes === "a Pong") execute(connection, frameOf([2, "Pong", []]));
  }
  assertEquals([pings(), host.ended], [1, 0]);
  await pass(1.1 * pingPatienceMs);
  assertEquals([pings(), host.ended > 0], [2, true]);
  connection.close();
});

testInWorld(
  "SystemConnection says again what is handled while more is not, or comes",
  async (world) => {
    const host = new KeepingHost();
    Object.assign(host, { environment: world.environment() });
    const connection = host.newConnection();
    execute(connection, concat(hello, spellings[0](7, msgpackEncode("a"))));
    const pass = async (ms: number) => {
      host.sent.length = 0;
      for (let passedMs = 0; passedMs < ms; passedMs += 500) {
        await world.advance(500);
        connection.check();
      }
      return host.sent;
    };
    const told = (count: number) => [2, "Ack", [count]];
    assertEquals(await pass(2_000), [told(0), told(0)]);
    connection.handled(host.kept[0][1]);
    assertEquals(await pass(2_000), [told(1)]);
    assertEquals(await pass(2_000), []);
    // A part of a message, and no more of it.
    connection.received();
    assertEquals(await pass(3_000), [told(1)]);
    connection.close();
  },
);

Deno.test("SystemConnection says how many messages were handled, once a turn", async () => {
  const host = new KeepingHost();
  const connection = host.newConnection();
  execute(
    connection,
    concat(hello, ...["a", "b", "c"].map((it) => spellings[0](7, msgpackEncode(it)))),
  );
  assertEquals(host.sent, []);
  for (const [, message] of host.kept.slice(0, 2)) connection.handled(message);
  await null;
  connection.handled(host.kept[2][1]);
  await null;
  assertEquals(host.sent, [[2, "Ack", [2]], [2, "Ack", [3]]]);
});

testInWorld(
  "SystemConnection says when it waits for memory, and when it goes on",
  async (world) => {
    const host = new KeepingHost();
    const environment = Object.assign(world.environment(), { memory: new MemoryAccount(1_000) });
    Object.assign(host, { environment });
    const tell = spellings[0](7, msgpackEncode("a"));
    const connections = [1, 2].map(() => host.newConnection());
    for (const connection of connections) execute(connection, hello);
    environment.memory.charge(2_000);
    const waiting = connections.map((connection) => {
      assertEquals(execute(connection, tell).consumed, 0);
      return connection.execute(tell) as Promise<Reply>;
    });
    await world.advance(10_000);
    assertEquals([host.told.length, host.waits], [0, [true, true]]);
    connections[1].close();
    await assertRejects(() => waiting[1]);
    assertEquals(host.waits, [true, true, false]);
    environment.memory.charge(-2_000);
    await world.complete(waiting[0]);
    assertEquals([host.told.length, host.waits], [1, [true, true, false, false]]);
  },
);

testInWorld("SystemConnection has a message wait until the system has started", async (world) => {
  const host = new KeepingHost();
  Object.assign(host, { environment: world.environment() });
  host.isStarting = () => true;
  const connection = host.newConnection();
  const tell = spellings[0](7, msgpackEncode("a"));
  assertEquals(execute(connection, concat(hello, tell)).consumed, hello.length);
  const waiting = connection.execute(tell) as Promise<Reply>;
  await world.advance(10_000);
  assertEquals([host.told, host.refusals], [[], []]);
  host.isStarting = () => false;
  await world.complete(waiting);
  assertEquals(host.told, [[7, "a"]]);
  connection.close();
});

Deno.test("SystemConnection reads no more while too much waits to be handled", async () => {
  for (const bound of [{ unhandledMessagesMax: 2 }, { unhandledBytesMax: 5 }]) {
    const host = new KeepingHost();
    const limits = { ...realEnvironment.limits, ...bound };
    Object.assign(host, { environment: { ...realEnvironment, limits } });
    const connection = host.newConnection();
    const tells = ["aaa", "bbb", "ccc"].map((text) => spellings[0](7, msgpackEncode(text)));
    execute(connection, hello);
    const { consumed } = execute(connection, concat(...tells));
    assertEquals(consumed, tells[0].length + tells[1].length);
    const rest = connection.execute(tells[2]) as Promise<Reply>;
    assertEquals(host.told.length, 2);
    connection.handled(host.kept[0][1]);
    await rest;
    assertEquals(host.told.map(([, text]) => text), ["aaa", "bbb", "ccc"]);
    connection.close();
  }
});

Deno.test("SystemConnection that has its share reads no more while all together have too much", async () => {
  for (
    const bound of [
      { unhandledMessagesTotalMax: 3, unhandledMessagesShare: 1 },
      { unhandledBytesTotalMax: 12, unhandledBytesShare: 4 },
    ]
  ) {
    const host = new KeepingHost();
    const limits = { ...realEnvironment.limits, ...bound };
    const environment = { ...realEnvironment, limits };
    Object.assign(host, { environment, unhandled: new UnhandledMessages(environment) });
    const [many, few] = [host.newConnection(), host.newConnection()];
    const tells = ["aaa", "bbb", "ccc", "ddd"].map((text) => spellings[0](7, msgpackEncode(text)));
    const read = (count: number) => concat(...tells.slice(0, count)).length;
    execute(many, hello);
    execute(few, hello);
    assertEquals(execute(many, concat(...tells)).consumed, read(3));
    assertEquals(execute(few, concat(...tells)).consumed, read(1));
    assertEquals(host.told.length, 4);
    // It has more than its share still, and all together have no room.
    many.handled(host.kept[0][1]);
    const waiting = few.execute(tells[1]) as Promise<Reply>;
    assertEquals(host.told.length, 4);
    few.handled(host.kept[3][1]);
    await waiting;
    assertEquals(host.told.map(([, text]) => text), ["aaa", "bbb", "ccc", "aaa", "bbb"]);
    many.close();
    few.close();
  }
});

Deno.test("SystemConnection of another cluster is refused, and both sides learn why", () => {
  const host = new KeepingHost();
  const connection = host.newConnection();
  const others = requestFrame(1, "Hello", [1, "127.0.0.1:1", "another", null, {
    cluster: "other",
  }]);
  const { replies } = execute(connection, others);
  const [, , [code, message]] = replies[0] as [number, number, [string, string]];
  assertEquals(code, "bad_request");
  for (const text of [message, host.refusals[0][1]]) {
    assertStringIncludes(text, '"other"');
    assertStringIncludes(text, '"cmud"');
  }
  execute(connection, spellings[0](7, msgpackEncode("a")));
  assertEquals(host.told, []);
});

Deno.test("SystemConnection counts the message that it holds, and nothing beside it", () => {
  for (const isOver of ["greeted", "refused", "closed"]) {
    const host = new KeepingHost();
    const memory = new MemoryAccount();
    Object.assign(host, { environment: { ...realEnvironment, memory } });
    host.isMet = undefined;
    const connection = host.newConnection();
    const message = msgpackEncode("m".repeat(1_000));
    const junk = frameOf([2, "Junk", ["j".repeat(100_000)]]);
    execute(connection, concat(hello, junk, spellings[0](7, message)));
    assertEquals([connection.heldBytes, memory.bytes], [message.length, message.length]);
    if (isOver === "closed") connection.close();
    else host.introductions[0](isOver === "greeted" ? "met" : "missed");
    assertEquals(connection.heldBytes, 0);
    for (const [, kept] of host.kept) {
      assertEquals(kept.bytes.buffer.byteLength, message.length);
      connection.handled(kept);
    }
    assertEquals([host.kept.length, memory.bytes], [isOver === "greeted" ? 1 : 0, 0]);
  }
});

Deno.test("SystemConnection ends the introduction of a caller that is gone", () => {
  const host = new KeepingHost();
  host.isMet = undefined;
  const connection = host.newConnection();
  execute(connection, hello);
  assertEquals(host.meetingsEnded, 0);
  connection.close();
  assertEquals(host.meetingsEnded, 1);
});

Deno.test("SystemConnection is not greeted by the system itself, under whatever address", () => {
  const host = new KeepingHost();
  const connection = host.newConnection();
  const itself = requestFrame(1, "Hello", [1, "localhost:2", incarnation, incarnation]);
  const { replies } = execute(connection, concat(itself, spellings[0](7, msgpackEncode("a"))));
  assertEquals((replies[0] as [number, number, string[]])[2][0], "bad_request");
  assertEquals(host.told, []);
});
