import type { Limits } from "../../limits.ts";
import { reasonOf } from "../../log/mod.ts";
import { DataDirectoryError, isGone } from "./data_error.ts";
import { HeldFile } from "./held_file.ts";
import { recordOf } from "./log_record.ts";
import type { LogEnd } from "./log_end.ts";
import {
  createSegment,
  segmentFile,
  segmentIn,
  segmentName,
  segmentPath,
  segmentsIn,
} from "./log_segment.ts";
import type { Manifest } from "./manifest.ts";
import { writeAll } from "./private_files.ts";
import {
  endMark,
  endMarkAt,
  type SegmentEnd,
  segmentHeaderBytes,
  segmentSeed,
} from "./segment_header.ts";
import { syncDirectory } from "./sync_directory.ts";

/**
 * The log of a data directory, as its writer sees it. Batches are appended to the last segment; earlier
 * segments are sealed, and removed when their entries are in the table of entries.
 *
 * The log is no table of SQLite's, because SQLite writes appended rows twice, in pages, and pauses for
 * that now and then: with a write for every few hundred Puts it costs four times as much.
 */
export class BatchLog {
  #directory: string;
  #id: Uint8Array;
  #segmentBytes: number;
  /** Where the records end of the segments that there are, by their numbers, the oldest first. */
  #ends = new Map<number, number>();
  /** The last of them. */
  #last: number;
  /** Its file; `undefined`: closed. */
  #file: Deno.FsFile | undefined;
  #held!: HeldFile;
  /** Whether more may be appended to it. */
  #isWhole: boolean;
  /** What its end mark says; `undefined`: writing that failed, so that it is a part of one and a part of another. */
  #mark: SegmentEnd | undefined;
  /** The segment that is there to follow it, once it is sealed. */
  #successor: number | undefined;

  /**
   * Takes a log that is complete (`chainFaults`).
   *
   * @throws {DataDirectoryError} when it is damaged, or cannot be written.
   */
  constructor(
    directory: string,
    { id, firstSegment }: Manifest,
    { logSegmentBytes }: Pick<Limits, "logSegmentBytes">,
  ) {
    this.#directory = directory;
    this.#segmentBytes = logSegmentBytes;
    this.#id = id;
    const segments = segmentsIn(directory).map((number) => segmentFile(directory, number));
    for (const { number } of segments) if (number < firstSegment) this.#removeFolded(number);
    const living = segments.filter(({ number }) => number >= firstSegment);
    // One that follows a segment that is not sealed is empty, and is made anew when it is needed.
    if (living.length > 1 && living.at(-2)!.header!.end !== "sealed") living.pop();
    for (const { number, bytes } of living) this.#ends.set(number, bytes);
    const { number, header } = living.at(-1)!;
    const { end, isWhole } = segmentIn(directory, number, id)!;
    this.#ends.set(number, end);
    this.#last = number;
    this.#isWhole = isWhole;
    this.#mark = header!.isMarked ? header!.end : undefined;
    this.#resume();
  }

