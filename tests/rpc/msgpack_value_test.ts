import { decode, encode, MsgpackError, MsgpackReader } from "../../rpc/mod.ts";
import {
  assert,
  assertEquals,
  assertNotEquals,
  assertStrictEquals,
  assertThrows,
  fc,
} from "../deps.ts";
import { marshallable, thorough } from "../support/rpc/arbitraries.ts";
import { assertSameValue } from "./same_value.ts";
import { concat } from "../support/rpc/wire.ts";

/** Own properties of any names, without a prototype being set on the way. */
function withKeys(...keys: string[]): Record<string, unknown> {
  return Object.fromEntries(keys.map((key, i) => [key, i]));
}

const roundTrips: Record<string, unknown> = {
  "null": null,
  "undefined": undefined,
  "undefined inside": { a: undefined, b: [undefined, null] },
  "booleans": [true, false],
  "zero and negative zero": [0, -0],
  "what is no number": [NaN, Infinity, -Infinity],
  "the bounds of doubles": [Number.MAX_VALUE, Number.MIN_VALUE, Number.EPSILON, 0.1, -1.5],
  "the bounds of safe integers": [Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER],
  "whole numbers beyond safe integers": [2 ** 53, -(2 ** 53), 2 ** 63, 2 ** 64, 1e300],
  "bigints that a number could hold": [0n, 1n, -1n, 2n ** 53n - 1n, -(2n ** 53n) + 1n],
  "bigints that no number holds": [2n ** 53n, -(2n ** 53n), 2n ** 64n - 1n, -(2n ** 63n)],
  "empty things": ["", [], {}, new Map(), new Uint8Array()],
  "bytes": new Uint8Array([0, 127, 128, 255]),
  "text of every kind": ["\0", "\n", "é", "€", "\u{1f600}", "\u{10ffff}", "\ufeffx", "\uffff"],
  "keys that a plain object has already": withKeys("__proto__", "constructor", "toString", ""),
  "keys that look like indices": withKeys("0", "1", "-1", "01"),
  "a Map with keys of any kind": new Map<unknown, unknown>([
    [1, "number"],
    ["1", "string"],
    [1n, "bigint"],
    [undefined, null],
    [null, undefined],
    [NaN, "not a number"],
    [["list"], { in: "a key" }],
    [new Map([[1, 2]]), new Map()],
  ]),
  "a nest of containers": [{ a: [new Map([["b", [{ c: new Map() }]]])] }],
};

for (const [name, value] of Object.entries(roundTrips)) {
  Deno.test(`decode() gives back what encode() was given when it is ${name}`, () => {
    assertSameValue(decode(encode(value)), value);
  });
}

Deno.test("decode() gives back what encode() was given when it is anything that may travel", () => {
  fc.assert(
    fc.property(marshallable, (value) => assertSameValue(decode(encode(value)), value)),
    thorough,
  );
});

Deno.test("MsgpackReader.skip() ends where decode() does when the bytes are a value", () => {
  fc.assert(
    fc.property(marshallable, (value) => {
      const reader = new MsgpackReader(encode(value));
      reader.skip();
      assert(reader.atEnd);
    }),
    thorough,
  );
});

Deno.test("decode() looks at no byte outside when given a range", () => {
  fc.assert(
    fc.property(marshallable, fc.nat(20), fc.nat(20), (value, before, behind) => {
      const encoded = encode(value);
      const bytes = concat(new Uint8Array(before).fill(0xc1), encoded, new Uint8Array(behind));
      const end = before + encoded.length;
      assertSameValue(decode(bytes, before, end), value);
      assertThrows(() => decode(bytes, before, end - 1), MsgpackError);
      if (behind > 0) assertThrows(() => decode(bytes, before, end + 1), MsgpackError);
    }),
    thorough,
  );
});

Deno.test("decode() shares nothing with what encode() was given but a view of the bytes", () => {
  const sent = { list: [1], bytes: new Uint8Array([1]) };
  const received = decode(encode(sent)) as typeof sent;
  sent.list.push(2);
  sent.bytes[0] = 2;
  assertSameValue(received, { list: [1], bytes: new Uint8Array([1]) });
});

Deno.test("decode() makes __proto__ an own property when it is a key", () => {
  const bytes = encode(Object.fromEntries([["__proto__", { polluted: true }], ["a", 1]]));
  const decoded = withProtoAccessor(() => decode(bytes)) as Record<string, unknown>;
  assertStrictEquals(Object.getPrototypeOf(decoded), Object.prototype);
  assertEquals(Object.keys(decoded), ["__proto__", "a"]);
  assertEquals(decoded.polluted, undefined);
  assertEquals(({} as Record<string, unknown>).polluted, undefined);
});

/** Deno takes the accessor away by which `object["__proto__"] = x` sets a prototype; others do not. */
function withProtoAccessor<T>(body: () => T): T {
  const property = Object.getOwnPropertyDescriptor(Object.prototype, "__proto__");
  Object.defineProperty(Object.prototype, "__proto__", {
    configurable: true,
    set(prototype) {
      Object.setPrototypeOf(this, prototype);
    },
  });
  try {
    return body();
  } finally {
    Reflect.deleteProperty(Object.prototype, "__proto__");
    if (property !== undefined) Object.defineProperty(Object.prototype, "__proto__", property);
  }
}

Deno.test("encode() writes an object without prototype as a plain one", () => {
  const bare = Object.assign(Object.create(null), { a: 1, toString: 2 });
  assertSameValue(decode(encode(bare)), { a: 1, toString: 2 });
});

Deno.test("encode() writes a hole as undefined when an array has one", () => {
  // deno-lint-ignore no-sparse-arrays -- that is the point
  assertSameValue(decode(encode([1, , 3])), [1, undefined, 3]);
});

Deno.test("encode() gives bytes that later calls leave alone", () => {
  const first = encode("first");
  const second = encode("other");
  assertNotEquals(first, second);
  assertEquals(decode(first), "first");
});
