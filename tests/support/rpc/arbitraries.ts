import { fc } from "../../deps.ts";

/**
 * What the property tests draw from.
 *
 * @module
 */

/** Code points that UTF-8 writes with one, two, three (around the surrogates) and four bytes. */
const codePoints = [
  [0, 0x7f],
  [0x80, 0x7ff],
  [0x800, 0xd7ff],
  [0xe000, 0xffff],
  [0x10000, 0x10ffff],
];

/** Any character of Unicode, of each length alike; the library's own takes a second to make. */
const character = fc.oneof(...codePoints.map(([min, max]) => fc.integer({ min, max })))
  .map((point) => String.fromCodePoint(point));

/** Any text that UTF-8 can hold: all of Unicode, often short, sometimes past a header's bound. */
export const text = fc.oneof(
  { weight: 8, arbitrary: fc.string({ unit: character, maxLength: 40 }) },
  { weight: 2, arbitrary: fc.string({ unit: "binary-ascii", maxLength: 300 }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      "",
      "__proto__",
      "constructor",
      "\0",
      "a\r\nb",
      "\u{1f600}",
      "\ufeff",
    ),
  },
);

/** Text that both other implementations keep: one drops a byte order mark, both trip over one key. */
const commonText = text.filter((text) => text !== "__proto__" && !text.startsWith("\ufeff"));

/** For properties that cost little: more runs than usual. */
export const thorough = { numRuns: 1000 };

/** Any bytes. */
export const bytes = fc.uint8Array({ maxLength: 300 });

/** Any integer that a number holds exactly, mostly near the bounds of MessagePack's encodings. */
export const safeInteger = fc.oneof(
  fc.maxSafeInteger(),
  fc.integer({ min: -130, max: 260 }),
  fc.tuple(fc.integer({ min: 0, max: 52 }), fc.integer({ min: -2, max: 2 }), fc.boolean())
    .map(([power, offset, negative]) => (2 ** power + offset) * (negative ? -1 : 1))
    .map((value) => value === 0 ? 0 : value),
);

/** A bigint of at most 64 bits that a number cannot hold. */
export const longBigint = fc.oneof(
  fc.bigInt({ min: 2n ** 53n, max: 2n ** 64n - 1n }),
  fc.bigInt({ min: -(2n ** 63n), max: -(2n ** 53n) }),
);

/** A plain object of any keys, each an own property, `__proto__` too. */
function object(value: fc.Arbitrary<unknown>, key = text): fc.Arbitrary<Record<string, unknown>> {
  return fc.array(fc.tuple(key, value), { maxLength: 5 })
    .map((entries) => Object.fromEntries(entries));
}

/** What every implementation of MessagePack can write and read. */
export const commonValue = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constantFrom(null, true, false),
    safeInteger,
    fc.double().filter((value) => !Object.is(value, -0)),
    longBigint,
    commonText,
    bytes,
    fc.array(tie("value"), { maxLength: 20 }),
    object(tie("value"), commonText),
  ),
})).value;

/** Whatever may travel in a message. */
export const marshallable = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constantFrom(null, undefined, true, false, -0, NaN, Infinity, -Infinity),
    safeInteger,
    fc.double(),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }),
    fc.bigInt({ min: -300n, max: 300n }),
    text,
    bytes,
    fc.array(tie("value"), { maxLength: 20 }),
    object(tie("value")),
    fc.array(fc.tuple(tie("value"), tie("value")), { maxLength: 5 })
      .map((entries) => new Map(entries)),
  ),
})).value;
