import { encode, MsgpackWriter, UnmarshallableError, writeValue } from "../../rpc/mod.ts";
import { wireLimits } from "../../limits.ts";
import { assertEquals, assertStringIncludes, assertThrows } from "../deps.ts";

class Point {
  x = 1;
}
class Stack extends Array {}
class Registry extends Map {}
class Digest extends Uint8Array {}

function nested(depth: number, innermost: unknown, wrap = (value: unknown): unknown => [value]) {
  let value = innermost;
  for (let i = 0; i < depth; i++) value = wrap(value);
  return value;
}

const ring: Record<string, unknown> = { name: "ring" };
ring.next = { back: ring };
const selfList: unknown[] = [];
selfList.push(selfList);
const selfMap = new Map<string, unknown>();
selfMap.set("me", selfMap);

/** What is refused, the path that the error names, and what the error says was found there. */
const refusals: [name: string, message: unknown, path: string, found: string][] = [
  ["a function is the message", () => {}, "message:", "a function"],
  ["a symbol is the message", Symbol("s"), "message:", "a symbol"],
  [
    "a function is inside",
    { items: [0, 1, 2, { callback() {} }] },
    "message.items[3].callback:",
    "a function",
  ],
  ["a symbol is inside", [[Symbol.iterator]], "message[0][0]:", "a symbol"],
  ["a key is no identifier", { "odd key": () => {} }, 'message["odd key"]:', "a function"],
  ["a key is empty", { "": () => {} }, 'message[""]:', "a function"],
  ["a key has a quote", { 'a"b': () => {} }, 'message["a\\"b"]:', "a function"],
  ["a key has letters of any script", { größe: () => {} }, "message.größe:", "a function"],
  [
    "a key is __proto__",
    Object.fromEntries([["__proto__", () => {}]]),
    "message.__proto__:",
    "a function",
  ],
  ["a Map holds it", new Map([["k", () => {}]]), 'message.get("k"):', "a function"],
  ["a Map holds it under a number", new Map([[5, () => {}]]), "message.get(5):", "a function"],
  [
    "a Map holds it under undefined",
    { m: new Map([[undefined, Symbol()]]) },
    "message.m.get(undefined):",
    "a symbol",
  ],
  ["a Map holds it under an object", new Map([[{}, () => {}]]), "message.get(…):", "a function"],
  ["a Map has it as a key", { m: new Map([[() => {}, 1]]) }, "message.m.get(…):", "a function"],
  ["a class instance is inside", { at: new Point() }, "message.at:", "an instance of Point"],
  ["an instance of no name is inside", [new (class {})()], "message[0]:", "a class instance"],
  [
    "an object that is made to look like an array is inside",
    [Object.create(Array.prototype)],
    "message[0]:",
    "an instance of Array",
  ],
  ["a class that extends Array is inside", [new Stack()], "message[0]:", "an instance of Stack"],
  [
    "a class that extends Map is inside",
    [new Registry()],
    "message[0]:",
    "an instance of Registry",
  ],
  [
    "a class that extends Uint8Array is inside",
    { d: new Digest(2) },
    "message.d:",
    "an instance of Digest",
  ],
  ["a Date is inside", { when: new Date(0) }, "message.when:", "an instance of Date"],
  ["a RegExp is inside", [/x/], "message[0]:", "an instance of RegExp"],
  ["a Set is inside", [new Set()], "message[0]:", "an instance of Set"],
  ["a promise is inside", { p: Promise.resolve() }, "message.p:", "an instance of Promise"],
  [
    "an array of floats is inside",
    [new Float64Array(1)],
    "message[0]:",
    "an instance of Float64Array",
  ],
  ["a bigint is one too great", { n: 2n ** 64n }, "message.n:", "a bigint beyond 64 bits"],
  ["a bigint is one too small", [-(2n ** 63n) - 1n], "message[0]:", "a bigint beyond 64 bits"],
  ["a string has a lone surrogate", { s: "\ud800" }, "message.s:", "a lone surrogate"],
  ["an object contains itself", ring, "message.next.back:", "a cycle"],
  ["an object far inside contains itself", { far: [ring] }, "message.far[0].", "a cycle"],
  ["an array contains itself", selfList, "message[0]:", "a cycle"],
  ["a Map contains itself", { m: selfMap }, 'message.m.get("me"):', "a cycle"],
  [
    "an array has a property",
    { a: Object.assign([1], { extra: 1 }) },
    "message.a:",
    "a property beside the items",
  ],
  [
    "an array with a hole has a property",
    { a: Object.assign([1, , 3], { extra: 1 }) },
    "message.a:",
    "a property beside the items",
  ],
  [
    "an array with two holes has a property",
    { a: Object.assign([, , 3], { extra: 1 }) },
    "message.a:",
    "a property beside the items",
  ],
  [
    "an array that ends in a hole has a property",
    { a: Object.assign(new Array(2), { extra: 1 }) },
    "message.a:",
    "a property beside the items",
  ],
  [
    "an array has a property that nearly is an index",
    { a: Object.assign([1, , 3], { "01": 1 }) },
    "message.a:",
    "a property beside the items",
  ],
  [
    "a Map has a property",
    [Object.assign(new Map([[1, 2]]), { extra: 1 })],
    "message[0]:",
    "a property beside the items",
  ],
  ["an object has a symbol", [{ [Symbol("s")]: 1 }], "message[0]:", "named by a symbol"],
  ["an object has more", [{ a: 1, [Symbol("s")]: 1 }], "message[0]:", "named by a symbol"],
  [
    "an array has a symbol",
    { a: Object.assign([1], { [Symbol("s")]: 1 }) },
    "message.a:",
    "named by a symbol",
  ],
  [
    "a Map has a symbol",
    [Object.assign(new Map([[1, 2]]), { [Symbol("s")]: 1 })],
    "message[0]:",
    "named by a symbol",
  ],
  [
    "bytes have a symbol",
    [Object.assign(new Uint8Array(2), { [Symbol("s")]: 1 })],
    "message[0]:",
    "named by a symbol",
  ],
  ["a boxed number is inside", [Object(1)], "message[0]:", "an instance of Number"],
  ["a boxed string is inside", [Object("s")], "message[0]:", "an instance of String"],
  [
    "it nests too deep",
    nested(wireLimits.valueDepthMax + 1, 1),
    "message[0][0]",
    `deeper than ${wireLimits.valueDepthMax}`,
  ],
];

