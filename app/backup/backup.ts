import type { ExportedEntry } from "../../kvclient/mod.ts";
import { appLimits } from "../../limits.ts";
import type { Clock, Random } from "../../rpc/mod.ts";
import { exportLine } from "../kv/entry_text.ts";
import { ChunkWriter } from "./chunk_writer.ts";
import {
  backupName,
  type Manifest,
  manifestName,
  manifestPrefix,
  readManifest,
  writeManifest,
} from "./manifest.ts";
import type { Place } from "./place.ts";
import { type BackupSizes, SegmentWriter } from "./slices.ts";

/** What a backup did. */
export interface BackupReport {
  readonly backup: string;
  readonly entries: number;
  /** Since the backup before: entries that are new or changed, and keys that are gone. */
  readonly changed: number;
  readonly gone: number;
  readonly bytesWritten: number;
  /** What was wrong with earlier backups: what they lack is written anew. */
  readonly faults: readonly string[];
}

/**
 * Writes what has changed of `entries` since the newest backup that is there, and last the manifest: a
 * backup that was interrupted before is none, and does the others no harm.
 *
 * @param entries in ascending order of their keys
 * @param onProgress is told how many there were so far
 */
export async function backUp(
  place: Place,
  entries: AsyncIterable<ExportedEntry>,
  environment: Clock & Random,
  onProgress: (entries: number) => void = () => {},
  sizes: BackupSizes = appLimits,
): Promise<BackupReport> {
  const beganMs = environment.now();
  const backup = backupName(beganMs, environment.hex64().slice(0, 4));
  const { manifest: previous, faults } = await newestManifest(place);
  const writer = new SegmentWriter(place, backup, sizes);
  const chunks = new ChunkWriter(place, writer, previous?.chunks ?? [], faults, sizes);
  for await (const entry of entries) {
    await chunks.take(entry.key, exportLine(entry));
    onProgress(chunks.entries);
  }
  await chunks.end();
  await writer.end();
  const manifest: Manifest = { beganMs, endedMs: environment.now(), chunks: chunks.chunks };
  const bytes = await writeManifest(manifest);
  await place.write(manifestName(backup), bytes);
  const { changed, gone } = chunks;
  const bytesWritten = writer.bytes + bytes.length;
  return { backup, entries: chunks.entries, changed, gone, bytesWritten, faults };
}

/** The newest manifest that can be read, and what is wrong with those after it. */
async function newestManifest(place: Place): Promise<{ manifest?: Manifest; faults: string[] }> {
  const faults: string[] = [];
  for (const name of (await place.list(manifestPrefix)).reverse()) {
    try {
      return { manifest: await readManifest(name, await place.read(name)), faults };
    } catch (error) {
      faults.push((error as Error).message);
    }
  }
  return { faults };
}
