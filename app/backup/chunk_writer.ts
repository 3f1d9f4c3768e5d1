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

/** What a writer of chunks begins with. */
export interface ChunksBefore {
  /** Those of the backup before. */
  readonly chunks: readonly Chunk[];
  /** What each of them sums up to now; empty where nobody knows. */
  readonly sums: readonly (string | undefined)[];
  /** Gets what is wrong with them: such a one is written whole. */
  readonly faults: string[];
}

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
  /** Which of the chunks before is next. */
  next = 0;
  #place: Place;
  #writer: SegmentWriter;
  #before: ChunksBefore;
  #sizes: BackupSizes;
  /** What has come of the next chunk, and how long it is. */
  #lines: Lines = new Map();
  #chars = 0;
  /** What of the next chunk was there, and has not come; only once a part of it was cut off. */
  #left: Lines | undefined;
  #isCut = false;

  constructor(place: Place, writer: SegmentWriter, before: ChunksBefore, sizes: BackupSizes) {
    this.#place = place;
    this.#writer = writer;
    this.#before = before;
    this.#sizes = sizes;
  }

  /** Keeps the next chunk as it was. */
  keep(): void {
    const chunk = this.#before.chunks[this.next++];
    this.chunks.push(chunk);
    this.entries += chunk.entries;
  }

  /** Takes the next line. */
  async take(key: string, line: string): Promise<void> {
    while (!this.#isOfNext(key)) await this.endChunk();
    const isNew = this.#before.chunks[this.next] === undefined;
    // A chunk of its own has room to grow.
    if (this.#chars >= this.#sizes.backupChunkCharsMax / (isNew ? 2 : 1)) await this.#cut();
    this.#lines.set(key, line);
    this.#chars += line.length;
    this.entries++;
  }

  /** No further line of the next chunk comes. */
  async endChunk(): Promise<void> {
    const sum = this.#before.sums[this.next];
    const was = this.#before.chunks[this.next++];
    const lines = this.#lines;
    if (!this.#isCut && was !== undefined && digestOf(lines) === was.digest) {
      this.chunks.push({ ...was, sum });
    } else {
      const left = this.#isCut || was === undefined ? this.#left : await this.#linesOf(was);
      const changes = this.#changesSince(left);
      const gone = [...left?.keys() ?? []];
      this.gone += gone.length;
      changes.push(...gone.map(goneLine));
      if (this.#isCut || left === undefined) await this.#writeWhole(was?.through, undefined);
      else if (!this.#isWorthIt(was!, lines, changes)) await this.#writeWhole(was!.through, sum);
      else {
        this.chunks.push({
          through: was!.through,
          entries: lines.size,
          sum,
          digest: digestOf(lines),
          slices: [...was!.slices, await this.#writer.add(changes)],
        });
      }
    }
    this.#lines = new Map();
    this.#chars = 0;
    this.#left = undefined;
    this.#isCut = false;
  }

  /** Nothing comes behind the chunks so far. */
  end(): void {
    const last = this.chunks.pop() ?? { entries: 0, digest: digestOf(new Map()), slices: [] };
    this.chunks.push({ ...last, through: undefined });
  }

  #isOfNext(key: string): boolean {
    const through = this.#before.chunks[this.next]?.through;
    return through === undefined || compareKeys(key, through) <= 0;
  }

  /** Makes a chunk of its own of the lines so far. */
  async #cut(): Promise<void> {
    const was = this.#before.chunks[this.next];
    if (!this.#isCut && was !== undefined) this.#left = await this.#linesOf(was);
    this.#isCut = true;
    this.#changesSince(this.#left);
    await this.#writeWhole([...this.#lines.keys()].at(-1), undefined);
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

  async #writeWhole(through: string | undefined, sum: string | undefined): Promise<void> {
    const lines = this.#lines;
    this.#lines = new Map();
    this.#chars = 0;
    if (lines.size === 0) return;
    const slices = [await this.#writer.add([...lines.values()])];
    this.chunks.push({ through, entries: lines.size, sum, digest: digestOf(lines), slices });
  }

  async #linesOf(chunk: Chunk): Promise<Lines | undefined> {
    try {
      return await linesOf(this.#place, chunk);
    } catch (error) {
      this.#before.faults.push((error as Error).message);
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
