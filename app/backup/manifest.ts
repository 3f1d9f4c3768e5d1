/**
 * What a backup holds, and in which objects.
 *
 * The keys are cut into chunks, as a B-tree's leaves are. A chunk's entries lie in slices of segments:
 * all of them in the first one, and what has changed since in each further one. So a backup writes what
 * changed, and names slices of earlier backups for the rest.
 *
 * @module
 */

import { decodeUtf8 } from "../../rpc/mod.ts";
import { gunzipped, gzipped } from "./gzip.ts";
import type { Place } from "./place.ts";

/** What a backup holds. */
export interface Manifest {
  /** When it was begun and when it was whole, in milliseconds since the epoch. */
  readonly beganMs: number;
  readonly endedMs: number;
  /** The name of the scope; absent: all keys. */
  readonly scope?: string;
  /** In ascending order of their keys. */
  readonly chunks: readonly Chunk[];
}

/** Neighbouring keys: from those of the chunk before on. */
export interface Chunk {
  /** The greatest key that belongs to it; absent of the last, to which all further ones belong. */
  readonly through?: string;
  readonly entries: number;
  /** What the range summed up to on a replica, just before its entries were read. */
  readonly sum?: string;
  /** SHA-256 of its lines, in hexadecimal. */
  readonly digest: string;
  /** A later one beats an earlier one. */
  readonly slices: readonly Slice[];
}

/** Lines that were compressed by themselves. */
export interface Slice {
  /** The name of the object that it lies in. */
  readonly segment: string;
  readonly offset: number;
  readonly length: number;
  /** Of its bytes as they lie there. */
  readonly digest: string;
  readonly lines: number;
}

/** The version of what is written; another one is refused. */
const format = 1;

const manifestFolder = "backups/";

/** The name of a backup, which begins with when it was begun; `lot` tells two of one moment apart. */
export function backupName(beganMs: number, lot: string): string {
  const time = new Date(beganMs).toISOString().replace(/[-:.]/g, "");
  return `${time}-${lot}`;
}

/** When the backup or segment of that name was begun; `undefined` when it is no such name. */
export function beginningOf(name: string): number | undefined {
  const match = /(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z-/.exec(name);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second, ms] = match;
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}.${ms}Z`);
  return Number.isNaN(time) ? undefined : time;
}

/** The object that holds the manifest of a backup. */
export function manifestName(backup: string): string {
  return `${manifestFolder}${backup}.json.gz`;
}

/** Where all manifests are. */
export const manifestPrefix = manifestFolder;

/** The names of the manifests of a place, the oldest first: others may have files beside them. */
export async function manifestNames(place: Place): Promise<string[]> {
  const names = await place.list(manifestPrefix);
  return names.filter((name) => beginningOf(name) !== undefined && name.endsWith(".json.gz"));
}

/** The object that holds lines of a backup. */
export function segmentName(backup: string, number: number): string {
  return `${segmentPrefix}${backup}-${String(number).padStart(5, "0")}.jsonl.gz`;
}

/** Where all segments are. */
export const segmentPrefix = "segments/";

/** A manifest as it is kept. */
export function writeManifest(manifest: Manifest): Promise<Uint8Array<ArrayBuffer>> {
  return gzipped(new TextEncoder().encode(JSON.stringify({ format, ...manifest })));
}

/** @throws {Error} when it is damaged, or of another version. */
export async function readManifest(
  name: string,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<Manifest> {
  let read: Record<string, unknown>;
  try {
    const text = await gunzipped(bytes);
    read = Object(JSON.parse(decodeUtf8(text, 0, text.length)));
  } catch (cause) {
    throw new Error(`Cannot read ${name}: it is damaged`, { cause });
  }
  if (read.format !== format) {
    const found = `found format ${String(read.format)}`;
    throw new Error(`Cannot read ${name}: ${found}, this cmud reads ${format}`);
  }
  if (!isManifest(read)) throw new Error(`Cannot read ${name}: it is damaged`);
  return read as unknown as Manifest;
}

function isManifest({ beganMs, endedMs, scope, chunks }: Record<string, unknown>): boolean {
  return isCount(beganMs) && isCount(endedMs) &&
    (scope === undefined || typeof scope === "string") && Array.isArray(chunks) &&
    chunks.length > 0 &&
    chunks.every((chunk, at) => isChunk(Object(chunk), at === chunks.length - 1));
}

function isChunk(chunk: Record<string, unknown>, isLast: boolean): boolean {
  const { through, entries, sum, digest, slices } = chunk;
  return (isLast ? through === undefined : typeof through === "string") && isCount(entries) &&
    (sum === undefined || typeof sum === "string") &&
    typeof digest === "string" && Array.isArray(slices) &&
    slices.every((slice) => isSlice(Object(slice)));
}

function isSlice({ segment, offset, length, digest, lines }: Record<string, unknown>): boolean {
  // A name that leads elsewhere is none.
  return typeof segment === "string" && /^segments\/[\w.-]+$/.test(segment) && isCount(offset) &&
    isCount(length) && typeof digest === "string" && isCount(lines);
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
