import { concat, frame, frameHeader } from "../../support/rpc/wire.ts";
import type { Prng } from "../../../simulate/world/prng.ts";

/** Bytes that stand in a value as they are, well-formed or not. */
export class Raw {
  constructor(readonly bytes: Uint8Array) {}
}

/** One of `choices`. */
export function oneOf<T>(prng: Prng, choices: readonly T[]): T {
  return choices[prng.below(choices.length)];
}

/** Whether something happens that does so once in `n` times. */
export function onceIn(prng: Prng, n: number): boolean {
  return prng.below(n) === 0;
}

/** A value in MessagePack, as servers spell it; it has no opinion on whether that is a good idea. */
export function hostileEncode(value: unknown): Uint8Array {
  const parts: (Uint8Array | number[])[] = [];
  append(parts, value);
  return concat(...parts);
}

function append(parts: (Uint8Array | number[])[], value: unknown): void {
  if (value instanceof Raw) parts.push(value.bytes);
  else if (value === null || value === undefined) parts.push([0xc0]);
  else if (typeof value === "boolean") parts.push([value ? 0xc3 : 0xc2]);
  else if (typeof value === "bigint") parts.push([value < 0n ? 0xd3 : 0xcf], u64(value));
  else if (typeof value === "number") appendNumber(parts, value);
  else if (typeof value === "string") {
    const bytes = new TextEncoder().encode(value);
    parts.push(header(bytes.length, [0xd9, 0xda, 0xdb], 0xa0, 31), bytes);
  } else if (value instanceof Uint8Array) {
    parts.push(header(value.length, [0xc4, 0xc5, 0xc6]), value);
  } else if (Array.isArray(value)) {
    parts.push(header(value.length, [undefined, 0xdc, 0xdd], 0x90, 15));
    for (const item of value) append(parts, item);
  } else {
    const entries = Object.entries(value as Record<string, unknown>);
    parts.push(header(entries.length, [undefined, 0xde, 0xdf], 0x80, 15));
    for (const [name, item] of entries) {
      append(parts, name);
      append(parts, item);
    }
  }
}

const unsignedForms = [
  { type: 0xcc, bytes: 1 },
  { type: 0xcd, bytes: 2 },
  { type: 0xce, bytes: 4 },
  { type: 0xcf, bytes: 8 },
] as const;

function appendNumber(parts: (Uint8Array | number[])[], value: number): void {
  if (Number.isInteger(value) && value >= 0 && value < 128 && !Object.is(value, -0)) {
    parts.push([value]);
  } else if (Number.isSafeInteger(value) && value >= 0 && !Object.is(value, -0)) {
    const form = unsignedForms.find(({ bytes }) => value < 256 ** bytes)!;
    parts.push([form.type], u64(BigInt(value)).subarray(8 - form.bytes));
  } else if (Number.isSafeInteger(value) && !Object.is(value, -0)) {
    parts.push([0xd3], u64(BigInt(value)));
  } else {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setFloat64(0, value);
    parts.push([0xcb], bytes);
  }
}

function u64(value: bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt.asUintN(64, value));
  return bytes;
}

/** A length in the shortest form: one with the type byte, then those of one, two and four bytes. */
function header(
  length: number,
  [form8, form16, form32]: readonly (number | undefined)[],
  fixed = 0,
  fixedMax = -1,
): number[] {
  if (length <= fixedMax) return [fixed | length];
  if (form8 !== undefined && length < 256) return [form8, length];
  if (length < 65_536) return [form16!, length >> 8, length & 255];
  return [form32!, ...frameHeader(length)];
}

/** Numbers at the edges of what somebody may have thought of. */
const numbers: readonly unknown[] = [
  ...[-1, 0, 1, 127, 128, 255, 256, 65_535, 65_536, 0.5, -0, NaN, Infinity, -Infinity],
  ...[2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 48 - 1, 2 ** 48, 2 ** 53 - 1, 2 ** 53],
  ...[2n ** 63n, 2n ** 64n - 1n, -(2n ** 63n), 1e300],
];

/** Texts that somebody may print, use as a name, or take for UTF-8. */
const texts: readonly unknown[] = [
  ...["", "\0", "\x1b[2J\x1b]0;owned\x07", "\r\n2026-01-01T00:00:00.000Z error forged", "\u202e"],
  ...["__proto__", "constructor", "toString", "\ud83d\ude00", "\ufeff", "%s%n", "../../etc/passwd"],
  ...["a".repeat(255), "a".repeat(4_096), "a".repeat(4_097), "\n".repeat(3_000)],
  ...[[0xa1, 0xff], [0xa2, 0xc0, 0x80], [0xa3, 0xed, 0xa0, 0x80], [0xa1, 0xf0], [
    0xd9,
    2,
    0x80,
    0x80,
  ]]
    .map((bytes) => new Raw(new Uint8Array(bytes))),
];

