import { readSegment, recordOf, segmentMagic } from "../../kvserver/disk/log_segment.ts";
import { assertEquals, assertThrows, fc } from "../deps.ts";

const anyBatch = fc.uint8Array({ maxLength: 40 });
const anyRecords = fc.array(fc.array(anyBatch, { minLength: 1, maxLength: 3 }), { maxLength: 4 });
const twoOrMore = fc.array(
  fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { minLength: 1, maxLength: 3 }),
  { minLength: 2, maxLength: 4 },
);

/** A segment, and where its records end. */
function segmentOf(records: readonly (readonly Uint8Array[])[]) {
  const parts = [segmentMagic, ...records.map(recordOf)];
  const ends: number[] = [];
  let length = 0;
  for (const part of parts) ends.push(length += part.length);
  const bytes = new Uint8Array(length);
  parts.forEach((part, i) => bytes.set(part, ends[i] - part.length));
  return { bytes, ends };
}

Deno.test("a segment gives back what was appended to it", () => {
  fc.assert(fc.property(anyRecords, (records) => {
    assertEquals(readSegment(segmentOf(records).bytes), { batches: records.flat(), isWhole: true });
  }));
});

Deno.test("a segment that is cut off anywhere gives back the records that are there", () => {
  fc.assert(fc.property(anyRecords, fc.nat(), (records, cut) => {
    const { bytes, ends } = segmentOf(records);
    const length = cut % (bytes.length + 1);
    const whole = ends.filter((end) => end <= length).length - 1;
    assertEquals(readSegment(bytes.subarray(0, length)), {
      batches: records.slice(0, Math.max(0, whole)).flat(),
      isWhole: ends.includes(length),
    });
  }));
});

Deno.test("a segment of whose last record any part was not written gives back those before", () => {
  fc.assert(fc.property(twoOrMore, fc.nat(), fc.nat(), fc.nat(20), (records, from, to, room) => {
    const { bytes, ends } = segmentOf(records);
    const begin = ends.at(-2)!;
    const length = bytes.length - begin;
    const torn = new Uint8Array(bytes.length + room);
    torn.set(bytes);
    torn.fill(
      0,
      begin + Math.min(from % length, to % length),
      begin + Math.max(from % length, to % length) + 1,
    );
    const isWritten = bytes.every((byte, i) => byte === torn[i]);
    assertEquals(readSegment(torn), {
      batches: (isWritten ? records : records.slice(0, -1)).flat(),
      isWhole: isWritten && room === 0,
    });
  }));
});

Deno.test("a segment is one of ours from its first byte on", () => {
  assertEquals(readSegment(new Uint8Array()), { batches: [], isWhole: false });
  for (const text of ["c", "cmud", "cmud log 1", "\0\0\0"]) {
    assertEquals(readSegment(new TextEncoder().encode(text)), { batches: [], isWhole: false });
  }
  // Not even the part with its beginning was written.
  const { bytes } = segmentOf([[new Uint8Array(40).fill(7)]]);
  assertEquals(readSegment(bytes.fill(0, 0, 30)), { batches: [], isWhole: false });
  for (const text of ["d", "cmud log 2\n", "log", "cmud log 1\r\n"]) {
    assertThrows(() => readSegment(new TextEncoder().encode(text)), Error, "not made by cmud");
  }
});

Deno.test("a segment with a byte changed before its last record is damaged", () => {
  const change = fc.integer({ min: 1, max: 255 });
  fc.assert(fc.property(twoOrMore, fc.nat(), change, (records, place, change) => {
    const { bytes, ends } = segmentOf(records);
    bytes[place % ends.at(-2)!] ^= change;
    assertThrows(() => readSegment(bytes), Error, "was not ");
  }));
});
