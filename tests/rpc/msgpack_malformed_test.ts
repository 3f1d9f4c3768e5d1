import { decode, encode, MsgpackError, MsgpackReader } from "../../rpc/mod.ts";
import { wireLimits } from "../../limits.ts";
import { assert, assertEquals, assertThrows, fc } from "../deps.ts";
import { marshallable, thorough } from "../support/rpc/arbitraries.ts";
import { assertSameValue } from "./same_value.ts";
import { binForms, concat, integerForms, type NumberForm } from "../support/rpc/wire.ts";

/** Decodes; whatever is wrong with the bytes, nothing but a `MsgpackError` may come of it. */
function tryDecode(bytes: Uint8Array): { value: unknown } | undefined {
  try {
    return { value: decode(bytes) };
  } catch (error) {
    assert(error instanceof MsgpackError, `${error}`);
    return undefined;
  }
}

/** Where `skip()` ends, or `undefined` when it refuses. */
function trySkip(bytes: Uint8Array): number | undefined {
  const reader = new MsgpackReader(bytes);
  try {
    reader.skip();
    return reader.at;
  } catch (error) {
    assert(error instanceof MsgpackError, `${error}`);
    return undefined;
  }
}

function checkAny(bytes: Uint8Array): void {
  const decoded = tryDecode(bytes);
  const end = trySkip(bytes);
  if (end !== undefined) assert(end <= bytes.length);
  if (decoded === undefined) return;
  assertEquals(end, bytes.length);
  assertSameValue(decode(encode(decoded.value)), decoded.value);
}

Deno.test("decode() throws nothing but MsgpackError when the bytes are random", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), checkAny), { numRuns: 5000 });
});

Deno.test("decode() throws nothing but MsgpackError when any byte of a value is changed", () => {
  fc.assert(
    fc.property(marshallable, fc.nat(), fc.nat(255), (value, place, byte) => {
      const bytes = encode(value);
      bytes[place % bytes.length] = byte;
      checkAny(bytes);
    }),
    { numRuns: 3000 },
  );
});

Deno.test("decode() and skip() refuse a value that is cut anywhere", () => {
  fc.assert(
    fc.property(marshallable, fc.nat(), (value, place) => {
      const bytes = encode(value);
      const cut = bytes.subarray(0, place % bytes.length);
      assertThrows(() => decode(cut), MsgpackError);
      assertThrows(() => new MsgpackReader(cut).skip(), MsgpackError);
    }),
    thorough,
  );
});

Deno.test("MsgpackReader.skip() walks over a value of each type byte and refuses it cut", () => {
  // Of each type: how many bytes there are when its lengths are 2, its nested values nils.
  const nils = [0xc0, 0xc0, 0xc0, 0xc0];
  const two: Record<number, number[]> = { 1: [2], 2: [0, 2], 4: [0, 0, 0, 2] };
  const fixed: NumberForm[] = [
    [0xc0, 0],
    [0xc2, 0],
    [0xc3, 0],
    [0xca, 4],
    [0xcb, 8],
    ...integerForms,
    [0xd4, 2],
    [0xd5, 3],
    [0xd6, 5],
    [0xd7, 9],
    [0xd8, 17],
  ];
  const values = [
    ...fixed.map(([type, count]) => concat(type, new Uint8Array(count))),
    concat(0x7f),
    concat(0xe0),
    concat(0x82, nils),
    concat(0x92, [0xc0, 0xc0]),
    concat(0xa2, [1, 2]),
    ...binForms.map(([type, size]) => concat(type, two[size], [1, 2])),
    ...[[0xc7, 1], [0xc8, 2], [0xc9, 4]].map(([type, size]) => concat(type, two[size], [9, 1, 2])),
    ...[[0xd9, 1], [0xda, 2], [0xdb, 4]].map(([type, size]) => concat(type, two[size], [1, 2])),
    ...[[0xdc, 2], [0xdd, 4]].map(([type, size]) => concat(type, two[size], [0xc0, 0xc0])),
    ...[[0xde, 2], [0xdf, 4]].map(([type, size]) => concat(type, two[size], nils)),
  ];
  for (const value of values) {
    assertEquals(trySkip(concat(value, 0xc0)), value.length, `type ${value[0]}`);
    for (let end = 0; end < value.length; end++) {
      assertEquals(trySkip(value.subarray(0, end)), undefined, `type ${value[0]} cut at ${end}`);
    }
  }
  assertEquals(trySkip(concat(0xc1)), undefined);
});

// ---- lengths that nothing stands behind -----------------------------------------------------

