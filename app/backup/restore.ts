import { UsageError } from "../cli/usage_error.ts";
import { bytesOfBase64 } from "../kv/entry_text.ts";
import type { ImportedEntry } from "../kv/puts.ts";
import { Damage } from "./damage.ts";
import { type Manifest, manifestNames, readManifest, type Slice } from "./manifest.ts";
import type { Place } from "./place.ts";
import { wholeStore } from "./scope.ts";
import { compareKeys, soundLines } from "./slices.ts";

/** What of a place is restored. */
export interface Selection {
  /** As of that time, in milliseconds since the epoch. Default: as of the newest backup. */
  readonly atMs?: number;
  /** Only keys that begin with one of these. Default: all. */
  readonly prefixes?: readonly string[];
  /**
   * Whether to leave out of what is damaged also keys that an earlier part has, of which the damaged one may
   * have had a newer entry, or that they were gone. Default: these are taken, as they were in the earlier part.
   */
  readonly leavesOutdated?: boolean;
}

/** A backup that can be restored. */
export interface ListedBackup {
  readonly beganMs: number;
  readonly endedMs: number;
  readonly entries: number;
}

/** What is restored, and what of it could not be read. */
export interface Restored {
  readonly entries: AsyncIterable<ImportedEntry>;
  /** What is missing or damaged: grows while `entries` is read. */
  readonly faults: readonly string[];
  /** Once all are read: whether parts are damaged, and the newest earlier backup that needs none of these. */
  damage(): { readonly soundMs?: number } | undefined;
}

/**
 * The backups of a place, the oldest first, and what is wrong with others.
 *
 * @throws {UsageError} when the place has none; {Error} when none of them can be read.
 */
export async function listBackups(
  place: Place,
): Promise<{ backups: ListedBackup[]; faults: string[] }> {
  const { manifests, faults } = await manifestsOf(place);
  if (manifests.length === 0) throw nothingThere(place, faults);
  const backups = manifests.map(({ beganMs, endedMs, chunks }) => ({
    beganMs,
    endedMs,
    entries: chunks.reduce((sum, { entries }) => sum + entries, 0),
  }));
  return { backups, faults };
}

/**
 * The entries as they were: of each key the newest one up to the time that is asked for which the last
 * backup before it, or the first one after it, has. What was written and replaced between the two is in
 * neither, and a key that was deleted between them is there.
 *
 * @throws {UsageError} when the place has none; {Error} when none of them can be read.
 */
export async function restoredEntries(place: Place, selection: Selection): Promise<Restored> {
  const { manifests, faults } = await manifestsOf(place);
  const { atMs = Infinity, prefixes = wholeStore.prefixes, leavesOutdated = false } = selection;
  const after = manifests.findIndex(({ endedMs }) => endedMs > atMs);
  const last = after < 0 ? manifests.at(-1) : manifests[after - 1];
  const next = after < 0 ? undefined : manifests[after];
  if (last === undefined && next === undefined) throw nothingThere(place, faults);
  const damage = new Damage(place, manifests, faults);
  const read = (manifest: Manifest | undefined) =>
    manifest === undefined ? none() : entriesOf(manifest, prefixes, damage, leavesOutdated);
  return {
    entries: newestUpTo(atMs, read(last), read(next)),
    faults,
    damage() {
      if (!damage.isMet) return undefined;
      return { soundMs: damage.soundBackup((last ?? next)!.endedMs)?.endedMs };
    },
  };
}

function nothingThere({ name }: Place, faults: readonly string[]): Error {
  const found = `Cannot restore from ${name}: found no backup there`;
  return faults.length > 0 ? new Error([found, ...faults].join("\n")) : new UsageError(found);
}

async function manifestsOf(place: Place): Promise<{ manifests: Manifest[]; faults: string[] }> {
  const manifests: Manifest[] = [];
  const faults: string[] = [];
  for (const name of await manifestNames(place)) {
    try {
      manifests.push(await readManifest(name, await place.read(name)));
    } catch (error) {
      faults.push((error as Error).message);
    }
  }
  manifests.sort((a, b) => a.endedMs - b.endedMs);
  return { manifests, faults };
}

/** Of each key the newest of two backups' entries that is not after `atMs`. */
async function* newestUpTo(
  atMs: number,
  last: AsyncIterator<ImportedEntry>,
  next: AsyncIterator<ImportedEntry>,
): AsyncGenerator<ImportedEntry> {
  const isIn = ({ order }: ImportedEntry) => order![0] <= atMs;
  let [a, b] = [await last.next(), await next.next()];
  while (!a.done || !b.done) {
    const order = a.done ? 1 : b.done ? -1 : compareKeys(a.value.key, b.value.key);
    // What the later backup has is at least as new, unless it is what a damaged part has left.
    const isNewer = order > 0 || order === 0 && !isLater(a.value, b.value);
    if (isNewer && isIn(b.value)) yield b.value;
    else if (order <= 0 && isIn(a.value)) yield a.value;
    if (order <= 0) a = await last.next();
    if (order >= 0) b = await next.next();
  }
}

function isLater({ order: a }: ImportedEntry, { order: b }: ImportedEntry): boolean {
  const at = a!.findIndex((part, at) => part !== b![at]);
  return at >= 0 && a![at] > b![at];
}

async function* entriesOf(
  { chunks }: Manifest,
  prefixes: readonly string[],
  damage: Damage,
  leavesOutdated: boolean,
): AsyncGenerator<ImportedEntry> {
  const isWanted = (key: string) => prefixes.some((prefix) => key.startsWith(prefix));
  const leaveOut = (keys: ReadonlySet<string>) => {
    const wanted = new Set([...keys].filter(isWanted));
    if (wanted.size > 0) damage.leaveOut(wanted);
  };
  for (const [at, chunk] of chunks.entries()) {
    const after = chunks[at - 1]?.through ?? "";
    if (!prefixes.some((prefix) => mayHold(after, chunk.through, prefix))) continue;
    const read = (slice: Slice) => damage.read(slice);
    const lines = await soundLines(chunk, read, leavesOutdated ? leaveOut : undefined);
    for (const line of lines.values()) {
      const { key, value, base64, expiresAt, order, counter } = JSON.parse(line);
      if (!isWanted(key)) continue;
      const read = base64 === undefined ? value : bytesOfBase64(base64);
      yield { key, value: read, expiresAt, order, counter };
    }
  }
}

/** Whether keys behind `after`, up to `through` (or all), may begin with `prefix`. */
function mayHold(after: string, through: string | undefined, prefix: string): boolean {
  const isBefore = through !== undefined && compareKeys(through, prefix) < 0;
  const isBehind = compareKeys(after, prefix) > 0 && !after.startsWith(prefix);
  return !isBefore && !isBehind;
}

async function* none(): AsyncGenerator<never> {}
