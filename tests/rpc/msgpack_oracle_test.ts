import { decode, encode } from "../../rpc/mod.ts";
import {
  assert,
  assertEquals,
  fc,
  msgpackDecode,
  msgpackEncode,
  stdDecode,
  stdEncode,
} from "../deps.ts";
import { commonValue, safeInteger, text, thorough } from "../support/rpc/arbitraries.ts";
import { assertSameValue } from "./same_value.ts";

// Two other implementations as judges, in both directions. Each has its own idea of which integers
// become bigints; `mapNumbers` turns what was sent into what it says for it.

/** `value` with each of its numbers and bigints exchanged. */
function mapNumbers(
  value: unknown,
  change: (number: number | bigint) => number | bigint,
): unknown {
  if (typeof value === "number" || typeof value === "bigint") return change(value);
  if (Array.isArray(value)) return value.map((item) => mapNumbers(item, change));
  if (value === null || typeof value !== "object" || value instanceof Uint8Array) return value;
  const entries = Object.entries(value).map(([key, item]) => [key, mapNumbers(item, change)]);
  return Object.fromEntries(entries);
}

/** Both read every integer of 64 bits as a bigint. */
function longAsBigint(number: number | bigint): number | bigint {
  const long = Number.isSafeInteger(number) && (number < -(2 ** 31) || number >= 2 ** 32);
  return long ? BigInt(number) : number;
}

/** This project reads every integer that a number holds as a number. */
function shortAsNumber(number: number | bigint): number | bigint {
  return Number.isSafeInteger(Number(number)) ? Number(number) : number;
}

Deno.test("encode() makes what @std/msgpack decodes to the same value", () => {
  fc.assert(
    fc.property(commonValue, (value) => {
      assertSameValue(stdDecode(encode(value)), mapNumbers(value, longAsBigint));
    }),
    thorough,
  );
});

Deno.test("encode() makes what @msgpack/msgpack decodes to the same value", () => {
  fc.assert(
    fc.property(commonValue, (value) => {
      const decoded = msgpackDecode(encode(value), { useBigInt64: true });
      assertSameValue(decoded, mapNumbers(value, longAsBigint));
    }),
    thorough,
  );
});

Deno.test("decode() reads what @std/msgpack encodes as the same value", () => {
  fc.assert(
    fc.property(commonValue, (value) => {
      assertSameValue(decode(stdEncode(value)), mapNumbers(value, shortAsNumber));
    }),
    thorough,
  );
});

Deno.test("decode() reads what @msgpack/msgpack encodes as the same value", () => {
  fc.assert(
    fc.property(commonValue, (value) => {
      const encoded = msgpackEncode(value, { useBigInt64: true });
      assertSameValue(decode(encoded), mapNumbers(value, shortAsNumber));
    }),
    thorough,
  );
});

Deno.test("decode() reads what it accepts as @msgpack/msgpack does when any byte is changed", () => {
  let accepted = 0;
  fc.assert(
    fc.property(commonValue, fc.nat(), fc.nat(255), (value, place, byte) => {
      const bytes = encode(value);
      bytes[place % bytes.length] = byte;
      const [ours, theirs] = [tryTo(() => decode(bytes)), tryTo(() => otherDecode(bytes))];
      if (ours === undefined || theirs === undefined || isReadOtherwise(ours.value)) return;
      accepted++;
      assertSameValue(ours.value, mapNumbers(theirs.value, shortAsNumber));
    }),
    { numRuns: 3000 },
  );
  assert(accepted > 1000);
});

function otherDecode(bytes: Uint8Array): unknown {
  return msgpackDecode(bytes, { useBigInt64: true });
}

function tryTo(read: () => unknown): { value: unknown } | undefined {
  try {
    return { value: read() };
  } catch {
    return undefined;
  }
}

/** Whether anything in it is this project's own extension, or text whose first character is dropped. */
function isReadOtherwise(value: unknown): boolean {
  if (typeof value === "string") return value.startsWith("\ufeff");
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value));
  if (value === undefined || value instanceof Map) return true;
  if (value === null || typeof value !== "object" || value instanceof Uint8Array) return false;
  return Object.entries(value).flat(1).some(isReadOtherwise);
}

Deno.test("encode() writes integers and strings byte for byte as @msgpack/msgpack does", () => {
  fc.assert(
    fc.property(fc.oneof(safeInteger, text), (value) => {
      assertEquals(encode(value), msgpackEncode(value));
    }),
    thorough,
  );
});
