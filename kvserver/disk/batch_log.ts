import type { Limits } from "../../limits.ts";
import { DataDirectoryError } from "./data_error.ts";
import {
  recordOf,
  segmentIn,
  segmentMagic,
  segmentName,
  segmentPath,
  segmentsIn,
} from "./log_segment.ts";
import { syncDirectory } from "./sync_directory.ts";

/**
 * The log of a data directory as its writer sees it: batches are appended to the last segment; those
 * before are sealed, and removed when what they hold is in the table of entries.
 *
 * Why no table of SQLite's? It writes what is appended twice, in pages, and now and then pauses for
 * that: with a write for every few hundred Puts it costs four times as much.
 */
export class BatchLog {
  #directory: string;
  #segmentBytes: number;
  /** Bytes of the segments that there are, by their numbers, the oldest first. */
  #segments = new Map<number, number>();
  /** The last of them, as long as it is appended to. */
  #file: Deno.FsFile | undefined;
  #last = 0;
  #bytes = 0;

  /** @throws {DataDirectoryError} when it is damaged, or cannot be written. */
  constructor(directory: string, { logSegmentBytes }: Limits) {
    this.#directory = directory;
    this.#segmentBytes = logSegmentBytes;
    for (const number of segmentsIn(directory)) {
      const { size } = Deno.statSync(segmentPath(directory, number));
      this.#segments.set(number, size);
      this.#bytes += size;
      this.#last = number;
    }
    if (segmentIn(directory, this.#last)?.isWhole) this.#resume();
  }

  /** Bytes of all segments. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Number of segments. */
  get segments(): number {
    return this.#segments.size;
  }

  /**
   * Appends batches, all of them or none. What it has returned from is on the medium.
   *
   * @throws {Error} when the disk refuses: to be tried again.
   */
  append(batches: readonly Uint8Array[]): void {
    if (batches.length === 0) return;
    if (this.#file === undefined || this.#lastBytes >= this.#segmentBytes) this.#begin();
    const record = recordOf(batches);
    try {
      writeAll(this.#file!, record);
      this.#file!.syncDataSync();
    } catch (error) {
      this.#discardPartial();
      throw error;
    }
    this.#grow(record.length);
  }

  /** Ends the last segment: the next batches go to a new one. @returns all segments, ascending. */
  seal(): number[] {
    this.close();
    return [...this.#segments.keys()];
  }

  /** Removes a sealed segment, if it is still there. */
  remove(number: number): void {
    try {
      Deno.removeSync(segmentPath(this.#directory, number));
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    this.#bytes -= this.#segments.get(number) ?? 0;
    this.#segments.delete(number);
  }

  close(): void {
    this.#file?.close();
    this.#file = undefined;
  }

  get #lastBytes(): number {
    return this.#segments.get(this.#last)!;
  }

  /** Appends to the last segment from now on. Its writer may have crashed before its name was on the medium. */
  #resume(): void {
    try {
      this.#file = Deno.openSync(segmentPath(this.#directory, this.#last), { append: true });
      syncDirectory(this.#directory);
    } catch (cause) {
      this.close();
      const found = `its ${segmentName(this.#last)} cannot be written (${
        (cause as Error).message
      })`;
      throw new DataDirectoryError(this.#directory, found, { cause });
    }
  }

  /** Begins a segment, whose name is on the medium before anything is appended. */
  #begin(): void {
    this.close();
    const path = segmentPath(this.#directory, ++this.#last);
    const file = Deno.openSync(path, { createNew: true, write: true });
    this.#segments.set(this.#last, 0);
    try {
      writeAll(file, segmentMagic);
      syncDirectory(this.#directory);
    } catch (error) {
      file.close();
      this.remove(this.#last);
      throw error;
    }
    this.#file = file;
    this.#grow(segmentMagic.length);
  }

  /** Cuts off a partial record, because no record may follow one. If that fails, the next append begins a segment. */
  #discardPartial(): void {
    try {
      this.#file!.truncateSync(this.#lastBytes);
      this.#file!.seekSync(0, Deno.SeekMode.End);
    } catch {
      this.close();
    }
  }

  #grow(bytes: number): void {
    this.#segments.set(this.#last, this.#lastBytes + bytes);
    this.#bytes += bytes;
  }
}

function writeAll(file: Deno.FsFile, bytes: Uint8Array): void {
  for (let rest = bytes; rest.length > 0;) rest = rest.subarray(file.writeSync(rest));
}
