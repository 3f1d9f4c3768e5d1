import type { Chunk } from "./manifest.ts";
import type { Place } from "./place.ts";
import {
  type BackupSizes,
  compareKeys,
  digestOf,
  goneLine,
  type Lines,
  linesOf,
  type SegmentWriter,
} from "./slices.ts";

/**
 * Cuts lines into the chunks that the backup before had, and writes what has changed in each. A chunk that
 * has become too long is cut in two; one without lines is left out, and its keys belong to the next.
 */
export class ChunkWriter {
  /** The chunks so far. */
  readonly chunks: Chunk[] = [];
  entries = 0;
  /** Lines that are not as they were, and keys that are gone. */
  changed = 0;
  gone = 0;
  #place: Place;
  #writer: SegmentWriter;
  #before: readonly Chunk[];
  /** Which of them is next. */
  #next = 0;
  /** What has come of the next chunk, and how long it is. */
  #lines: Lines = new Map();
  #chars = 0;
  /** What of the next chunk was there, and has not come; only once a part of it was cut off. */
  #left: Lines | undefined;
  #isCut = false;
  #faults: string[];
  #sizes: BackupSizes;

  /** @param faults gets what is wrong with the chunks `before`: such a one is written whole */
  constructor(
    place: Place,
    writer: SegmentWriter,
    before: readonly Chunk[],
    faults: string[],
    sizes: BackupSizes,
  ) {
    this.#sizes = sizes;
    this.#place = place;
    this.#writer = writer;
    this.#before = before;
    this.#faults = faults;
  }

  /** Takes the next line. */
  async take(key: string, line: string): Promise<void> {
    while (!this.#isOfNext(key)) await this.#endChunk();
    const isNew = this.#before[this.#next] === undefined;
    // A chunk of its own has room to grow.
    if (this.#chars >= this.#sizes.backupChunkCharsMax / (isNew ? 2 : 1)) await this.#cut(key);
    this.#lines.set(key, line);
    this.#chars += line.length;
    this.entries++;
  }

  /** Writes what is left, behind the last line. */
  async end(): Promise<void> {
    do await this.#endChunk(); while (this.#next < this.#before.length);
    const last = this.chunks.pop() ?? { entries: 0, digest: digestOf(new Map()), slices: [] };
    this.chunks.push({ ...last, before: undefined });
  }

  #isOfNext(key: string): boolean {
    const end = this.#before[this.#next]?.before;
    return end === undefined || compareKeys(key, end) < 0;
  }

  /** Makes a chunk of its own of the lines so far. */
  async #cut(end: string): Promise<void> {
    const was = this.#before[this.#next];
    if (!this.#isCut && was !== undefined) this.#left = await this.#linesOf(was);
    this.#isCut = true;
    this.#changesSince(this.#left);
    await this.#writeWhole(end);
  }

  async #endChunk(): Promise<void> {
    const was = this.#before[this.#next++];
    const lines = this.#lines;
    const isCut = this.#isCut;
    if (!isCut && was !== undefined && digestOf(lines) === was.digest) {
      this.chunks.push(was);
    } else {
      const left = isCut || was === undefined ? this.#left : await this.#linesOf(was);
      const changes = this.#changesSince(left);
      const gone = [...left?.keys() ?? []];
      this.gone += gone.length;
      changes.push(...gone.map(goneLine));
      if (left === undefined || isCut || !this.#isWorthIt(was!, lines, changes)) {
        await this.#writeWhole(was?.before);
      } else {
        const slices = [...was!.slices, await this.#writer.add(changes)];
        this.chunks.push({
          before: was!.before,
          entries: lines.size,
          digest: digestOf(lines),
          slices,
        });
      }
    }
    this.#lines = new Map();
    this.#chars = 0;
    this.#left = undefined;
    this.#isCut = false;
  }

  /** The lines that are not in `left`, from which all that came are taken. */
  #changesSince(left: Lines | undefined): string[] {
    const changes: string[] = [];
    for (const [key, line] of this.#lines) {
      if (left?.get(key) !== line) changes.push(line);
      left?.delete(key);
    }
    this.changed += changes.length;
    return changes;
  }

  async #writeWhole(before: string | undefined): Promise<void> {
    const lines = this.#lines;
    this.#lines = new Map();
    this.#chars = 0;
    if (lines.size === 0) return;
    const slices = [await this.#writer.add([...lines.values()])];
    this.chunks.push({ before, entries: lines.size, digest: digestOf(lines), slices });
  }

  async #linesOf(chunk: Chunk): Promise<Lines | undefined> {
    try {
      return await linesOf(this.#place, chunk);
    } catch (error) {
      this.#faults.push((error as Error).message);
      return undefined;
    }
  }

  /** Whether a chunk is better read with `changes` behind its slices than written whole. */
  #isWorthIt({ slices }: Chunk, lines: Lines, changes: readonly string[]): boolean {
    const kept = slices.reduce((sum, slice) => sum + slice.lines, changes.length);
    return slices.length < this.#sizes.backupSlicesMax && changes.length * 2 <= lines.size &&
      kept <= 2 * lines.size;
  }
}
