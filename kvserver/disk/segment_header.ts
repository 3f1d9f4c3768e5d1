/**
 * The header of a segment of the log: to which directory the segment belongs, which one it is, and
 * whether another one follows.
 *
 *     header  "cmud log 2\n\0", id of the directory (16 bytes), number (u32), CRC-32 of these (u32),
 *             end mark
 *     mark    how the segment ends (u32), where its records end (u32), CRC-32 of these (u32)
 *
 * Numbers are little-endian. The mark is written in place, which a disk does in one piece, because the
 * header is shorter than a sector.
 *
 * @module
 */

import { crc32 } from "node:zlib";
import type { Random } from "../../rpc/mod.ts";
import { crc32Seed } from "../entry/checksum.ts";

const magic = new TextEncoder().encode("cmud log 2\n\0");
const idBytes = 16;
const numberAt = magic.length + idBytes;
const checksumAt = numberAt + 4;

/** Where the end mark stands. */
export const endMarkAt = checksumAt + 4;

const endMarkBytes = 12;

/** Bytes of a header. */
export const segmentHeaderBytes = endMarkAt + endMarkBytes;

/** How a segment ends: its number is what the mark holds. */
const ends = ["open", "closed", "sealed"] as const;

/**
 * - `open`: it is written, or was when its writer ended: its last record may be a part of one.
 * - `closed`: its writer ended in order, and may go on with it.
 * - `sealed`: the next segment is there, and this one is written no more.
 */
export type SegmentEnd = typeof ends[number];

/** What a header says. */
export interface SegmentHeader {
  /** The directory's id. */
  id: Uint8Array;
  /** The segment's number: the one before it has the number before it. */
  number: number;
  /** A mark that does not check, because its writer was interrupted, counts as `open`. */
  end: SegmentEnd;
  /** Whether the mark checks. */
  isMarked: boolean;
  /** Where the records end of a segment that is not open. */
  endsAt: number;
}

/** A random id for a directory. */
export function newDirectoryId(random: Random): Uint8Array<ArrayBuffer> {
  const id = new Uint8Array(idBytes);
  const view = new DataView(id.buffer);
  for (const at of [0, 8]) view.setBigUint64(at, BigInt(`0x${random.hex64()}`));
  return id;
}

/** The header of a segment that is open. */
export function segmentHeader(id: Uint8Array, number: number): Uint8Array {
  const header = new Uint8Array(segmentHeaderBytes);
  header.set(magic);
  header.set(id, magic.length);
  const view = new DataView(header.buffer);
  view.setUint32(numberAt, number, true);
  view.setUint32(checksumAt, crc32(header.subarray(0, checksumAt)), true);
  header.set(endMark("open", 0), endMarkAt);
  return header;
}

/** An end mark. */
export function endMark(end: SegmentEnd, endsAt: number): Uint8Array {
  const mark = new Uint8Array(endMarkBytes);
  const view = new DataView(mark.buffer);
  view.setUint32(0, ends.indexOf(end), true);
  view.setUint32(4, endsAt, true);
  view.setUint32(8, crc32(mark.subarray(0, 8)), true);
  return mark;
}

/** Reads a header; `undefined` when none that checks stands at the beginning. */
export function readSegmentHeader(bytes: Uint8Array): SegmentHeader | undefined {
  if (bytes.length < segmentHeaderBytes) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, segmentHeaderBytes);
  if (!magic.every((byte, i) => bytes[i] === byte)) return undefined;
  if (crc32(bytes.subarray(0, checksumAt)) !== view.getUint32(checksumAt, true)) return undefined;
  const mark = bytes.subarray(endMarkAt, segmentHeaderBytes);
  const isMark = crc32(mark.subarray(0, 8)) === view.getUint32(endMarkAt + 8, true);
  const end = isMark ? ends[view.getUint32(endMarkAt, true)] : undefined;
  const isMarked = end !== undefined;
  return {
    id: bytes.slice(magic.length, numberAt),
    number: view.getUint32(numberAt, true),
    end: end ?? "open",
    isMarked,
    endsAt: view.getUint32(endMarkAt + 4, true),
  };
}

/** What the checksums of a segment's records begin with. */
export function segmentSeed(id: Uint8Array, number: number): (at: number) => number {
  const seed = crc32(segmentHeader(id, number).subarray(0, endMarkAt));
  return (at) => crc32Seed(seed + at);
}
