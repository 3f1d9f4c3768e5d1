import { recordOf } from "../../kvserver/disk/log_record.ts";
import { readOldSegment, readSegment as read } from "../../kvserver/disk/log_segment.ts";
import {
  endMark,
  endMarkAt,
  newDirectoryId,
  type SegmentEnd,
  segmentHeader,
  segmentHeaderBytes,
  segmentSeed,
} from "../../kvserver/disk/segment_header.ts";
import { assertEquals, assertMatch, assertThrows, fc } from "../deps.ts";
import { realEnvironment } from "../../rpc/mod.ts";

const anyBatch = fc.uint8Array({ maxLength: 40 });
const anyRecords = fc.array(fc.array(anyBatch, { minLength: 1, maxLength: 3 }), { maxLength: 4 });
const twoOrMore = fc.array(
  fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { minLength: 1, maxLength: 3 }),
  { minLength: 2, maxLength: 4 },
);

const id = newDirectoryId(realEnvironment);
const number = 3;

/** Reads the segment that this test is about. */
function readSegment(bytes: Uint8Array) {
  return read(bytes, id, number);
}

/** A segment, and where its header and its records end. */
function segmentOf(records: readonly (readonly Uint8Array[])[], end: SegmentEnd = "open") {
  const parts = [segmentHeader(id, number)];
  const ends = [segmentHeaderBytes];
  for (const batches of records) {
    const record = recordOf(batches, segmentSeed(id, number)(ends.at(-1)!));
    parts.push(record);
    ends.push(ends.at(-1)! + record.length);
  }
  const bytes = new Uint8Array(ends.at(-1)!);
  parts.forEach((part, i) => bytes.set(part, ends[i] - part.length));
  bytes.set(endMark(end, bytes.length), endMarkAt);
  return { bytes, ends };
}

Deno.test("a segment gives back what was appended to it", () => {
  fc.assert(fc.property(anyRecords, (records) => {
    assertEquals(readSegment(segmentOf(records).bytes), {
      batches: records.flat(),
      end: segmentOf(records).bytes.length,
      isWhole: true,
    });
  }));
});

Deno.test("a segment that is cut off anywhere gives back the records that are there", () => {
  fc.assert(fc.property(anyRecords, fc.nat(), (records, cut) => {
    const { bytes, ends } = segmentOf(records);
    const length = cut % (bytes.length + 1);
    const whole = ends.filter((end) => end <= length).length - 1;
    assertEquals(readSegment(bytes.subarray(0, length)), {
      batches: records.slice(0, Math.max(0, whole)).flat(),
      end: ends.findLast((end) => end <= length) ?? 0,
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
      end: isWritten ? bytes.length : begin,
      isWhole: isWritten && room === 0,
    });
  }));
});

Deno.test("a segment of which no more than a part of its header was written is empty", () => {
  const { bytes } = segmentOf([]);
  for (const part of [bytes.subarray(0, 0), bytes.subarray(0, 20), bytes.slice().fill(0)]) {
    assertEquals(readSegment(part), { batches: [], end: 0, isWhole: false });
  }
});

Deno.test("a segment of another directory, or under another name, or of another program is refused", () => {
  const { bytes } = segmentOf([[new Uint8Array(40)]]);
  assertThrows(
    () => read(bytes, newDirectoryId(realEnvironment), number),
    Error,
    "another data directory",
  );
  assertThrows(() => read(bytes, id, 4), Error, "it says that it is log-3");
  const text = new TextEncoder().encode("Nov 24 12:00:00 started\n".repeat(9));
  assertThrows(() => readSegment(text), Error, "is no header of a log of cmud");
});

Deno.test("a segment of which any byte is changed gives back all that it held, or is refused", () => {
  const change = fc.integer({ min: 1, max: 255 });
  const anyEnd = fc.constantFrom("closed", "sealed", "open");
  fc.assert(fc.property(twoOrMore, anyEnd, fc.nat(), change, (records, end, place, change) => {
    const { bytes, ends } = segmentOf(records, end);
    // The last record of an open segment may be a part of one.
    const at = place % (end === "open" ? ends.at(-2)! : bytes.length);
    bytes[at] ^= change;
    let batches: Uint8Array[] | undefined;
    try {
      ({ batches } = readSegment(bytes));
    } catch (error) {
      assertMatch(String(error), /byte \d+/);
    }
    if (batches !== undefined) assertEquals(batches, records.flat());
    assertEquals(batches === undefined, at < endMarkAt || at >= segmentHeaderBytes);
  }));
});

Deno.test("a segment that was ended is refused when it is cut off, and not when more is behind it", () => {
  fc.assert(fc.property(twoOrMore, fc.nat(), fc.nat(30), (records, cut, room) => {
    for (const end of ["closed", "sealed"] as const) {
      const { bytes } = segmentOf(records, end);
      const length = segmentHeaderBytes + cut % (bytes.length - segmentHeaderBytes);
      assertThrows(() => readSegment(bytes.subarray(0, length)), Error, "it ends at byte ");
      const longer = new Uint8Array(bytes.length + room).fill(7);
      longer.set(bytes);
      const { batches, isWhole } = readSegment(longer);
      assertEquals([batches, isWhole], [records.flat(), room === 0]);
    }
  }));
});

Deno.test("a record that lies in a value, or elsewhere in a segment, is none", () => {
  const inner = recordOf([new Uint8Array(20)], segmentSeed(id, number)(segmentHeaderBytes));
  const { bytes, ends } = segmentOf([[inner], [inner]]);
  assertEquals(readSegment(bytes.subarray(0, ends[2] - 1)).batches, [inner]);
});

Deno.test("a segment of format 2 is read as that format had it", () => {
  const magic = new TextEncoder().encode("cmud log 1\n");
  const records = [[new Uint8Array(5).fill(1)], [new Uint8Array(6).fill(2)]];
  const bytes = new Uint8Array([
    ...magic,
    ...records.flatMap((batches) => [...recordOf(batches, 0)]),
  ]);
  const { batches, isWhole } = readOldSegment(bytes);
  assertEquals([batches, isWhole], [records.flat(), true]);
  assertEquals(readOldSegment(bytes.subarray(0, -1)).batches, records[0]);
  assertThrows(() => readOldSegment(bytes.slice().fill(7, 12, 13)), Error, "was not written there");
  for (const text of ["", "c", "cmud", "cmud log 1", "\0\0\0"]) {
    assertEquals(readOldSegment(new TextEncoder().encode(text)).batches, []);
  }
  for (const text of ["d", "cmud log 2\n", "log", "cmud log 1\r\n"]) {
    assertThrows(() => readOldSegment(new TextEncoder().encode(text)), Error, "not made by cmud");
  }
});
