import { decodeUtf8, isUtf8 } from "../../rpc/mod.ts";
import { nativeUtf8Check, type Runtime } from "../../rpc/msgpack/native_utf8.ts";
import { isUtf8ByHand } from "../../rpc/msgpack/utf8.ts";
import { assert, assertEquals, assertThrows, fc } from "../deps.ts";
import { text, thorough } from "../support/rpc/arbitraries.ts";
import { concat } from "../support/rpc/wire.ts";

/** What the platform says; the judge of everything here. */
function platformDecode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** So many bytes of text are not checked by hand, where the runtime has a check. */
const long = new Uint8Array(256).fill(0x61);

function check(bytes: Uint8Array): void {
  const expected = platformDecode(bytes);
  const isExpected = expected !== undefined;
  assertEquals(isUtf8(bytes, 0, bytes.length), isExpected, `bytes ${bytes}`);
  for (const placed of [concat(long, bytes), concat(bytes, long)]) {
    assertEquals(isUtf8(placed, 0, placed.length), isExpected, `a long text with bytes ${bytes}`);
    assertEquals(isUtf8ByHand(placed, 0, placed.length), isExpected, `by hand, bytes ${bytes}`);
  }
  if (expected !== undefined) assertEquals(decodeUtf8(bytes, 0, bytes.length), expected);
  else assertThrows(() => decodeUtf8(bytes, 0, bytes.length), TypeError);
}

/** Where a byte's part in UTF-8 changes. */
const edges = [0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xff];

const malformed: Record<string, number[]> = {
  "a continuation byte alone": [0x80],
  "an overlong NUL": [0xc0, 0x80],
  "an overlong slash in two bytes": [0xc0, 0xaf],
  "an overlong DEL in two bytes": [0xc1, 0xbf],
  "an overlong slash in three bytes": [0xe0, 0x80, 0xaf],
  "an overlong U+07FF in three bytes": [0xe0, 0x9f, 0xbf],
  "an overlong slash in four bytes": [0xf0, 0x80, 0x80, 0xaf],
  "an overlong U+FFFF in four bytes": [0xf0, 0x8f, 0xbf, 0xbf],
  "the first high surrogate": [0xed, 0xa0, 0x80],
  "the last low surrogate": [0xed, 0xbf, 0xbf],
  "a pair of surrogates (CESU-8)": [0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80],
  "U+110000": [0xf4, 0x90, 0x80, 0x80],
  "U+1FFFFF": [0xf7, 0xbf, 0xbf, 0xbf],
  "a form of five bytes": [0xf8, 0x88, 0x80, 0x80, 0x80],
  "a form of six bytes": [0xfc, 0x84, 0x80, 0x80, 0x80, 0x80],
  "a byte order mark of UTF-16": [0xfe, 0xff],
};

for (const [name, bytes] of Object.entries(malformed)) {
  Deno.test(`isUtf8() is false when the bytes have ${name}`, () => {
    const padding = new Uint8Array(30).fill(0x61);
    for (const placed of [concat(bytes), concat(padding, bytes), concat(bytes, padding)]) {
      assertEquals(isUtf8(placed, 0, placed.length), false);
      check(placed);
    }
  });
}

Deno.test("isUtf8() agrees with the platform when the bytes are any one or two", () => {
  for (let first = 0; first < 0x100; first++) {
    check(new Uint8Array([first]));
    for (const second of edges) check(new Uint8Array([first, second]));
  }
});

Deno.test("isUtf8() agrees with the platform when a long form's bytes are at any edge", () => {
  for (let first = 0xdf; first < 0xf9; first++) {
    for (const second of edges) {
      for (const third of edges) {
        check(new Uint8Array([first, second, third]));
        for (const fourth of [0x7f, 0x80, 0xbf, 0xc0]) {
          check(new Uint8Array([first, second, third, fourth]));
        }
      }
    }
  }
});

Deno.test("isUtf8() agrees with the platform when text is cut or has any byte changed", () => {
  const change = fc.tuple(text, fc.nat(), fc.nat(255));
  fc.assert(
    fc.property(change, ([text, place, byte]) => {
      const bytes = new TextEncoder().encode(text);
      check(bytes);
      check(bytes.subarray(0, place % (bytes.length + 1)));
      check(bytes.subarray(place % (bytes.length + 1)));
      if (bytes.length === 0) return;
      bytes[place % bytes.length] = byte;
      check(bytes);
    }),
    thorough,
  );
});

Deno.test("isUtf8() agrees with the platform when the bytes are random", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 8 }), check), thorough);
});

Deno.test("isUtf8() is true when a code point is the first or last of its length", () => {
  for (const point of [0, 0x7f, 0x80, 0x7ff, 0x800, 0xd7ff, 0xe000, 0xffff, 0x10000, 0x10ffff]) {
    const bytes = new TextEncoder().encode(String.fromCodePoint(point));
    assert(isUtf8(bytes, 0, bytes.length));
    for (let end = 1; end < bytes.length; end++) assert(!isUtf8(bytes, 0, end), "cut");
  }
});

Deno.test("isUtf8() and decodeUtf8() look at no byte outside when given a range", () => {
  const bytes = concat(0xff, new TextEncoder().encode("é€"), 0x80);
  assert(isUtf8(bytes, 1, 6));
  assertEquals(decodeUtf8(bytes, 1, 6), "é€");
  // The last character goes on behind the end.
  assert(!isUtf8(bytes, 1, 5));
  assertThrows(() => decodeUtf8(bytes, 1, 5), TypeError);
});

Deno.test("isUtf8() looks at no byte outside when a long range is given", () => {
  const bytes = concat(0xff, long, new TextEncoder().encode("é€"), 0x80);
  const end = bytes.length - 1;
  assert(isUtf8(bytes, 1, end));
  assert(!isUtf8(bytes, 0, end));
  assert(!isUtf8(bytes, 1, end - 1));
  assert(!isUtf8(bytes, 1, end + 1));
});

Deno.test("nativeUtf8Check() is the runtime's where it has one, as Deno, and absent where not, as in a browser", () => {
  const check = nativeUtf8Check(globalThis as Runtime)!;
  assertEquals([check(long), check(concat(long, 0x80))], [true, false]);
  assertEquals(nativeUtf8Check({}), undefined);
  // What bundlers put in the place of Node's.
  assertEquals(nativeUtf8Check({ process: {} }), undefined);
  assertEquals(nativeUtf8Check({ process: { getBuiltinModule: () => undefined } }), undefined);
});

Deno.test("decodeUtf8() keeps a byte order mark when text begins with one", () => {
  const bytes = new TextEncoder().encode("\ufeffx");
  assertEquals(decodeUtf8(bytes, 0, bytes.length), "\ufeffx");
});
