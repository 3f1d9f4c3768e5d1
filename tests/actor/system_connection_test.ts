import { defaultLimits } from "../../limits.ts";
import type { Marshalled, TellHost } from "../../actor/mod.ts";
import { StatsTable } from "../../actor/stats.ts";
import { SystemConnection } from "../../actor/system_connection.ts";
import { assertEquals, fc, msgpackDecode, msgpackEncode } from "../deps.ts";
import { framesIn } from "../rpc/raw_socket.ts";
import { concat, frame, frameOf, requestFrame } from "../rpc/wire.ts";

const incarnation = "this life";
const hello = requestFrame(1, "Hello", [1, "127.0.0.1:1", "another", incarnation]);

/** A system that keeps what it is told, as it lies in memory. */
class KeepingHost implements TellHost {
  readonly incarnation = incarnation;
  readonly kept: [counter: number, message: Marshalled][] = [];
  readonly bugs: unknown[] = [];

  address = () => "127.0.0.1:2";
  describe = () => "a description";
  stats = () => ({ ...new StatsTable(1).sum() });
  dropped(): void {}
  bug(error: unknown): void {
    this.bugs.push(error);
  }
  refused(): void {}

  receive(counter: number, message: Marshalled): void {
    this.kept.push([counter, message]);
  }

  /** What it was told, read now. */
  get told(): [counter: number, message: unknown][] {
    return this.kept.map(([counter, { bytes, start, end }]) => [
      counter,
      msgpackDecode(bytes.slice(start, end)),
    ]);
  }
}

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
  const { consumed, close, replies } = connection.execute(buffer);
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
      const connection = new SystemConnection(
        host,
        "203.0.113.9",
        defaultLimits.replyBatchBytesMax,
      );
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
  const connection = new SystemConnection(host, "203.0.113.9", defaultLimits.replyBatchBytesMax);
  const tell = (text: string) => spellings[0](7, msgpackEncode(text));
  execute(connection, concat(hello, tell("a"), spellings[1](7, msgpackEncode("b")), tell("c")));
  execute(connection, tell("d"));
  const chunks = host.kept.map(([, { bytes }]) => bytes);
  assertEquals(new Set(chunks).size, 2);
  assertEquals(chunks[0], chunks[2]);
});

Deno.test("SystemConnection hears no Tell before it is greeted, nor after a greeting for another life", () => {
  const host = new KeepingHost();
  const connection = new SystemConnection(host, "203.0.113.9", defaultLimits.replyBatchBytesMax);
  const tells = concat(...spellings.map((spell) => spell(7, msgpackEncode("early"))));
  const wrong = requestFrame(2, "Hello", [1, "127.0.0.1:1", "another", "an earlier life"]);
  assertEquals(execute(connection, concat(tells, wrong, tells)).close, false);
  assertEquals(host.told, []);
  execute(connection, concat(hello, tells));
  assertEquals(host.told.length, spellings.length);
});

Deno.test("SystemConnection ends after the first frame that is no message, and keeps what came before", () => {
  const host = new KeepingHost();
  const connection = new SystemConnection(host, "203.0.113.9", defaultLimits.replyBatchBytesMax);
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
