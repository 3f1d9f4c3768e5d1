/**
 * The lines of a chunk: each an entry as `kv export` prints it, or a key that is gone.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { decodeUtf8 } from "../../rpc/mod.ts";
import { gunzipped, gzipped } from "./gzip.ts";
import { type Chunk, segmentName, type Slice } from "./manifest.ts";
import type { Place } from "./place.ts";

/** How long what is written becomes. */
export interface BackupSizes {
  /** Characters of the lines of a chunk; a longer one is cut in two. */
  readonly backupChunkCharsMax: number;
  /** Slices that a chunk is read from; past it, it is written whole. */
  readonly backupSlicesMax: number;
  /** Bytes of a segment, and one slice more. */
  readonly backupSegmentBytes: number;
}

/** The lines of some keys, in ascending order of these. */
export type Lines = Map<string, string>;

/** The line that says that a key is gone. */
export function goneLine(key: string): string {
  return `${JSON.stringify({ key, gone: true })}\n`;
}

/** SHA-256 of lines, in hexadecimal. */
export function digestOf(lines: Lines): string {
  const hash = createHash("sha256");
  for (const line of lines.values()) hash.update(line);
  return hash.digest("hex");
}

/** Writes slices, many in a segment. */
export class SegmentWriter {
  readonly #sizes: BackupSizes;
  /** Segments that are written, and their bytes. */
  segments = 0;
  bytes = 0;
  #place: Place;
  #backup: string;
  #parts: Uint8Array<ArrayBuffer>[] = [];
  #length = 0;

  constructor(place: Place, backup: string, sizes: BackupSizes) {
    this.#place = place;
    this.#sizes = sizes;
    this.#backup = backup;
  }

  /** The slice that `lines` become. It is kept once `end` has resolved. */
  async add(lines: readonly string[]): Promise<Slice> {
    const bytes = await gzipped(new TextEncoder().encode(lines.join("")));
    const slice = {
      segment: segmentName(this.#backup, this.segments),
      offset: this.#length,
      length: bytes.length,
      digest: sha256(bytes),
      lines: lines.length,
    };
    this.#parts.push(bytes);
    this.#length += bytes.length;
    if (this.#length >= this.#sizes.backupSegmentBytes) await this.end();
    return slice;
  }

  /** Writes what it still holds. */
  async end(): Promise<void> {
    if (this.#length === 0) return;
    const bytes = new Uint8Array(await new Blob(this.#parts).arrayBuffer());
    await this.#place.write(segmentName(this.#backup, this.segments), bytes);
    this.segments++;
    this.bytes += bytes.length;
    this.#parts = [];
    this.#length = 0;
  }
}

/** The lines of a chunk as it was. @throws {Error} when something of it is missing or damaged. */
export function linesOf(place: Place, chunk: Chunk): Promise<Lines> {
  return soundLines(chunk, (slice) => linesOfSlice(place, slice));
}

/**
 * The lines of those slices of a chunk that can be read: of a key whose newest line is in another one, an
 * older line.
 *
 * @param read gives the lines of a slice; `undefined` when it cannot be read
 * @param onOutdated is told of keys before a slice that cannot be read, and behind which none names them; with
 *   it, these are left out: the slice may have newer lines of them
 */
export async function soundLines(
  { slices }: Chunk,
  read: (slice: Slice) => Promise<readonly SliceLine[] | undefined>,
  onOutdated?: (keys: ReadonlySet<string>) => void,
): Promise<Lines> {
  const lines: Lines = new Map();
  const outdated = new Set<string>();
  for (const slice of slices) {
    const found = await read(slice);
    if (found === undefined && onOutdated !== undefined) {
      for (const key of lines.keys()) outdated.add(key);
      lines.clear();
    }
    for (const { key, isGone, line } of found ?? []) {
      outdated.delete(key);
      if (isGone) lines.delete(key);
      else lines.set(key, line);
    }
  }
  if (outdated.size > 0) onOutdated?.(outdated);
  if (slices.length < 2) return lines;
  return new Map([...lines].sort(([a], [b]) => compareKeys(a, b)));
}

/** A line of a slice: an entry, or a key that is gone. */
export interface SliceLine {
  readonly key: string;
  readonly isGone: boolean;
  readonly line: string;
}

/** The lines of a slice. @throws {Error} when it is missing or damaged. */
export async function linesOfSlice(place: Place, slice: Slice): Promise<SliceLine[]> {
  const { segment, offset, length, digest } = slice;
  const bytes = await place.read(segment, { offset, length });
  if (sha256(bytes) !== digest) {
    const where = `bytes ${offset} to ${offset + length} of ${segment}`;
    throw new Error(`Cannot read ${where}: they are damaged`);
  }
  const text = await gunzipped(bytes);
  return decodeUtf8(text, 0, text.length).split("\n").slice(0, -1).map((line) => {
    const { key, gone = false } = JSON.parse(line);
    return { key, isGone: gone, line: `${line}\n` };
  });
}

/** Compares keys as a store does: by their bytes. */
export function compareKeys(a: string, b: string): number {
  // Where the two part decides; only a half of a pair sorts otherwise in UTF-16 than in UTF-8.
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const [unitA, unitB] = [a.charCodeAt(at), b.charCodeAt(at)];
    if (unitA === unitB) continue;
    const isHalf = (unit: number) => unit >= 0xd800 && unit < 0xe000;
    if (isHalf(unitA) !== isHalf(unitB)) return isHalf(unitA) ? 1 : -1;
    return unitA - unitB;
  }
  return a.length - b.length;
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
