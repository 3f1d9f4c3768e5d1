import { appLimits } from "../../limits.ts";
import type { Clock, Random } from "../../rpc/mod.ts";
import { UsageError } from "../cli/usage_error.ts";
import { exportLine } from "../kv/entry_text.ts";
import type { BackupSource } from "./backup_source.ts";
import { ChunkWriter } from "./chunk_writer.ts";
import {
  backupName,
  type Manifest,
  manifestName,
  manifestNames,
  readManifest,
  writeManifest,
} from "./manifest.ts";
import type { Place } from "./place.ts";
import { type Scope, scopeText, wholeStore } from "./scope.ts";
import { type BackupSizes, compareKeys, SegmentWriter } from "./slices.ts";

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
 * Writes what has changed of a replica since the newest backup that is there, and last the manifest: a
 * backup that was interrupted before is none, and does the others no harm.
 *
 * @param scope what of the replica the source is
 * @param onProgress is told how many entries there were so far
 * @throws {UsageError} when the place has backups of another scope.
 */
export async function backUp(
  place: Place,
  source: BackupSource,
  environment: Clock & Random,
  scope: Scope = wholeStore,
  onProgress: (entries: number) => void = () => {},
  sizes: BackupSizes = appLimits,
): Promise<BackupReport> {
  const beganMs = environment.now();
  const backup = backupName(beganMs, environment.hex64().slice(0, 4));
  const { manifest: previous, faults } = await newestManifest(place);
  // To go on with what is of another scope would be to say that all else is gone.
  if (previous !== undefined && previous.scope !== scope.name) {
    throw new UsageError(
      `Cannot back up ${scopeText(scope.name)} to ${place.name}: ` +
        `found backups of ${scopeText(previous.scope)}, allowed is a place of its own`,
    );
  }
  const chunks = previous?.chunks ?? [];
  // Before the entries are read: what changes meanwhile is read again next time.
  const sums = await source.sums(chunks.slice(0, -1).map(({ through }) => through!)) ?? [];
  const isSame = (at: number) => chunks[at]?.sum !== undefined && chunks[at].sum === sums[at];
  const writer = new SegmentWriter(place, backup, sizes);
  const written = new ChunkWriter(place, writer, { chunks, sums, faults }, sizes);
  do {
    while (isSame(written.next)) written.keep();
    let end = written.next;
    if (end === chunks.length && end > 0) break;
    while (end + 1 < chunks.length && !isSame(end + 1)) end++;
    const through = chunks[end]?.through;
    for await (const { key, ...entry } of source.entries(chunks[written.next - 1]?.through)) {
      if (through !== undefined && compareKeys(key, through) > 0) break;
      await written.take(key, exportLine({ key, ...entry }));
      onProgress(written.entries);
    }
    do await written.endChunk(); while (written.next <= end);
  } while (written.next < chunks.length);
  written.end();
  await writer.end();
  const endedMs = environment.now();
  const manifest: Manifest = { beganMs, endedMs, scope: scope.name, chunks: written.chunks };
  const bytes = await writeManifest(manifest);
  await place.write(manifestName(backup), bytes);
  const { entries, changed, gone } = written;
  return { backup, entries, changed, gone, bytesWritten: writer.bytes + bytes.length, faults };
}

/** The newest manifest that can be read, and what is wrong with those after it. */
async function newestManifest(place: Place): Promise<{ manifest?: Manifest; faults: string[] }> {
  const faults: string[] = [];
  for (const name of (await manifestNames(place)).reverse()) {
    try {
      return { manifest: await readManifest(name, await place.read(name)), faults };
    } catch (error) {
      faults.push((error as Error).message);
    }
  }
  return { faults };
}
