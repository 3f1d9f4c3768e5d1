import type { Client } from "../../kvclient/mod.ts";
import { escapedJson, realEnvironment } from "../../rpc/mod.ts";
import { backUp } from "../backup/backup.ts";
import { sourceOf } from "../backup/backup_source.ts";
import { BucketPlace, bucketSettings } from "../backup/bucket_place.ts";
import { changesTo } from "../backup/exactly.ts";
import { FolderPlace } from "../backup/folder_place.ts";
import type { Place } from "../backup/place.ts";
import { prune } from "../backup/prune.ts";
import { listBackups, restoredEntries, type Selection } from "../backup/restore.ts";
import { type Scope, wholeStore } from "../backup/scope.ts";
import type { Invocation } from "../cli/command_spec.ts";
import type { Console } from "../cli/console.ts";
import { exitCodes } from "../cli/exit_codes.ts";
import { failureText } from "../cli/failure.ts";
import { counted, grouped } from "../cli/numbers.ts";
import { showProgress } from "../cli/progress.ts";
import { withClient } from "../cli/with_client.ts";
import { UsageError } from "../cli/usage_error.ts";
import { Puts } from "../kv/puts.ts";

/** `cmud backup` @param scope what of the store it is of */
export async function runBackup(invocation: Invocation, scope = wholeStore): Promise<number> {
  const { arguments: [name], console, options } = invocation;
  const place = await placeAt(name!, console);
  return await withClient(invocation, async (client) => {
    let count = 0;
    const total = console.stderrIsTerminal ? await countOf(client, scope) : 0;
    const progress = showProgress(console, () => ({
      unit: "entries",
      count,
      share: Math.min(1, count / Math.max(1, total)),
    }));
    let report;
    try {
      const source = sourceOf(client, scope);
      report = await backUp(place, source, realEnvironment, scope, (taken) => count = taken);
    } finally {
      progress.hide();
    }
    const { entries, changed, gone, bytesWritten, faults } = report;
    const keepMs = options.keep as number | undefined;
    const nowMs = realEnvironment.now();
    const removed = keepMs === undefined ? 0 : await prune(place, nowMs - keepMs, nowMs);
    if (options.json) console.out(`${escapedJson({ place: place.name, ...report, removed })}\n`);
    else {
      const parts = [`${counted(entries, "entry", "entries")}`];
      parts.push(`${grouped(changed)} new or changed`, `${grouped(gone)} gone`);
      if (removed > 0) parts.push(`${counted(removed, "old backup")} removed`);
      console.out(`${place.name}: ${parts.join(", ")}; wrote ${grouped(bytesWritten)} bytes\n`);
    }
    for (const fault of faults) console.err(`cmud: ${fault}; what is lacking was written anew\n`);
    return exitCodes.ok;
  });
}

/** `cmud restore` @param scope what of the store is restored */
export async function runRestore(invocation: Invocation, scope?: Scope): Promise<number> {
  const { arguments: [name], console, options } = invocation;
  const place = await placeAt(name!, console);
  if (options.list) return await printBackups(place, invocation);
  const prefix = options.prefix as string | undefined;
  const selection = {
    atMs: options.at as number | undefined,
    prefixes: scope?.prefixes ?? (prefix === undefined ? undefined : [prefix]),
  };
  const isExact = options.exactly === true;
  if (isExact) await expectWhole(place, selection);
  // What is put anew beats what is there: an old value could beat a newer one.
  const leavesOutdated = options.asNew === true;
  const { entries, faults, damage } = await restoredEntries(place, {
    ...selection,
    leavesOutdated,
  });
  return await withClient(invocation, async (client) => {
    const merges = options.asNew !== true && !isExact;
    const progress = showProgress(console, () => ({ unit: "entries", count: puts.done }));
    const puts = new Puts(client, {
      merges,
      onFault: (_, error) => progress.tell(`cmud: ${failureText(error)}\n`),
    });
    const wanted = isExact
      ? changesTo(entries, sourceOf(client, scope).entries(undefined), realEnvironment.now())
      : entries;
    let deleted = 0;
    let failure: unknown;
    try {
      let number = 0;
      for await (const entry of wanted) {
        if (entry.value === undefined) deleted++;
        await puts.put(++number, entry);
        if (puts.isOver) break;
      }
    } catch (error) {
      failure = error;
    }
    await puts.end();
    progress.hide();
    failure ??= puts.failure;
    const { done, kept, expired, faults: left } = puts;
    const report = { restored: done - deleted, deleted, kept, expired, left };
    if (options.json) console.out(`${escapedJson({ place: place.name, ...report })}\n`);
    else console.out(`${place.name}: ${restoredText(report, puts)}\n`);
    for (const fault of faults) console.err(`cmud: ${fault}\n`);
    console.err(damageAdvice(damage()));
    if (done + expired === 0 && options.at !== undefined && !isExact && faults.length === 0) {
      console.err("Nothing of then is in the backups: restore --list prints when they were made\n");
    }
    if (failure !== undefined) throw failure;
    return faults.length > 0 || puts.faults > 0 ? exitCodes.internal : exitCodes.ok;
  });
}