for (const [name, message, path, found] of refusals) {
  Deno.test(`writeValue() names the path when ${name}`, () => {
    const error = assertThrows(() => writeValue(new MsgpackWriter(), message), UnmarshallableError);
    assertStringIncludes(error.message, `Cannot marshal ${path}`);
    assertStringIncludes(error.message, found);
  });
}

Deno.test("writeValue() accepts what nests exactly as deep as is allowed", () => {
  writeValue(new MsgpackWriter(), nested(wireLimits.valueDepthMax, 1));
  writeValue(new MsgpackWriter(), nested(wireLimits.valueDepthMax, new Uint8Array([1])));
  writeValue(new MsgpackWriter(), nested(wireLimits.valueDepthMax, 1, (value) => ({ value })));
  writeValue(
    new MsgpackWriter(),
    nested(wireLimits.valueDepthMax, 1, (value) => new Map([[1, value]])),
  );
});

Deno.test("writeValue() accepts an array with holes or getters, which has nothing else", () => {
  const items = Object.defineProperty([1, , 3], 0, { enumerable: true, get: () => 7 });
  assertEquals(encode(items), encode([7, undefined, 3]));
  assertEquals(encode(new Array(2)), encode([undefined, undefined]));
});

Deno.test("writeValue() accepts one object in two places, which is no cycle", () => {
  const shared = { a: 1 };
  writeValue(new MsgpackWriter(), [shared, { shared }, new Map([[shared, shared]])]);
});

Deno.test("writeValue() refuses by its path what 10,000 levels of nesting surround", () => {
  assertThrows(() => encode(nested(10_000, () => {})), UnmarshallableError, "value[0]");
  const chain = nested(10_000, null, (next) => ({ next }));
  assertThrows(() => encode(chain), UnmarshallableError, "value.next.next");
});