const fourBillion = [0xff, 0xff, 0xff, 0xff];
const headersOfFourBillion: Record<string, number[]> = {
  "a bin": [0xc6, ...fourBillion],
  "an extension": [0xc9, ...fourBillion, 1],
  "a str": [0xdb, ...fourBillion],
  "an array": [0xdd, ...fourBillion],
  "a map": [0xdf, ...fourBillion],
};

for (const [name, header] of Object.entries(headersOfFourBillion)) {
  Deno.test(`decode() and skip() refuse at once when ${name} claims four billion`, () => {
    for (const bytes of [concat(header), concat(0x92, 0xc0, header, new Uint8Array(100))]) {
      assertThrows(() => decode(bytes), MsgpackError);
      assertEquals(trySkip(bytes), undefined);
    }
  });
}

Deno.test("decode() refuses at once when a Map claims four billion", () => {
  const bytes = concat([0xc9, 0, 0, 0, 5, 1, 0xdf], fourBillion);
  assertThrows(() => decode(bytes), MsgpackError);
});

Deno.test("decode() and skip() refuse at once when each of many levels claims four billion", () => {
  const level = headersOfFourBillion["an array"];
  const bytes = concat(...Array.from({ length: 10_000 }, () => level));
  assertThrows(() => decode(bytes), MsgpackError);
  assertEquals(trySkip(bytes), undefined);
});

Deno.test("decode() and skip() need no longer than the bytes are when every level claims all of them", () => {
  // Each claim is as great as can be believed, so only the end of the bytes ends the walk.
  const bytes = new Uint8Array(5_000_000);
  const view = new DataView(bytes.buffer);
  for (let at = 0; at + 5 < bytes.length; at += 5) {
    bytes[at] = 0xdd;
    view.setUint32(at + 1, bytes.length - at - 5);
  }
  assertThrows(() => decode(bytes), MsgpackError);
  assertEquals(trySkip(bytes), undefined);
});

// ---- nesting --------------------------------------------------------------------------------

const levels: Record<string, number[]> = {
  "arrays": [0x91],
  "maps": [0x81, 0xa0],
  "arrays with long headers": [0xdd, 0, 0, 0, 1],
  "maps with long headers": [0xdf, 0, 0, 0, 1, 0xa0],
};

for (const [name, level] of Object.entries(levels)) {
  const nest = (depth: number) => concat(...Array.from({ length: depth }, () => level), 0xc0);

  Deno.test(`decode() refuses and skip() does not mind when ${name} nest 10,000 deep`, () => {
    const bytes = nest(10_000);
    assertThrows(() => decode(bytes), MsgpackError, "nested deeper");
    assertEquals(trySkip(bytes), bytes.length);
  });

  Deno.test(`decode() reads ${name} when they nest just as deep as is allowed`, () => {
    decode(nest(wireLimits.valueDepthMax));
    assertThrows(() => decode(nest(wireLimits.valueDepthMax + 1)), MsgpackError, "nested deeper");
  });
}

Deno.test("decode() refuses Maps that nest 10,000 deep, whatever length they claim", () => {
  const level = [0xc9, 0, 0, 0xff, 0xff, 1, 0x81, 0xc0];
  const bytes = concat(...Array.from({ length: 10_000 }, () => level), 0xc0);
  assertThrows(() => decode(bytes), MsgpackError, "nested deeper");
});

// ---- bytes that only this project's reader judges -------------------------------------------

const refused: Record<string, number[]> = {
  "the byte that starts nothing": [0xc1],
  "nothing at all": [],
  "two values": [0xc0, 0xc0],
  "a str that is not UTF-8": [0xa1, 0xff],
  "a key that is not UTF-8": [0x81, 0xa1, 0xff, 0xc0],
  "a map whose key is a number": [0x81, 1, 2],
  "a map whose key is a bin": [0x81, 0xc4, 1, 97, 2],
  "an extension of a type that is not known": [0xd4, 99, 0],
  "an undefined that has content": [0xd4, 0, 0],
  "a Map that is no map": [0xd4, 1, 0xc0],
  "a Map that ends before its extension": [0xd5, 1, 0x80, 0xc0],
  "a Map that ends behind its extension": [0xc7, 1, 1, 0x81, 1, 2],
  "a bigint that is a fraction": [0xc7, 9, 2, 0xcb, 0x3f, 0xf8, 0, 0, 0, 0, 0, 0],
  "a bigint that is no number": [0xd4, 2, 0xc0],
  "a bigint that is nothing": [0xc7, 0, 2],
  "a bigint of 64 bits where a short one is due": [
    0xc7,
    9,
    2,
    0xcf,
    ...fourBillion,
    ...fourBillion,
  ],
};

for (const [name, bytes] of Object.entries(refused)) {
  Deno.test(`decode() throws MsgpackError when the bytes are ${name}`, () => {
    assertThrows(() => decode(new Uint8Array(bytes)), MsgpackError);
  });
}
