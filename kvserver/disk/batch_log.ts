import { readSegment, recordOf, segmentMagic, segmentPath, segmentsIn } from "./log_segment.ts";

/**
 * The log of a data directory as its writer sees it: batches are appended to the last segment; those
 * before are sealed, and removed when what they hold is in the table of entries.
 *
 * Why no table of SQLite's? It writes what is appended twice, in pages, and now and then pauses for
 * that: with a write for every few hundred Puts it costs four times as much.
 */
export class BatchLog {
  #directory: string;
  /** Bytes of the segments that there are, by their numbers, the oldest first. */
  #segments = new Map<number, number>();
  /** The last of them, as long as it is appended to. */
  #file: Deno.FsFile | undefined;
  #last = 0;
  #bytes = 0;

  /** @throws {Error} when the directory cannot be read. */
  constructor(directory: string) {
    this.#directory = directory;
    for (const number of segmentsIn(directory)) {
      const { size } = Deno.statSync(segmentPath(directory, number));
      this.#segments.set(number, size);
      this.#bytes += size;
      this.#last = number;
    }
    if (this.#last > 0 && this.#isWhole(this.#last)) this.#open({ append: true });
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
    if (this.#file === undefined) this.#begin();
    const file = this.#file!;
    const record = recordOf(batches);
    try {
      writeAll(file, record);
      file.syncDataSync();
    } catch (error) {
      this.#takeBack();
      throw error;
    }
    this.#grow(record.length);
  }

  /** Ends the last segment: the next batches go to a new one. @returns all segments, ascending. */
  seal(): number[] {
    this.close();
    return [...this.#segments.keys()];
  }

  /** Removes a sealed segment. */
  remove(number: number): void {
    Deno.removeSync(segmentPath(this.#directory, number));
    this.#bytes -= this.#segments.get(number)!;
    this.#segments.delete(number);
  }

  close(): void {
    this.#file?.close();
    this.#file = undefined;
  }

  #isWhole(number: number): boolean {
    return readSegment(Deno.readFileSync(segmentPath(this.#directory, number))).isWhole;
  }

  /** Begins a segment. A sync of its directory makes it last. */
  #begin(): void {
    this.#segments.set(++this.#last, 0);
    try {
      this.#open({ createNew: true, write: true });
      writeAll(this.#file!, segmentMagic);
      using directory = Deno.openSync(this.#directory);
      directory.syncSync();
    } catch (error) {
      if (this.#file !== undefined) this.remove(this.#last);
      else this.#segments.delete(this.#last);
      this.#last--;
      this.close();
      throw error;
    }
    this.#grow(segmentMagic.length);
  }

  /** What was written of a record must not stand between others; if it cannot go, the next begin anew. */
  #takeBack(): void {
    try {
      this.#file!.truncateSync(this.#segments.get(this.#last)!);
      this.#file!.seekSync(0, Deno.SeekMode.End);
    } catch {
      this.close();
    }
  }

  #open(options: Deno.OpenOptions): void {
    this.#file = Deno.openSync(segmentPath(this.#directory, this.#last), options);
  }

  #grow(bytes: number): void {
    this.#segments.set(this.#last, this.#segments.get(this.#last)! + bytes);
    this.#bytes += bytes;
  }
}

function writeAll(file: Deno.FsFile, bytes: Uint8Array): void {
  for (let rest = bytes; rest.length > 0;) rest = rest.subarray(file.writeSync(rest));
}
