import { mismatch, MsgpackError, MsgpackReader, MsgpackWriter } from "../../rpc/mod.ts";
import { assertEquals, assertThrows, msgpackEncode } from "../deps.ts";

/** One of MessagePack's ways to write an integer: its type byte, and how many bits follow. */
interface Encoding {
  name: string;
  type: number;
  bits: 8 | 16 | 32 | 64;
  signed: boolean;
}

const encodings: Encoding[] = [
  { name: "uint 8", type: 0xcc, bits: 8, signed: false },
  { name: "uint 16", type: 0xcd, bits: 16, signed: false },
  { name: "uint 32", type: 0xce, bits: 32, signed: false },
  { name: "uint 64", type: 0xcf, bits: 64, signed: false },
  { name: "int 8", type: 0xd0, bits: 8, signed: true },
  { name: "int 16", type: 0xd1, bits: 16, signed: true },
  { name: "int 32", type: 0xd2, bits: 32, signed: true },
  { name: "int 64", type: 0xd3, bits: 64, signed: true },
];

/** Where one encoding ends and another begins, and where numbers stop being exact; two around each. */
const boundaries = [0, 5, 7, 8, 15, 16, 31, 32, 52, 53, 63, 64]
  .flatMap((power) => [2n ** BigInt(power), -(2n ** BigInt(power))])
  .flatMap((edge) => [edge - 2n, edge - 1n, edge, edge + 1n, edge + 2n]);

function fits(value: bigint, { bits, signed }: Encoding): boolean {
  return signed ? BigInt.asIntN(bits, value) === value : BigInt.asUintN(bits, value) === value;
}

function encodeAs(value: bigint, { type, bits }: Encoding): Uint8Array {
  const bytes = new Uint8Array(9);
  new DataView(bytes.buffer).setBigUint64(1, BigInt.asUintN(64, value << BigInt(64 - bits)));
  bytes[0] = type;
  return bytes.subarray(0, 1 + bits / 8);
}

function asNumber(value: bigint): number | bigint {
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

for (const encoding of encodings) {
  const cases = boundaries.filter((value) => fits(value, encoding));

  Deno.test(`MsgpackReader.number() reads every boundary when encoded as ${encoding.name}`, () => {
    for (const value of cases) {
      const reader = new MsgpackReader(encodeAs(value, encoding));
      assertEquals(reader.number(), asNumber(value));
      assertEquals(reader.atEnd, true);
    }
  });

  Deno.test(`MsgpackReader.uint() reads what is not negative when encoded as ${encoding.name}`, () => {
    for (const value of cases) {
      const bytes = encodeAs(value, encoding);
      const reader = new MsgpackReader(bytes);
      const allowed = value >= 0n && value <= BigInt(Number.MAX_SAFE_INTEGER);
      assertEquals(reader.uint(), allowed ? Number(value) : mismatch, String(value));
      assertEquals(reader.at, allowed ? bytes.length : 0, "what is not read is not consumed");
    }
  });

  Deno.test(`MsgpackReader refuses an integer that ends early when encoded as ${encoding.name}`, () => {
    const bytes = encodeAs(1n, encoding);
    for (let end = 0; end < bytes.length; end++) {
      // The bytes go on, but not for this reader.
      const reader = new MsgpackReader(bytes, 0, end);
      for (const read of [() => reader.uint(), () => reader.number(), () => reader.skip()]) {
        assertThrows(read, MsgpackError);
        reader.at = 0;
      }
    }
  });
}

Deno.test("MsgpackReader reads the integers that are their own type byte", () => {
  for (let byte = 0; byte < 0x100; byte++) {
    const value = byte < 0x80 ? byte : byte >= 0xe0 ? byte - 0x100 : undefined;
    if (value === undefined) continue;
    const bytes = new Uint8Array([byte]);
    assertEquals(new MsgpackReader(bytes).number(), value);
    assertEquals(new MsgpackReader(bytes).uint(), value < 0 ? mismatch : value);
  }
});

Deno.test("MsgpackReader says that it is none when the next value is no number", () => {
  const tail = new Uint8Array(16);
  for (let byte = 0x80; byte < 0xe0; byte++) {
    if (byte >= 0xca && byte <= 0xd3) continue;
    const reader = new MsgpackReader(new Uint8Array([byte, ...tail]));
    assertEquals(reader.number(), undefined);
    assertEquals(reader.uint(), mismatch);
    assertEquals(reader.at, 0);
  }
});

Deno.test("MsgpackReader.uint() refuses a float when it is a whole number too", () => {
  for (const bytes of [[0xca, 0x3f, 0x80, 0, 0], [0xcb, 0x3f, 0xf0, 0, 0, 0, 0, 0, 0]]) {
    assertEquals(new MsgpackReader(new Uint8Array(bytes)).uint(), mismatch);
    assertEquals(new MsgpackReader(new Uint8Array(bytes)).number(), 1);
  }
});

Deno.test("MsgpackWriter.int() writes the shortest form when any boundary is given", () => {
  for (const value of boundaries.map(asNumber)) {
    if (typeof value !== "number") continue;
    const writer = new MsgpackWriter(1);
    writer.int(value);
    assertEquals(writer.written(), msgpackEncode(value));
    assertEquals(new MsgpackReader(writer.written()).number(), value);
  }
});

Deno.test("MsgpackWriter.bigint() writes what number() reads when it has 64 bits", () => {
  for (const value of boundaries) {
    if (value < -(2n ** 63n) || value >= 2n ** 64n) continue;
    const writer = new MsgpackWriter(1);
    writer.bigint(value);
    assertEquals(new MsgpackReader(writer.written()).number(), asNumber(value));
  }
});
