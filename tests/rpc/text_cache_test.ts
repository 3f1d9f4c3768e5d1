import { wireLimits } from "../../limits.ts";
import { decode, MsgpackError } from "../../rpc/mod.ts";
import { TextCache } from "../../rpc/msgpack/text_cache.ts";
import { assertEquals, assertThrows, fc, msgpackEncode } from "../deps.ts";
import { text as anyText, thorough } from "../support/rpc/arbitraries.ts";
import { concat } from "../support/rpc/wire.ts";

const encoder = new TextEncoder();

/** What the platform makes of the bytes; `undefined` when they are not UTF-8. */
function platformText(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function textOf(cache: TextCache, bytes: Uint8Array, start: number, end: number) {
  try {
    return cache.text(bytes, start, end);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

/** Texts that have one slot, alike at their ends and as long as each other. */
const colliding = fc.tuple(
  fc.constantFrom("head", "Kopf"),
  fc.string({ unit: fc.constantFrom("a", "b"), minLength: 0, maxLength: 4 }),
  fc.constantFrom("tail", "Ende"),
).map((parts) => encoder.encode(parts.join("")));

/** Texts of each length around the bounds of what is kept. */
const bounded = fc.tuple(
  fc.constantFrom(0, 1, 3, 4, 5, 7, 8, 9, wireLimits.cachedTextBytesMax, 96),
  fc.integer({ min: -1, max: 1 }),
  fc.constantFrom("a", "b", "é"),
).map(([length, more, unit]) => encoder.encode(unit.repeat(Math.max(0, length + more))));

const spelling = fc.oneof(
  colliding,
  bounded,
  anyText.map((text) => encoder.encode(text)),
  fc.uint8Array({ maxLength: wireLimits.cachedTextBytesMax + 2 }),
);

Deno.test("TextCache.text() is what the platform says, whatever came before", () => {
  const cache = new TextCache();
  // Bytes come again in one buffer whose content changes, and in buffers of their own.
  const shared = new Uint8Array(10_000);
  fc.assert(
    fc.property(fc.array(spelling, { maxLength: 30 }), fc.nat(100), (spellings, before) => {
      for (let times = 0; times < 2; times++) {
        for (const bytes of spellings) {
          const expected = platformText(bytes);
          shared.set(bytes, before);
          assertEquals(textOf(cache, shared, before, before + bytes.length), expected);
          assertEquals(textOf(cache, bytes, 0, bytes.length), expected);
        }
      }
    }),
    thorough,
  );
});

Deno.test("TextCache.text() is right when any one byte differs from a text that is kept", () => {
  const cache = new TextCache();
  for (let count = 1; count <= wireLimits.cachedTextBytesMax + 1; count++) {
    const kept = encoder.encode("0123456789".repeat(10).slice(0, count));
    for (let place = 0; place < count; place++) {
      for (const byte of [0x61, 0x80, 0xff]) {
        cache.text(kept, 0, count);
        const other = kept.slice();
        other[place] = byte;
        assertEquals(textOf(cache, other, 0, count), platformText(other));
        assertEquals(textOf(cache, kept, 0, count), platformText(kept));
      }
    }
  }
});

Deno.test("TextCache.text() tells texts apart when there are many more than it keeps", () => {
  const cache = new TextCache();
  for (const length of [8, wireLimits.cachedTextBytesMax, wireLimits.cachedTextBytesMax + 1]) {
    const texts = Array.from(
      { length: wireLimits.cachedTexts * 10 },
      (_, i) => `${i}`.padStart(length, "text "),
    );
    for (let times = 0; times < 2; times++) {
      for (const text of texts) {
        const bytes = encoder.encode(text);
        assertEquals(cache.text(bytes, 0, bytes.length), text);
      }
    }
  }
});

Deno.test("TextCache.text() looks at the bytes it is given when they are parts of one buffer", () => {
  const cache = new TextCache();
  for (const behind of [0, wireLimits.cachedFromBytesMax]) {
    const buffer = concat(encoder.encode("first.other."), new Uint8Array(behind));
    const parts = [buffer.subarray(0, 6), buffer.subarray(6, 12), buffer, buffer.subarray(6)];
    for (let times = 0; times < 2; times++) {
      const texts = parts.map((part) => cache.text(part, 0, 6));
      assertEquals(texts, ["first.", "other.", "first.", "other."]);
    }
  }
});

Deno.test("decode() refuses a str that is not UTF-8 although all but its middle is known", () => {
  const message = (middle: number) =>
    concat(0xa9, encoder.encode("head"), middle, encoder.encode("tail"));
  for (const wrap of [(str: Uint8Array) => str, (str: Uint8Array) => concat(0x81, str, 0xc0)]) {
    decode(wrap(message(0x2d)));
    assertThrows(() => decode(wrap(message(0x80))), MsgpackError, "UTF-8");
    assertThrows(() => decode(wrap(message(0x80))), MsgpackError, "UTF-8");
    decode(wrap(message(0x2d)));
  }
});

Deno.test("decode() keeps keys apart from each other when they share a slot", () => {
  const keys = Array.from({ length: 64 }, (_, i) => `head${i.toString(2).padStart(6, "0")}tail`);
  const value = Object.fromEntries(keys.map((key, i) => [key, { [keys[63 - i]]: key }]));
  for (let times = 0; times < 3; times++) assertEquals(decode(msgpackEncode(value)), value);
});
