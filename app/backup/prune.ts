import {
  beginningOf,
  manifestNames,
  manifestPrefix,
  readManifest,
  segmentPrefix,
} from "./manifest.ts";
import type { Place } from "./place.ts";

/** A segment that no backup names may be of one that is being made: for how long. */
const unfinishedMsMax = 24 * 3_600_000;

/**
 * Removes the backups that ended before `keptFromMs`, the newest one aside, and the segments that only they
 * name. Nothing is removed while one manifest cannot be read, because it may name any segment.
 *
 * @returns how many backups were removed.
 */
export async function prune(place: Place, keptFromMs: number, nowMs: number): Promise<number> {
  const backups = [];
  for (const name of await manifestNames(place)) {
    backups.push({ name, manifest: await readManifest(name, await place.read(name)) });
  }
  backups.sort((a, b) => a.manifest.endedMs - b.manifest.endedMs);
  const newest = backups.at(-1);
  const removed = backups.filter((backup) =>
    backup !== newest && backup.manifest.endedMs < keptFromMs
  );
  if (removed.length === 0) return 0;
  // Manifests first: what is left when this is interrupted are segments that nobody names.
  for (const { name } of removed) await place.remove(name);
  const named = new Set(
    backups.filter((backup) => !removed.includes(backup)).flatMap(({ manifest }) =>
      manifest.chunks.flatMap(({ slices }) => slices.map(({ segment }) => segment))
    ),
  );
  for (const segment of await place.list(segmentPrefix)) {
    const beganMs = beginningOf(segment);
    const isOld = beganMs !== undefined && beganMs < nowMs - unfinishedMsMax;
    const isTheirs = removed.some(({ name }) => segment.includes(backupOf(name)));
    if (!named.has(segment) && (isOld || isTheirs)) await place.remove(segment);
  }
  return removed.length;
}

/** The name of the backup whose manifest that is. */
function backupOf(manifest: string): string {
  return manifest.slice(manifestPrefix.length).replace(/\.json\.gz$/, "");
}
