/**
 * Records of the log of a data directory, each of which holds what was appended at once.
 *
 *     record   length (u32), its complement (u32), checksum of the payload (u32), payload
 *     payload  batches, each with its length (u32) in front
 *
 * Numbers are little-endian; a batch is what an `EntryBatch` writes. The checksum is a CRC-32 that
 * begins with a number of the record's place: of its segment, and of its first byte there. So a record
 * that lies anywhere else, in a value for example, is none.
 *
 * @module
 */

import { crc32 } from "node:zlib";

const recordHeaderBytes = 12;
const batchHeaderBytes = 4;

/** Where a record begins that stands at byte `at` of a segment: what its checksum begins with. */
export type SeedAt = (at: number) => number;

/** A record of these batches, one or more. @param seed of the place where it is going to stand */
export function recordOf(batches: readonly Uint8Array[], seed: number): Uint8Array {
  let payloadBytes = 0;
  for (const { length } of batches) payloadBytes += batchHeaderBytes + length;
  const record = new Uint8Array(recordHeaderBytes + payloadBytes);
  const view = new DataView(record.buffer);
  let at = recordHeaderBytes;
  for (const batch of batches) {
    view.setUint32(at, batch.length, true);
    record.set(batch, at + batchHeaderBytes);
    at += batchHeaderBytes + batch.length;
  }
  view.setUint32(0, payloadBytes, true);
  view.setUint32(4, ~payloadBytes, true);
  view.setUint32(8, crc32(record.subarray(recordHeaderBytes), seed), true);
  return record;
}

/** A record, or bytes between records that are none. */
export interface Stretch {
  /** It is `bytes[start..end)`. */
  start: number;
  end: number;
  /** Views of the record's batches, the oldest first; absent when it is no record. */
  batches?: Uint8Array[];
}

/** Yields what stands in `bytes[start..end)`: records, and what lies between them. */
export function* stretches(
  bytes: Uint8Array,
  start: number,
  end: number,
  seedAt: SeedAt,
): Generator<Stretch> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, end);
  const recordEnd = (at: number) => endOfRecord(bytes, view, at, seedAt);
  for (let at = start; at < end;) {
    const from = at;
    let behind = recordEnd(at);
    if (behind !== undefined) {
      at = behind;
      yield { start: from, end: behind, batches: batchesIn(bytes, view, from, behind) };
      continue;
    }
    do behind = recordEnd(++at); while (behind === undefined && at < end);
    yield { start: from, end: at };
  }
}

/** Where the record at `at` ends; `undefined` when there is none that checks. */
function endOfRecord(
  bytes: Uint8Array,
  view: DataView,
  at: number,
  seedAt: SeedAt,
): number | undefined {
  const start = at + recordHeaderBytes;
  if (start + batchHeaderBytes > view.byteLength) return undefined;
  const payloadBytes = view.getUint32(at, true);
  if (view.getUint32(at + 4, true) !== ~payloadBytes >>> 0) return undefined;
  const end = start + payloadBytes;
  if (payloadBytes < batchHeaderBytes || end > view.byteLength) return undefined;
  const checksum = crc32(bytes.subarray(start, end), seedAt(at));
  return checksum === view.getUint32(at + 8, true) ? end : undefined;
}

function batchesIn(bytes: Uint8Array, view: DataView, start: number, end: number): Uint8Array[] {
  const batches: Uint8Array[] = [];
  for (let at = start + recordHeaderBytes; at < end;) {
    const from = at + batchHeaderBytes;
    at = from + view.getUint32(from - batchHeaderBytes, true);
    batches.push(bytes.subarray(from, at));
  }
  return batches;
}
