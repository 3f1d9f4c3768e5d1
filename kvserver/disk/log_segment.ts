/**
 * A segment of the log of a data directory: a file `log-N` of records, each of which holds what was
 * appended at once.
 *
 *     segment  "cmud log 1\n", then records
 *     record   length (u32), its complement (u32), CRC-32 of the payload (u32), payload
 *     payload  batches, each with its length (u32) in front
 *
 * Numbers are little-endian; a batch is what an `EntryBatch` writes.
 *
 * A record that was being written when the machine or the process ended reaches to the end of the file
 * or is followed by nothing but zeros: nobody was told that it was there, and it is left out. Anything
 * else that does not check is damage.
 *
 * @module
 */

import { crc32 } from "node:zlib";

/** What a segment begins with. */
export const segmentMagic = new TextEncoder().encode("cmud log 1\n");

const recordHeaderBytes = 12;
const batchHeaderBytes = 4;

/** The path of a segment. */
export function segmentPath(directory: string, number: number): string {
  return `${directory}/log-${number}`;
}

/** The numbers of the segments in a directory, ascending. */
export function segmentsIn(directory: string): number[] {
  const numbers: number[] = [];
  for (const { name } of Deno.readDirSync(directory)) {
    const [, digits] = /^log-(\d{1,15})$/.exec(name) ?? [];
    if (digits !== undefined) numbers.push(Number(digits));
  }
  return numbers.sort((a, b) => a - b);
}

/** A record of these batches. */
export function recordOf(batches: readonly Uint8Array[]): Uint8Array {
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
  view.setUint32(8, crc32(record.subarray(recordHeaderBytes)), true);
  return record;
}

/** What a segment holds. */
export interface SegmentContent {
  /** Views, the oldest first. */
  batches: Uint8Array[];
  /** Whether nothing is left out, so that more may be appended. */
  isWhole: boolean;
}

/** Reads the bytes of a segment. @throws {Error} when they are damaged, or none of a segment. */
export function readSegment(bytes: Uint8Array): SegmentContent {
  const batches: Uint8Array[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const magic = bytes.subarray(0, segmentMagic.length);
  if (magic.some((byte, i) => byte !== segmentMagic[i])) return unwritten(bytes, 0, batches);
  let at = magic.length;
  if (at < segmentMagic.length) return { batches, isWhole: false };
  while (at < bytes.length) {
    if (at + recordHeaderBytes > bytes.length) return { batches, isWhole: false };
    const payloadBytes = view.getUint32(at, true);
    if (view.getUint32(at + 4, true) !== ~payloadBytes >>> 0) {
      return unwritten(bytes, at, batches);
    }
    const start = at + recordHeaderBytes;
    const end = start + payloadBytes;
    const payload = bytes.subarray(start, end);
    if (end > bytes.length || crc32(payload) !== view.getUint32(at + 8, true)) {
      return end >= bytes.length ? { batches, isWhole: false } : unwritten(bytes, start, batches);
    }
    for (at = start; at < end;) {
      const batchStart = at + batchHeaderBytes;
      at = batchStart + view.getUint32(at, true);
      batches.push(bytes.subarray(batchStart, at));
    }
  }
  return { batches, isWhole: true };
}

/** Leaves out what has not been written, if that is all there is. @throws {Error} when it is not. */
function unwritten(bytes: Uint8Array, from: number, batches: Uint8Array[]): SegmentContent {
  if (bytes.subarray(from).every((byte) => byte === 0)) return { batches, isWhole: false };
  throw new Error(`what stands at byte ${from} of a segment of the log was not written there`);
}
