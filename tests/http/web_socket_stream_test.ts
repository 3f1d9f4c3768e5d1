import { WebSocketMessages } from "../../http/web_socket_messages.ts";
import { WebSocketStream } from "../../http/web_socket_stream.ts";
import type { ByteStream } from "../../rpc/mod.ts";
import { assert, assertEquals, assertRejects, fc } from "../deps.ts";

/** A connection whose other end has sent everything already, and what is written to it. */
class Sent implements ByteStream {
  readonly peer = "client:1";
  readonly written: number[] = [];
  isClosed = false;
  #rest: Uint8Array;
  #partBytes: number;

  /** @param partBytes how much is read at once, at the most */
  constructor(bytes: Iterable<number>, partBytes = Infinity) {
    this.#rest = Uint8Array.from(bytes);
    this.#partBytes = partBytes;
  }

  read(into: Uint8Array): Promise<number | null> {
    const part = this.#rest.subarray(0, Math.min(into.length, this.#partBytes));
    into.set(part);
    this.#rest = this.#rest.subarray(part.length);
    return Promise.resolve(part.length === 0 ? null : part.length);
  }

  write(bytes: Uint8Array): Promise<void> {
    this.written.push(...bytes);
    return Promise.resolve();
  }

  closeWrite(): Promise<void> {
    return Promise.resolve();
  }

  close(): void {
    this.isClosed = true;
  }
}

/** A frame of a client: its first byte, and its payload under a mask. */
function masked(first: number, payload: readonly number[], mask = [1, 2, 3, 4]): number[] {
  const { length } = payload;
  const lengthBytes = length < 126
    ? [0x80 | length]
    : length < 2 ** 16
    ? [0x80 | 126, length >> 8, length & 0xff]
    : [
      0x80 | 127,
      0,
      0,
      0,
      0,
      length >>> 24,
      (length >> 16) & 0xff,
      (length >> 8) & 0xff,
      length & 0xff,
    ];
  return [first, ...lengthBytes, ...mask, ...payload.map((byte, i) => byte ^ mask[i & 3])];
}

const [text, binary, part, last, close, ping, pong] = [0x81, 0x82, 0x02, 0x80, 0x88, 0x89, 0x8a];

/** A frame as query ports speak it. */
const frame = (payload: readonly number[]) => {
  const { length } = payload;
  return [length >>> 24, (length >> 16) & 0xff, (length >> 8) & 0xff, length & 0xff, ...payload];
};

async function readAll(stream: ByteStream, atOnce = 64): Promise<number[]> {
  const all: number[] = [];
  const into = new Uint8Array(atOnce);
  for (;;) {
    const count = await stream.read(into);
    if (count === null) return all;
    assert(count > 0);
    all.push(...into.subarray(0, count));
  }
}

Deno.test("a WebSocketStream reads what comes in messages as one stream, however it is cut", () => {
  const payload = fc.array(fc.nat(255), { minLength: 1, maxLength: 300 });
  // Of each message its frames, and how its bytes are spread over parts.
  const message = fc.tuple(
    fc.array(payload, { minLength: 1, maxLength: 3 }),
    fc.array(fc.nat(900), { maxLength: 3 }),
  );
  const property = fc.asyncProperty(
    fc.array(message, { maxLength: 4 }),
    fc.integer({ min: 1, max: 200 }),
    fc.integer({ min: 1, max: 200 }),
    async (messages, partBytes, atOnce) => {
      const sent: number[] = [];
      const expected: number[] = [];
      for (const [payloads, cuts] of messages) {
        const bytes = payloads.flatMap(frame);
        expected.push(...bytes);
        const places = [
          0,
          ...cuts.map((at) => at % (bytes.length + 1)).sort((a, b) => a - b),
          bytes.length,
        ];
        for (let i = 1; i < places.length; i++) {
          const isFirst = i === 1;
          const isLast = i === places.length - 1;
          const first = (isFirst ? part : 0) | (isLast ? 0x80 : 0);
          sent.push(...masked(first, bytes.slice(places[i - 1], places[i])));
          if (i % 2 === 0) sent.push(...masked(ping, [i]), ...masked(pong, []));
        }
      }
      const stream = new WebSocketStream(
        new Sent([...sent, ...masked(close, [3, 232])], partBytes),
      );
      assertEquals(await readAll(stream, atOnce), expected);
    },
  );
  return fc.assert(property);
});

Deno.test("a WebSocketStream reads long messages, and answers pings between their parts", async () => {
  const payload = Array.from({ length: 70_000 }, (_, i) => i & 0xff);
  const bytes = frame(payload);
  const sent = new Sent([
    ...masked(part, bytes.slice(0, 66_000)),
    ...masked(ping, [7, 8, 9]),
    ...masked(last, bytes.slice(66_000)),
  ]);
  const stream = new WebSocketStream(sent);
  assertEquals(await readAll(stream, 5_000), bytes);
  assertEquals(sent.written, [pong, 3, 7, 8, 9]);
});

