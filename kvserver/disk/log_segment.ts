/**
 * A segment of the log of a data directory: a file `log-N` of a header (`segment_header.ts`) and
 * records (`log_record.ts`).
 *
 * Only the last record of an open segment may be unacknowledged, because the machine or the process
 * ended, or the disk refused, while it was being written. Any part of that record may be missing, its
 * beginning too, because a disk writes in any order. So bytes at the end of an open segment that do not
 * check, with no record behind them that does, are left out. Any other bytes that do not check are damage.
 *
 * @module
 */

import { reasonOf } from "../../log/mod.ts";
import { damaged, DataDirectoryError } from "./data_error.ts";
import { type SeedAt, stretches } from "./log_record.ts";
import { createPrivateFile, isEndless, writeAll } from "./private_files.ts";
import {
  readSegmentHeader,
  type SegmentHeader,
  segmentHeader,
  segmentHeaderBytes,
  segmentSeed,
} from "./segment_header.ts";
import { syncDirectory } from "./sync_directory.ts";

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
    const [, digits] = /^log-([1-9]\d{0,8})$/.exec(name) ?? [];
    if (digits !== undefined) numbers.push(Number(digits));
  }
  return numbers.sort((a, b) => a - b);
}

/**
 * Makes a segment without records, whose header and name are on the medium then. One of that name must
 * be the rest of an attempt to do so.
 */
export function createSegment(directory: string, number: number, id: Uint8Array): void {
  {
    using file = createPrivateFile(segmentPath(directory, number));
    writeAll(file, segmentHeader(id, number));
    file.syncDataSync();
  }
  syncDirectory(directory);
}

/** A segment as its header and its length show it. */
export interface SegmentFile {
  number: number;
  /** Length of the file. */
  bytes: number;
  /** `undefined` when none that checks is there. */
  header: SegmentHeader | undefined;
}

/** Reads header and length of a segment. A segment that is not there, or no longer, or no file, has no bytes. */
export function segmentFile(directory: string, number: number): SegmentFile {
  if (isEndless(segmentPath(directory, number))) return { number, bytes: 0, header: undefined };
  const head = new Uint8Array(segmentHeaderBytes);
  try {
    using file = Deno.openSync(segmentPath(directory, number));
    const count = file.readSync(head) ?? 0;
    const header = readSegmentHeader(head.subarray(0, count));
    return { number, bytes: file.statSync().size, header };
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return { number, bytes: 0, header: undefined };
  }
}

/** What a segment holds. */
export interface SegmentContent {
  /** Views, the oldest first. */
  batches: Uint8Array[];
  /** Where the records end. */
  end: number;
  /** Whether nothing stands behind them, so that more may be appended. */
  isWhole: boolean;
}

/** The bytes of a segment; `undefined` when there is none, or no longer. @throws {DataDirectoryError} */
export function segmentBytes(directory: string, number: number): Uint8Array | undefined {
  if (isEndless(segmentPath(directory, number))) {
    throw new DataDirectoryError(directory, `its ${segmentName(number)} is no regular file`);
  }
  try {
    return Deno.readFileSync(segmentPath(directory, number));
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return undefined;
    const why = reasonOf(cause);
    throw new DataDirectoryError(
      directory,
      `its ${segmentName(number)} cannot be read (${why})`,
      { cause },
    );
  }
}

/**
 * Reads a segment of the directory whose id is `id`; without an id, one of format 2.
 *
 * @returns `undefined` when there is none, or no longer.
 * @throws {DataDirectoryError} when it is damaged, or none of ours, or cannot be read.
 */
export function segmentIn(
  directory: string,
  number: number,
  id: Uint8Array | undefined,
): SegmentContent | undefined {
  const bytes = segmentBytes(directory, number);
  if (bytes === undefined) return undefined;
  try {
    return id === undefined ? readOldSegment(bytes) : readSegment(bytes, id, number);
  } catch (cause) {
    const why = `${segmentName(number)}: ${reasonOf(cause)}`;
    throw damaged(directory, new Error(why, { cause }));
  }
}

/** Reads the bytes of a segment. @throws {Error} when they are damaged, or those of another one. */
export function readSegment(bytes: Uint8Array, id: Uint8Array, number: number): SegmentContent {
  const header = readSegmentHeader(bytes);
  // Nothing was appended yet, because the header is on the medium before that.
  if (header === undefined && bytes.length <= segmentHeaderBytes) {
    return { batches: [], end: 0, isWhole: false };
  }
  if (header === undefined) throw new Error("what stands at byte 0 is no header of a log of cmud");
  if (header.number !== number) {
    throw new Error(`at byte 0, it says that it is log-${header.number}`);
  }
  if (header.id.some((byte, i) => byte !== id[i])) {
    throw new Error("at byte 0, it says that it belongs to another data directory");
  }
  const isOpen = header.end === "open";
  const end = isOpen ? bytes.length : header.endsAt;
  if (end > bytes.length || end < segmentHeaderBytes) {
    throw new Error(`it ends at byte ${bytes.length}, and says that it does at byte ${end}`);
  }
  return readRecords(bytes, segmentHeaderBytes, end, segmentSeed(id, number), isOpen);
}

/** What a segment of format 2 begins with. */
const oldMagic = new TextEncoder().encode("cmud log 1\n");

/** Reads the bytes of a segment of format 2. @throws {Error} when they are damaged, or none of one. */
export function readOldSegment(bytes: Uint8Array): SegmentContent {
  // What is left of an attempt to bring the directory to the present format.
  if (bytes.length <= segmentHeaderBytes && readSegmentHeader(bytes) !== undefined) {
    return { batches: [], end: 0, isWhole: false };
  }
  const found = bytes.subarray(0, oldMagic.length);
  if (!found.every((byte, i) => byte === 0 || byte === oldMagic[i])) {
    throw new Error("it was not made by cmud");
  }
  const begins = found.length === oldMagic.length && !found.includes(0);
  return readRecords(bytes, begins ? oldMagic.length : 0, bytes.length, oldSeedAt, true);
}

/** In format 2 a record has the same checksum wherever it stands. */
export const oldSeedAt: SeedAt = () => 0;

/** @param isOpen whether the end may be a part of a record that was not acknowledged */
function readRecords(
  bytes: Uint8Array,
  start: number,
  limit: number,
  seedAt: SeedAt,
  isOpen: boolean,
): SegmentContent {
  const batches: Uint8Array[] = [];
  let end = start;
  for (const stretch of stretches(bytes, start, limit, seedAt)) {
    const isRecord = stretch.batches !== undefined;
    if (!isRecord && !(isOpen && stretch.end === limit)) {
      throw new Error(
        `what stands at byte ${stretch.start}, up to byte ${stretch.end}, was not written there`,
      );
    }
    if (!isRecord) break;
    for (const batch of stretch.batches!) batches.push(batch);
    end = stretch.end;
  }
  return { batches, end, isWhole: start > 0 && end === bytes.length };
}
