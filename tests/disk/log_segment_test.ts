import { readSegment, recordOf, segmentMagic } from "../../kvserver/disk/log_segment.ts";
import { assertEquals, assertThrows, fc } from "../deps.ts";

const anyBatch = fc.uint8Array({ maxLength: 40 });
const anyRecords = fc.array(fc.array(anyBatch, { minLength: 1, maxLength: 3 }), { maxLength: 4 });

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

Deno.test("a segment whose end was not written, but made room for, gives back the records before", () => {
  fc.assert(
    fc.property(anyRecords, fc.nat(), fc.integer({ min: 1, max: 100 }), (records, cut, room) => {
      const { bytes, ends } = segmentOf(records);
      const length = ends[cut % ends.length];
      const padded = new Uint8Array(length + room);
      padded.set(bytes.subarray(0, length));
      const { batches, isWhole } = readSegment(padded);
      assertEquals([batches, isWhole], [records.slice(0, ends.indexOf(length)).flat(), false]);
    }),
  );
});

Deno.test("a segment with a byte changed before its last record is damaged", () => {
  const twoOrMore = fc.array(
    fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), {
      minLength: 1,
      maxLength: 3,
    }),
    { minLength: 2, maxLength: 4 },
  );
  const change = fc.integer({ min: 1, max: 255 });
  fc.assert(fc.property(twoOrMore, fc.nat(), change, (records, place, change) => {
    const { bytes, ends } = segmentOf(records);
    bytes[place % ends.at(-2)!] ^= change;
    assertThrows(() => readSegment(bytes), Error, "was not written there");
  }));
});
