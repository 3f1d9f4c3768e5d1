import { mismatch, MsgpackReader, MsgpackWriter } from "../../rpc/mod.ts";
import { assert, assertEquals, assertLessOrEqual, fc, msgpackDecode } from "../deps.ts";
import { text, thorough } from "../support/rpc/arbitraries.ts";
import { concat } from "../support/rpc/wire.ts";

// A str is written before its length in bytes is known: behind the header that its length in
// characters asks for, and moved when its bytes need a longer one. Both kinds of length therefore
// go over every bound of a header, with characters of one to four bytes.

const headerBounds = [0, 24, 32, 256, 65536];
const characters = ["a", "é", "€", "\u{1f600}"];

/** The header that the format asks for. */
function header(byteCount: number): number[] {
  if (byteCount < 32) return [0xa0 | byteCount];
  if (byteCount < 256) return [0xd9, byteCount];
  if (byteCount < 65536) return [0xda, byteCount >> 8, byteCount & 0xff];
  return [
    0xdb,
    byteCount >>> 24,
    (byteCount >> 16) & 0xff,
    (byteCount >> 8) & 0xff,
    byteCount & 0xff,
  ];
}

/** Texts around every bound, by their characters and by their bytes. */
function* textsAroundBounds(): Generator<string> {
  for (const bound of headerBounds) {
    for (const character of characters) {
      const bytesEach = new TextEncoder().encode(character).length;
      for (const unitLength of [character.length, bytesEach]) {
        const count = Math.floor(bound / unitLength);
        for (const more of [-1, 0, 1]) {
          if (count + more < 0) continue;
          yield character.repeat(count + more);
          yield "a" + character.repeat(count + more);
        }
      }
    }
  }
}

for (const initialBytes of [1, 1 << 20]) {
  const room = initialBytes === 1 ? "its buffer has to grow" : "there is room";

  Deno.test(`MsgpackWriter.str() writes the shortest header and all bytes when ${room}`, () => {
    for (const text of textsAroundBounds()) {
      const writer = new MsgpackWriter(initialBytes);
      writer.nil();
      assert(writer.str(text));
      writer.nil();
      const content = new TextEncoder().encode(text);
      assertEquals(writer.written(), concat(0xc0, header(content.length), content, 0xc0));
      assertEquals(new MsgpackReader(writer.written(), 1).str(), text);
    }
  });
}

Deno.test("MsgpackWriter.str() writes nothing when the text has a lone surrogate", () => {
  const long = "x".repeat(100);
  for (
    const lone of ["\ud800", "\udfff", "a\udc00b", "\udc00\ud800", `${long}\ud83d`, `\udead${long}`]
  ) {
    const writer = new MsgpackWriter();
    writer.nil();
    assertEquals(writer.str(lone), false);
    assertEquals(writer.length, 1);
  }
});

Deno.test("MsgpackWriter.strBytes() writes what str() writes when given the text's bytes", () => {
  for (const text of textsAroundBounds()) {
    const content = new TextEncoder().encode(text);
    const [whole, part, expected] = [1, 2, 3].map(() => new MsgpackWriter());
    whole.strBytes(content);
    part.strBytes(concat(1, 2, content, 3), 2, 2 + content.length);
    expected.str(text);
    assertEquals(whole.written(), expected.written());
    assertEquals(part.written(), expected.written());
  }
});

Deno.test("MsgpackWriter.bin() writes what others read when its length passes each bound", () => {
  for (const bound of [0, 32, 33, 255, 256, 65535, 65536]) {
    const content = new Uint8Array(bound).fill(7);
    const writer = new MsgpackWriter(1);
    writer.bin(content);
    assertEquals(msgpackDecode(writer.written()), content);
    assertEquals(new MsgpackReader(writer.written()).bin(), content);
  }
});

// From the format's specification: count, header of an array, header of a map.
const containerHeaders: [number, number[], number[]][] = [
  [0, [0x90], [0x80]],
  [15, [0x9f], [0x8f]],
  [16, [0xdc, 0, 16], [0xde, 0, 16]],
  [65535, [0xdc, 0xff, 0xff], [0xde, 0xff, 0xff]],
  [65536, [0xdd, 0, 1, 0, 0], [0xdf, 0, 1, 0, 0]],
  [0xffffffff, [0xdd, 0xff, 0xff, 0xff, 0xff], [0xdf, 0xff, 0xff, 0xff, 0xff]],
];

for (const [count, arrayHeader, mapHeader] of containerHeaders) {
  Deno.test(`MsgpackWriter writes the shortest header when a container has ${count} elements`, () => {
    const writer = new MsgpackWriter(1);
    writer.arrayHeader(count);
    writer.mapHeader(count);
    assertEquals(writer.written(), concat(arrayHeader, mapHeader));
    const reader = new MsgpackReader(writer.written());
    assertEquals(reader.mapHeader(), mismatch);
    assertEquals(reader.arrayHeader(), count);
    assertEquals(reader.arrayHeader(), mismatch);
    assertEquals(reader.mapHeader(), count);
  });
}

Deno.test("MsgpackWriter keeps what is written before when its buffer grows at any place", () => {
  fc.assert(
    fc.property(
      fc.array(text, { maxLength: 20 }),
      fc.integer({ min: 1, max: 64 }),
      (texts, size) => {
        const writer = new MsgpackWriter(size);
        for (const text of texts) writer.str(text);
        const reader = new MsgpackReader(writer.written());
        for (const text of texts) assertEquals(reader.str(), text);
        assert(reader.atEnd);
      },
    ),
    thorough,
  );
});

Deno.test("MsgpackWriter.clear() gives a long buffer back", () => {
  const writer = new MsgpackWriter(16);
  writer.bin(new Uint8Array(1 << 20));
  writer.clear();
  assertEquals(writer.length, 0);
  assertEquals(writer.bytes.length, 16);
  writer.str("as new");
  assertEquals(new MsgpackReader(writer.written()).str(), "as new");
});

Deno.test("MsgpackWriter.clear() gives a buffer back that was long enough for a while, and none that is used", () => {
  const writer = new MsgpackWriter(16);
  const fill = (bytes: number) => {
    writer.bin(new Uint8Array(bytes));
    writer.clear();
  };
  fill(900);
  const { length } = writer.bytes;
  for (let i = 0; i < 100; i++) fill(i % 8 === 0 ? 900 : 10);
  assertEquals(writer.bytes.length, length);
  for (let i = 0; i < 8; i++) fill(10);
  assertEquals(writer.bytes.length, 16);
});

Deno.test("MsgpackWriter moves a content only now and then, however long it grows", () => {
  const writer = new MsgpackWriter(16);
  const buffers = new Set<Uint8Array>();
  for (let i = 0; i < 100_000; i++) {
    writer.nil();
    buffers.add(writer.bytes);
  }
  assertLessOrEqual(buffers.size, 14);
});