/** What is no number and no text, or claims to be more than is there. */
const shapes: readonly unknown[] = [
  ...[null, true, false, [], {}, [[]], [null, null, null], { __proto__: null }, { type: "peer" }],
  ...[new Uint8Array(), new Uint8Array(300), { a: { b: [{ c: 1 }] } }],
  new Raw(new Uint8Array(200).fill(0x91)),
  new Raw(concat(new Uint8Array(2_000).fill(0x91), 0xc0)),
  ...[
    [0xc1],
    [0xdd, 255, 255, 255, 255],
    [0xdf, 255, 255, 255, 255],
    [0xdb, 255, 255, 255, 255],
    [0xc6, 255, 255, 255, 255],
    [0xc9, 255, 255, 255, 255, 1],
    [0xd4, 0, 0],
    [0xd4, 1, 0],
    [0xc7, 0, 0],
    [0xc7, 3, 2, 1, 2, 3],
    [0xd8, 255, ...new Array(16).fill(255)],
  ].map((bytes) => new Raw(new Uint8Array(bytes))),
];

/** A value that nobody asked for. */
export function hostileValue(prng: Prng): unknown {
  return oneOf(prng, oneOf(prng, [numbers, texts, shapes]));
}

/** The value with one thing changed somewhere in it. */
export function mutatedValue(value: unknown, prng: Prng): unknown {
  const isLeaf = typeof value !== "object" || value === null || value instanceof Uint8Array ||
    value instanceof Raw;
  if (isLeaf || onceIn(prng, 6)) return mutatedWhole(value, prng);
  if (Array.isArray(value)) {
    const at = prng.below(value.length + 1);
    const copy = [...value];
    const how = prng.below(8);
    if (at === value.length) copy.push(hostileValue(prng));
    else if (how === 0) copy.splice(at, 1);
    else if (how === 1) copy.splice(at, 0, value[at]);
    else copy[at] = mutatedValue(value[at], prng);
    return copy;
  }
  const copy = { ...value as Record<string, unknown> };
  const name = oneOf(prng, [...Object.keys(copy), "__proto__", "added"]);
  if (onceIn(prng, 6)) delete copy[name];
  else {Object.defineProperty(copy, name, {
      value: mutatedValue(copy[name], prng),
      ...{ enumerable: true, writable: true, configurable: true },
    });}
  return copy;
}

function mutatedWhole(value: unknown, prng: Prng): unknown {
  if (typeof value === "number" && onceIn(prng, 2)) {
    return onceIn(prng, 2) ? oneOf(prng, numbers) : value + oneOf(prng, [-1, 1, 2, 0.5, 2 ** 32]);
  }
  if (typeof value === "string" && onceIn(prng, 2)) {
    return onceIn(prng, 2) ? oneOf(prng, texts) : value + oneOf(prng, ["\0", "\x1b", "x", ":1"]);
  }
  if (value instanceof Uint8Array && !onceIn(prng, 3)) return mutatedBytes(value, prng);
  return hostileValue(prng);
}

/** The bytes with one thing changed: flipped, cut, put in, taken out, doubled. */
export function mutatedBytes(bytes: Uint8Array, prng: Prng): Uint8Array {
  const at = prng.below(bytes.length + 1);
  const end = Math.min(bytes.length, at + 1 + prng.below(8));
  const before = bytes.subarray(0, at);
  switch (prng.below(6)) {
    case 0:
      return before.slice();
    case 1:
      return concat(before, bytes.subarray(end));
    case 2:
      return concat(before, bytes.subarray(at, end), bytes.subarray(at));
    case 3:
      return concat(before, prng.below(256), bytes.subarray(at));
    default: {
      const copy = bytes.slice();
      if (at < copy.length) {
        copy[at] = onceIn(prng, 2) ? prng.below(256) : copy[at] ^ (1 << prng.below(8));
      }
      return copy;
    }
  }
}

/** A frame around a payload, whose length now and then is a lie. */
export function hostileFrame(payload: Uint8Array, prng: Prng): Uint8Array {
  if (!onceIn(prng, 8)) return frame(payload);
  const lie = oneOf(prng, [
    0,
    1,
    payload.length + 1,
    payload.length - 1,
    2 ** 24,
    2 ** 24 + 1,
    2 ** 31,
  ]);
  return concat(frameHeader(Math.max(0, lie)), payload);
}

/** A message as a frame: mutated as a value, as bytes, as a frame, or not at all. */
export function hostileMessage(message: unknown, prng: Prng): Uint8Array {
  let value = message;
  for (let n = prng.below(3); n > 0; n--) value = mutatedValue(value, prng);
  let payload = hostileEncode(value);
  if (onceIn(prng, 4)) payload = mutatedBytes(payload, prng);
  return hostileFrame(payload, prng);
}
