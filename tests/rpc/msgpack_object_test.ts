import { decode, encode, MsgpackWriter, writeValue } from "../../rpc/mod.ts";
import { assert, assertEquals, fc, msgpackDecode, msgpackEncode } from "../deps.ts";
import { marshallable } from "../support/rpc/arbitraries.ts";
import { assertSameValue } from "./same_value.ts";

// A map's header is written before its entries are counted, and widened when there are many.

const counts = [0, 1, 15, 16, 17, 255, 256, 65_535, 65_536];

function withKeys(count: number, value: (i: number) => unknown): Record<string, unknown> {
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, value(i)]));
}

for (const count of counts) {
  Deno.test(`encode() writes an object of ${count} keys byte for byte as @msgpack/msgpack does`, () => {
    const value = withKeys(count, (i) => i % 1000 === 0 ? ["nested", i] : i);
    const bytes = encode(value);
    assert(equalBytes(bytes, msgpackEncode(value)));
    assertSameValue(decode(bytes), value);
  });
}

Deno.test("writeValue() widens a header wherever the buffer ends", () => {
  const value = withKeys(16, (i) => i);
  const expected = msgpackEncode(value);
  for (let bufferBytes = 1; bufferBytes <= expected.length + 1; bufferBytes++) {
    const writer = new MsgpackWriter(bufferBytes);
    writeValue(writer, value);
    assertEquals(writer.written(), expected);
  }
});

Deno.test("writeValue() keeps what it reserved in place when long objects nest in all else", () => {
  const long = fc.tuple(fc.constantFrom(15, 16, 17, 40), marshallable)
    .map(([count, value]) => withKeys(count, (i) => i === 7 ? value : i));
  const value = fc.tuple(long, long, marshallable)
    .map(([a, b, c]) => [a, new Map([[b, { a, b: [b, c] }]]), { ...b, inner: { ...a, c } }]);
  fc.assert(
    fc.property(
      value,
      fc.oneof(fc.integer({ min: 1, max: 300 }), fc.constant(10_000)),
      (value, chunkBytes) => {
        const writer = new MsgpackWriter(chunkBytes);
        for (let times = 0; times < 3; times++) {
          writeValue(writer, value);
          assertSameValue(decode(writer.bytes, writer.start, writer.length), value);
          writer.seal();
        }
      },
    ),
    { numRuns: 200 },
  );
});

Deno.test("encode() writes own enumerable properties by name and no others, in their order", () => {
  const object = Object.defineProperty(
    {
      b: 1,
      10: "ten",
      a: 3,
      9: "nine",
      get computed() {
        return this.a;
      },
    },
    "hidden",
    { value: 4, enumerable: false },
  );
  const expected = { 9: "nine", 10: "ten", b: 1, a: 3, computed: 3 };
  assertSameValue(decode(encode(object)), expected);
  assertEquals(Object.keys(msgpackDecode(encode(object)) as object), Object.keys(object));
});

Deno.test("encode() writes no property that an object inherits", () => {
  const prototype = Object.prototype as Record<string, unknown>;
  try {
    prototype.inherited = "by all";
    assertSameValue(Object.entries(decode(encode({ own: 1 })) as object), [["own", 1]]);
    assertSameValue(Object.entries(decode(encode({ inherited: 1 })) as object), [["inherited", 1]]);
  } finally {
    delete prototype.inherited;
  }
  assertSameValue(decode(encode({ own: 1 })), { own: 1 });
});

Deno.test("encode() writes one value whatever an object does to itself while it is read", () => {
  const adding: Record<string, unknown> = {
    get first() {
      return adding.added = 1;
    },
    last: 2,
  };
  const removing: Record<string, unknown> = {
    get first() {
      return delete removing.last;
    },
    last: 2,
  };
  const growing: unknown[] = [];
  growing.push({
    get first() {
      return growing.push(1);
    },
  }, 2);
  assertSameValue(decode(encode(adding)), { first: 1, last: 2 });
  assertSameValue(decode(encode(removing)), { first: true });
  assertSameValue(decode(encode(growing)), [{ first: 3 }, 2]);
});

Deno.test("decode() keeps the last value when a key comes twice", () => {
  const key = [0xa4, 0x74, 0x79, 0x70, 0x65];
  assertSameValue(decode(new Uint8Array([0x82, ...key, 1, ...key, 2])), { type: 2 });
});

/** Faster than `assertEquals` where there are very many. */
function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