  /** How far it goes. All of that is on the medium. */
  get end(): LogEnd {
    return { segment: this.#last, endsAt: this.#lastEnd };
  }

  /** Bytes of the records of all segments. */
  get bytes(): number {
    let sum = 0;
    for (const end of this.#ends.values()) sum += end - segmentHeaderBytes;
    return sum;
  }

  /** Number of segments, of which the last one may be empty. */
  get segments(): number {
    return this.#ends.size;
  }

  /** Checks that the last segment is still at its path. @throws {Error} when it is not. */
  expectInPlace(): void {
    try {
      this.#held.expectInPlace();
    } catch (cause) {
      throw isGone(this.#directory, segmentName(this.#last), cause);
    }
  }

  /**
   * Appends batches, all of them or none. They are on the medium when it returns.
   *
   * @throws {Error} when the disk refuses: to be tried again.
   */
  append(batches: readonly Uint8Array[]): void {
    if (batches.length === 0) return;
    const isToEnd = !this.#isWhole || this.#successor !== undefined;
    if (isToEnd || this.#lastEnd >= this.#segmentBytes) this.#begin();
    const at = this.#lastEnd;
    const record = recordOf(batches, segmentSeed(this.#id, this.#last)(at));
    try {
      // One sync is for both: while the mark says otherwise, the record counts as not there.
      if (this.#mark !== "open") this.#writeMark("open");
      this.#file!.seekSync(at, Deno.SeekMode.Start);
      writeAll(this.#file!, record);
      this.#file!.syncDataSync();
    } catch (error) {
      this.#discardPartial();
      throw error;
    }
    this.#ends.set(this.#last, at + record.length);
  }

  /**
   * Seals the last segment: the next batches go to a new one.
   *
   * @returns the sealed segments, ascending.
   * @throws {Error} when the disk refuses: to be tried again.
   */
  seal(): number[] {
    this.#begin();
    return [...this.#ends.keys()].slice(0, -1);
  }

  /** Removes a segment that has been folded, if it is still there. */
  remove(number: number): void {
    try {
      Deno.removeSync(segmentPath(this.#directory, number));
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    this.#ends.delete(number);
  }

  /**
   * Ends writing. The last segment says so, best effort: without that its last record is less sure.
   *
   * @param isOurs whether the directory is still held, and may be written
   */
  close(isOurs = true): void {
    if (this.#file === undefined) return;
    try {
      if (isOurs && this.#isWhole && this.#successor === undefined && this.#mark === "open") {
        this.#writeMark("closed");
        this.#file.syncDataSync();
      }
    } catch {
      // As said above.
    }
    this.#file.close();
    this.#file = undefined;
  }

  get #lastEnd(): number {
    return this.#ends.get(this.#last)!;
  }

  /** What was folded is in the table, so that it does not matter when its segment stays. */
  #removeFolded(number: number): void {
    try {
      this.remove(number);
    } catch {
      // As said above.
    }
  }

  /** Opens the last segment. Its writer may have crashed before its name was on the medium. */
  #resume(): void {
    try {
      this.#file = this.#open(this.#last);
      this.#held = new HeldFile(segmentPath(this.#directory, this.#last));
      syncDirectory(this.#directory);
    } catch (cause) {
      this.#file?.close();
      const found = `its ${segmentName(this.#last)} cannot be written (${reasonOf(cause)})`;
      throw new DataDirectoryError(this.#directory, found, { cause });
    }
  }

  #open(number: number): Deno.FsFile {
    return Deno.openSync(segmentPath(this.#directory, number), { read: true, write: true });
  }

  /**
   * Begins a segment. The new one is on the medium before the last one is sealed, and the seal before
   * anything is appended: so whatever interrupts this, a log that is complete can be told from one that
   * is not.
   */
  #begin(): void {
    const successor = this.#successor ?? this.#last + 1;
    if (this.#successor === undefined) createSegment(this.#directory, successor, this.#id);
    // From here on the seal may be on the medium: the successor must not go again.
    this.#successor = successor;
    this.#writeMark("sealed");
    this.#file!.syncDataSync();
    const file = this.#open(successor);
    this.#held = new HeldFile(segmentPath(this.#directory, successor));
    this.#file!.close();
    this.#file = file;
    this.#last = successor;
    this.#ends.set(successor, segmentHeaderBytes);
    this.#isWhole = true;
    this.#mark = "open";
    this.#successor = undefined;
  }

  #writeMark(mark: SegmentEnd): void {
    this.#mark = undefined;
    this.#file!.seekSync(endMarkAt, Deno.SeekMode.Start);
    writeAll(this.#file!, endMark(mark, this.#lastEnd));
    this.#mark = mark;
  }

  /** Cuts off a partial record, because no record may follow one. If that fails, the next append begins a segment. */
  #discardPartial(): void {
    try {
      this.#file!.truncateSync(this.#lastEnd);
    } catch {
      this.#isWhole = false;
    }
  }
}
