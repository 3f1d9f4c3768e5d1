import { escapedJson, realEnvironment } from "../../rpc/mod.ts";
import { backUp } from "../backup/backup.ts";
import { sourceOf } from "../backup/backup_source.ts";
import { BucketPlace, bucketSettings } from "../backup/bucket_place.ts";
import { FolderPlace } from "../backup/folder_place.ts";
import type { Place } from "../backup/place.ts";
import { prune } from "../backup/prune.ts";
import { listBackups, restoredEntries } from "../backup/restore.ts";
import type { Invocation } from "../cli/command_spec.ts";
import type { Console } from "../cli/console.ts";
import { exitCodes } from "../cli/exit_codes.ts";
import { failureText } from "../cli/failure.ts";
import { counted, grouped } from "../cli/numbers.ts";
import { showProgress } from "../cli/progress.ts";
import { withClient } from "../cli/with_client.ts";
import { UsageError } from "../cli/usage_error.ts";
import { Puts } from "../kv/puts.ts";

/** `cmud backup` */
export async function runBackup(invocation: Invocation): Promise<number> {
  const { arguments: [name], console, options } = invocation;
  const place = await placeAt(name!, console);
  return await withClient(invocation, async (client) => {
    let count = 0;
    const total = console.stderrIsTerminal ? await client.count("") : 0;
    const progress = showProgress(console, () => ({
      unit: "entries",
      count,
      share: Math.min(1, count / Math.max(1, total)),
    }));
    let report;
    try {
      const source = sourceOf(client);
      report = await backUp(place, source, realEnvironment, (taken) => count = taken);
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

/** `cmud restore` */
export async function runRestore(invocation: Invocation): Promise<number> {
  const { arguments: [name], console, options } = invocation;
  const place = await placeAt(name!, console);
  if (options.list) return await printBackups(place, invocation);
  const selection = {
    atMs: options.at as number | undefined,
    prefix: options.prefix as string | undefined,
  };
  const { entries, faults } = await restoredEntries(place, selection);
  return await withClient(invocation, async (client) => {
    const merges = options.asNew !== true;
    const progress = showProgress(console, () => ({ unit: "entries", count: puts.done }));
    const puts = new Puts(client, {
      merges,
      onFault: (_, error) => progress.tell(`cmud: ${failureText(error)}\n`),
    });
    let failure: unknown;
    try {
      let number = 0;
      for await (const entry of entries) {
        await puts.put(++number, entry);
        if (puts.isOver) break;
      }
    } catch (error) {
      failure = error;
    }
    await puts.end();
    progress.hide();
    failure ??= puts.failure;
    if (options.json) {
      const { done, kept, expired, faults: left } = puts;
      console.out(`${escapedJson({ place: place.name, restored: done, kept, expired, left })}\n`);
    } else console.out(`${place.name}: ${restoredText(puts)}\n`);
    for (const fault of faults) console.err(`cmud: ${fault}\n`);
    if (puts.done + puts.expired === 0 && options.at !== undefined && faults.length === 0) {
      console.err("Nothing of then is in the backups: restore --list prints when they were made\n");
    }
    if (failure !== undefined) throw failure;
    return faults.length > 0 || puts.faults > 0 ? exitCodes.internal : exitCodes.ok;
  });
}

function restoredText(puts: Puts): string {
  const parts = [`restored ${counted(puts.done, "entry", "entries")}`];
  if (puts.kept > 0) parts.push(`${grouped(puts.kept)} of them changed nothing`);
  if (puts.expired > 0) parts.push(`${grouped(puts.expired)} had expired`);
  if (puts.faults > 0) parts.push(`${grouped(puts.faults)} left out`);
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
