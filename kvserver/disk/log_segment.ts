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
 * Only the last record of a segment may be one of which nobody was told that it is there, because the
 * machine or the process ended, or the disk refused, while it was being written. Any part of that may
 * be missing, its beginning too: a disk writes in the order that it likes. So what does not check, and
 * has no record behind it that does, is left out. Anything else that does not check is damage.
 *
 * @module
 */

import { crc32 } from "node:zlib";
import { damaged, DataDirectoryError } from "./data_error.ts";

/** What a segment begins with. */
export const segmentMagic = new TextEncoder().encode("cmud log 1\n");

const recordHeaderBytes = 12;
const batchHeaderBytes = 4;

/** The name of a segment. */
export function segmentName(number: number): string {
  return `log-${number}`;
}

/** The path of a segment. */
export function segmentPath(directory: string, number: number): string {
  return `${directory}/${segmentName(number)}`;
}

/** The numbers of the segments in a directory, ascending. */
export function segmentsIn(directory: string): number[] {
  const numbers: number[] = [];
  for (const { name } of Deno.readDirSync(directory)) {
    const [, digits] = /^log-([1-9]\d{0,14})$/.exec(name) ?? [];
    if (digits !== undefined) numbers.push(Number(digits));
  }
  return numbers.sort((a, b) => a - b);
}

/** A record of these batches, one or more. */
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

/**
 * Reads a segment.
 *
 * @returns `undefined` when there is none, or no longer.
 * @throws {DataDirectoryError} when it is damaged, or none of ours, or cannot be read.
 */
export function segmentIn(directory: string, number: number): SegmentContent | undefined {
  const name = segmentName(number);
  let bytes: Uint8Array;
  try {
    bytes = Deno.readFileSync(segmentPath(directory, number));
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return undefined;
    const why = (cause as Error).message;
    throw new DataDirectoryError(directory, `its ${name} cannot be read (${why})`, { cause });
  }
  try {
    return readSegment(bytes);
  } catch (cause) {
    throw damaged(directory, new Error(`${name}: ${(cause as Error).message}`, { cause }));
  }
}

/** Reads the bytes of a segment. @throws {Error} when they are damaged, or none of a segment. */
export function readSegment(bytes: Uint8Array): SegmentContent {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const batches: Uint8Array[] = [];
  const begins = segmentMagic.every((byte, i) => bytes[i] === byte);
  let at = begins ? segmentMagic.length : 0;
  while (begins && at < bytes.length) {
    const end = recordEnd(bytes, view, at);
    if (end === undefined) break;
    for (at += recordHeaderBytes; at < end;) {
      const start = at + batchHeaderBytes;
      at = start + view.getUint32(at, true);
      batches.push(bytes.subarray(start, at));
    }
  }
  if (begins && at === bytes.length) return { batches, isWhole: true };
  if (!begins) expectCutOff(bytes);
  expectLast(bytes, view, at);
  return { batches, isWhole: false };
}

/** Where the record at `at` ends; `undefined` when there is none that checks. */
function recordEnd(bytes: Uint8Array, view: DataView, at: number): number | undefined {
  const start = at + recordHeaderBytes;
  if (start + batchHeaderBytes > bytes.length) return undefined;
  const payloadBytes = view.getUint32(at, true);
  if (view.getUint32(at + 4, true) !== ~payloadBytes >>> 0) return undefined;
  const end = start + payloadBytes;
  if (payloadBytes < batchHeaderBytes || end > bytes.length) return undefined;
  return crc32(bytes.subarray(start, end)) === view.getUint32(at + 8, true) ? end : undefined;
}

/** @throws {Error} when what stands in place of the beginning is anything but a part of it. */
function expectCutOff(bytes: Uint8Array): void {
  const found = bytes.subarray(0, segmentMagic.length);
  if (found.every((byte, i) => byte === 0 || byte === segmentMagic[i])) return;
  throw new Error("it was not made by cmud");
}

/**
 * @throws {Error} when there is a record behind what stands at `at`. (None can be part of what was put:
 * its length begins or ends with a byte that is in no UTF-8.)
 */
function expectLast(bytes: Uint8Array, view: DataView, at: number): void {
  for (let behind = at + 1; behind < bytes.length; behind++) {
    if (recordEnd(bytes, view, behind) === undefined) continue;
    throw new Error(`what stands at byte ${at} was not written there`);
  }
}
