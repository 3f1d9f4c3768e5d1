import { decode, encode, MsgpackWriter, UnmarshallableError, writeValue } from "../../rpc/mod.ts";
import { assert, assertEquals, assertStrictEquals, assertThrows, fc } from "../deps.ts";
import { marshallable, thorough } from "../support/rpc/arbitraries.ts";
import { assertSameValue } from "./same_value.ts";

/** A content that was set aside. */
interface Sealed {
  bytes: Uint8Array;
  start: number;
  end: number;
}

function seal(writer: MsgpackWriter): Sealed {
  const sealed = { bytes: writer.bytes, start: writer.start, end: writer.length };
  writer.seal();
  return sealed;
}

Deno.test("MsgpackWriter.seal() keeps every content as it was when others follow, wherever a chunk ends", () => {
  fc.assert(
    fc.property(
      fc.array(marshallable, { maxLength: 20 }),
      fc.integer({ min: 1, max: 200 }),
      (values, chunkBytes) => {
        const writer = new MsgpackWriter(chunkBytes);
        const contents = values.map((value) => {
          assertThrows(() => writeValue(writer, [value, "refused", Symbol()]), UnmarshallableError);
          writer.clear();
          writeValue(writer, value);
          return seal(writer);
        });
        contents.forEach(({ bytes, start, end }, i) => {
          assertEquals(bytes.slice(start, end), encode(values[i]));
          assertSameValue(decode(bytes, start, end), values[i]);
        });
      },
    ),
    thorough,
  );
});

Deno.test("MsgpackWriter.seal() keeps what was reserved in its place when a content moves", () => {
  for (let chunkBytes = 1; chunkBytes < 64; chunkBytes++) {
    const writer = new MsgpackWriter(chunkBytes);
    writer.nil();
    writer.seal();
    const frame = writer.beginFrame();
    const header = writer.reserveHeader32();
    for (let i = 0; i < 3; i++) writer.str("item");
    writer.fillHeader32(header, 0xdd, 3);
    writer.endFrame(frame);
    const item = [0xa4, 105, 116, 101, 109];
    assertEquals([...writer.written()], [0, 0, 0, 20, 0xdd, 0, 0, 0, 3, ...item, ...item, ...item]);
  }
});

Deno.test("MsgpackWriter.seal() puts many contents into one chunk, and shares no long one's", () => {
  const writer = new MsgpackWriter(1024);
  const chunks = new Set<Uint8Array>();
  for (let i = 0; i < 200; i++) {
    writer.raw(new Uint8Array(50));
    chunks.add(seal(writer).bytes);
  }
  assertEquals([...chunks].map(({ length }) => length), new Array(10).fill(1024));
  writer.raw(new Uint8Array(5_000));
  writer.nil();
  const long = seal(writer);
  assert(long.bytes.length > long.end, "there would be room for another one");
  writer.nil();
  const next = seal(writer);
  assert(next.bytes !== long.bytes);
  assertStrictEquals(next.bytes.length, 1024);
});

Deno.test("MsgpackWriter gives large buffers back that it has left, and none that holds what was set aside", () => {
  const writer = new MsgpackWriter(64 * 1024);
  const part = new Uint8Array(50_000).fill(7);
  writer.bin(part);
  writer.bin(part);
  const left = writer.bytes;
  writer.bin(part);
  assertEquals(left.length, 0);
  const long = seal(writer);
  assertEquals(long.end, 3 * (3 + part.length));
  assertEquals(long.bytes.subarray(3, 3 + part.length), part);
  const chunk = writer.bytes;
  writer.int(1);
  const short = seal(writer);
  writer.bin(part);
  writer.bin(part);
  const taken = writer.bytes;
  writer.discard();
  assertEquals([short.bytes[0], chunk.length, taken.length], [1, 64 * 1024, 0]);
  assertEquals([writer.size, writer.bytes.length], [0, 64 * 1024]);
});

Deno.test("MsgpackWriter goes on in its chunk behind a long content, and keeps what was sealed there", () => {
  const writer = new MsgpackWriter(1024);
  const contents: Sealed[] = [];
  for (let i = 0; i < 8; i++) {
    writer.raw(new Uint8Array(i % 2 === 0 ? 100 : 5_000).fill(i));
    if (i === 5) writer.discard();
    else contents.push(seal(writer));
  }
  const chunks = contents.filter(({ bytes }) => bytes.length === 1024);
  assertEquals(new Set(chunks.map(({ bytes }) => bytes)).size, 1);
  assertEquals(
    chunks.map(({ start, end }) => [start, end]),
    [0, 1, 2, 3].map((n) => [
      100 * n,
      100 * n + 100,
    ]),
  );
  for (const { bytes, start, end } of contents) {
    assert(bytes.subarray(start, end).every((byte) => byte === bytes[start]));
  }
});