Deno.test("a WebSocketStream writes whole frames as one message, and parts of a frame as parts of one", async () => {
  const sent = new Sent([]);
  const stream = new WebSocketStream(sent);
  const take = () => sent.written.splice(0);
  const two = [...frame([1]), ...frame([2, 3])];
  await stream.write(Uint8Array.from(two));
  assertEquals(take(), [binary, two.length, ...two]);
  const long = frame(Array.from({ length: 300 }, () => 5));
  await Promise.all(
    [[0, 2], [2, 200], [200, 304]].map(([start, end]) =>
      stream.write(Uint8Array.from(long.slice(start, end)))
    ),
  );
  assertEquals(take(), [
    ...[part, 2, ...long.slice(0, 2)],
    ...[0, 126, 0, 198, ...long.slice(2, 200)],
    ...[last, 104, ...long.slice(200)],
  ]);
  const large = new Uint8Array(100_004);
  large.set([0, 1, 0x86, 0xa0]);
  await stream.write(large);
  assertEquals(take().slice(0, 14), [binary, 127, 0, 0, 0, 0, 0, 1, 0x86, 0xa4, 0, 1, 0x86, 0xa0]);
  await stream.closeWrite();
  await stream.closeWrite();
  assertEquals(take(), [close, 2, 3, 232]);
});

Deno.test("a WebSocketStream ends what breaks the protocol, and says how", async () => {
  const one = frame([1]);
  const cases: [bytes: number[], says: RegExp, code: number][] = [
    [[binary, 5, ...one], /not masked/, 1002],
    [masked(0xc2, one), /bits/, 1002],
    [masked(text, one), /text/, 1003],
    [masked(last, one), /goes on without one/, 1002],
    [[...masked(part, one), ...masked(binary, one)], /begins within another/, 1002],
    [masked(0x83, one), /no known kind/, 1002],
    [masked(0x09, [1]), /not whole/, 1002],
    [masked(ping, Array.from({ length: 126 }, () => 0)), /too long/, 1002],
    [[binary, 0xff, 255, 255, 255, 255, 255, 255, 255, 255, 1, 2, 3, 4], /too long/, 1002],
    [masked(binary, one.slice(0, 4)), /whole frames/, 1002],
    [masked(binary, [...one, 0]), /whole frames/, 1002],
    [masked(binary, one).slice(0, 8), /within a message/, 1002],
    [[...masked(part, one), ...masked(binary, one).slice(0, 3)], /within a frame/, 1002],
    [[binary], /within a frame/, 1002],
  ];
  for (const [bytes, says, code] of cases) {
    const sent = new Sent(bytes);
    const stream = new WebSocketStream(sent);
    const { message } = await assertRejects(() => readAll(stream), Error);
    assert(says.test(message), message);
    await stream.closeWrite();
    assertEquals(sent.written, [close, 2, code >> 8, code & 0xff]);
  }
});

Deno.test("a WebSocketStream takes no command of Redis for the length of a frame", async () => {
  for (const command of ["*1\r\n$4\r\nPING\r\n", "PING\r\n"]) {
    const stream = new WebSocketStream(
      new Sent(masked(binary, [...new TextEncoder().encode(command)])),
    );
    await assertRejects(() => readAll(stream), Error, "allowed are 1 to 16777216");
  }
});

Deno.test("WebSocketMessages gives whole messages, text apart from bytes, however they are cut", () => {
  const message = fc.record({
    isText: fc.boolean(),
    parts: fc.array(fc.array(fc.nat(255), { maxLength: 200 }), { minLength: 1, maxLength: 4 }),
  });
  const property = fc.asyncProperty(
    fc.array(message, { maxLength: 5 }),
    fc.integer({ min: 1, max: 100 }),
    async (messages, partBytes) => {
      const sent = messages.flatMap(({ isText, parts }) =>
        parts.flatMap((payload, i) => {
          const opcode = i > 0 ? 0 : isText ? 1 : 2;
          const isLast = i === parts.length - 1;
          return [...masked(ping, [i]), ...masked((isLast ? 0x80 : 0) | opcode, payload)];
        })
      );
      const reader = new WebSocketMessages(
        new Sent([...sent, ...masked(close, [])], partBytes),
        800,
      );
      for (const { isText, parts } of messages) {
        const found = await reader.next();
        assertEquals([found?.isText, [...found!.bytes]], [isText, parts.flat()]);
      }
      assertEquals(await reader.next(), undefined);
    },
  );
  return fc.assert(property);
});

Deno.test("WebSocketMessages ends a message that is too long before it has come, and says why", async () => {
  const payload = Array.from({ length: 60 }, () => 65);
  const sent = [...masked(part, payload), ...masked(last, payload)];
  const stream = new Sent(sent);
  const reader = new WebSocketMessages(stream, 100);
  await assertRejects(() => reader.next(), Error, "a message is too long");
  await reader.closeWrite();
  assertEquals(stream.written, [0x88, 2, 1_009 >> 8, 1_009 & 0xff]);
});

Deno.test("nothing is sent behind the word that nothing more comes", async () => {
  const stream = new Sent([]);
  const writer = new WebSocketMessages(stream, 100);
  await writer.send({ isText: true, bytes: Uint8Array.of(65) });
  await writer.closeWrite();
  await writer.send({ isText: true, bytes: Uint8Array.of(66) });
  await writer.closeWrite();
  assertEquals(stream.written, [0x81, 1, 65, 0x88, 2, 1_000 >> 8, 1_000 & 0xff]);
});