/**
 * Reads what is to be restored, before anything is deleted for its sake.
 *
 * @throws {Error} A part of it is missing or damaged; what it had would be deleted.
 */
async function expectWhole(place: Place, selection: Selection): Promise<void> {
  const { entries, faults } = await restoredEntries(place, selection);
  let count = 0;
  for await (const _ of entries) count++;
  if (faults.length > 0) {
    throw new Error(["Cannot restore exactly what is not whole", ...faults].join("\n"));
  }
  // Of a time before all backups, or of what is not in them.
  if (count === 0) {
    throw new UsageError(`Cannot restore from ${place.name}: nothing of it is there`);
  }
}

/** What to try when parts are damaged. */
function damageAdvice(damage: { readonly soundMs?: number } | undefined): string {
  if (damage === undefined) return "";
  if (damage.soundMs === undefined) return "No older backup there is without that part\n";
  const at = new Date(damage.soundMs).toISOString();
  return `An older backup is without that part: cmud restore PLACE --at ${at}\n`;
}

async function countOf(client: Client, { prefixes }: Scope): Promise<number> {
  const counts = await Promise.all(prefixes.map((prefix) => client.count(prefix)));
  return counts.reduce((sum, count) => sum + count, 0);
}

/** What became of entries: those that could not be restored are `left`. */
interface RestoreReport {
  readonly restored: number;
  readonly deleted: number;
  readonly kept: number;
  readonly expired: number;
  readonly left: number;
}

function restoredText(
  { restored, deleted, kept, expired, left }: RestoreReport,
  puts: Puts,
): string {
  const parts = [`restored ${counted(restored, "entry", "entries")}`];
  if (deleted > 0) parts.push(`${grouped(deleted)} deleted`);
  if (kept > 0) parts.push(`${grouped(kept)} of them changed nothing`);
  if (expired > 0) parts.push(`${grouped(expired)} had expired`);
  if (left > 0) parts.push(`${grouped(left)} left out`);
  if (puts.firstMissing < Infinity || puts.isOver) parts.push("and not all that there are");
  return parts.join(", ");
}

async function printBackups(place: Place, { console, options }: Invocation): Promise<number> {
  const { backups, faults } = await listBackups(place);
  for (const { beganMs, endedMs, entries } of backups) {
    const [began, ended] = [beganMs, endedMs].map((ms) => new Date(ms).toISOString());
    if (options.json) console.out(`${escapedJson({ began, ended, entries })}\n`);
    else console.out(`${ended}  ${counted(entries, "entry", "entries")}\n`);
  }
  for (const fault of faults) console.err(`cmud: ${fault}\n`);
  return faults.length > 0 ? exitCodes.internal : exitCodes.ok;
}

/** @throws {UsageError} when it is none. */
function placeAt(name: string, console: Console): Promise<Place> {
  if (name === "") {
    throw new UsageError("Cannot use no place: allowed is DIR or s3://BUCKET/PREFIX");
  }
  if (name.startsWith("s3://")) {
    return BucketPlace.open(name, bucketSettings((variable) => console.env(variable)));
  }
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(name)) {
    throw new UsageError(`Cannot use "${name}": allowed is DIR or s3://BUCKET/PREFIX`);
  }
  return Promise.resolve(new FolderPlace(name));
}
