import { reasonOf } from "../../log/mod.ts";
import { exists } from "./exists.ts";
import { basename, dirname, relative, resolve, sep } from "node:path";
import { defaultLimits } from "../../limits.ts";
import type { Clock, Random } from "../../rpc/mod.ts";
import { EntryBatch } from "../entry/entry_batch.ts";
import type { Store } from "../store/mod.ts";
import { DataDirectoryError } from "./data_error.ts";
import { DataWriter } from "./data_writer.ts";
import { DirectoryLock } from "./directory_lock.ts";
import { openDirectory } from "./open_directory.ts";
import { Salvage } from "./salvage.ts";
import { syncDirectory } from "./sync_directory.ts";

/**
 * Writes everything sound of a data directory into a new one, and leaves the old one as it is. The new
 * one gets its name when it is complete.
 *
 * @param to must not be there, or be an empty directory
 * @returns what was sound, and what was not.
 * @throws {DataDirectoryError} when a server uses the old one, or there is nothing of a server in it;
 * when the new one cannot be written, is not empty, or is in the old one.
 */
export function repairDirectory(from: string, to: string, environment: Clock & Random): Salvage {
  const above = dirname(resolve(to));
  expectEmpty(to);
  expectOutside(above, from, to);
  DirectoryLock.expectFree(from);
  const salvage = new Salvage(from);
  const unfinished = beginDirectory(to, above);
  try {
    writeDirectory(unfinished, salvage, environment);
    // Only where it is empty: a directory in its place is not replaced everywhere.
    if (exists(to)) Deno.removeSync(to);
    Deno.renameSync(unfinished, to);
    syncDirectory(above);
  } catch (cause) {
    Deno.removeSync(unfinished, { recursive: true });
    if (cause instanceof DataDirectoryError) throw cause;
    throw notWritable(to, cause);
  }
  return salvage;
}

/** @throws {DataDirectoryError} when something is in the way. */
function expectEmpty(to: string): void {
  if (!exists(to)) return;
  let isEmpty = false;
  try {
    isEmpty = [...Deno.readDirSync(to)].length === 0;
  } catch {
    // It is no directory, or a closed one.
  }
  if (isEmpty) return;
  throw new DataDirectoryError(to, "it is not empty; allowed is a new one, or an empty one");
}

/** @throws {DataDirectoryError} when it would be in the old one, which is to stay as it is. */
function expectOutside(above: string, from: string, to: string): void {
  if (!exists(above) || !exists(from)) return;
  const [first] = relative(Deno.realPathSync(from), Deno.realPathSync(above)).split(sep);
  if (first === "..") return;
  throw new DataDirectoryError(to, `it is in ${from}; allowed is a directory beside it`);
}

function beginDirectory(to: string, above: string): string {
  try {
    return Deno.makeTempDirSync({ dir: above, prefix: `${basename(to)}.unfinished-` });
  } catch (cause) {
    throw notWritable(to, cause);
  }
}

function notWritable(to: string, cause: unknown): DataDirectoryError {
  const why = reasonOf(cause);
  return new DataDirectoryError(to, `it cannot be written (${why})`, { cause });
}

function writeDirectory(
  directory: string,
  { store, peers, cluster }: Salvage,
  environment: Clock & Random,
): void {
  const lock = new DirectoryLock(directory);
  try {
    openDirectory(directory, lock, environment, defaultLimits);
    const writer = new DataWriter(directory, lock, environment, defaultLimits);
    try {
      for (const batch of batchesOf(store)) {
        writer.append([batch]);
        if (writer.logBytes > defaultLimits.foldUrgentBytes) { while (!writer.foldOn(Infinity)); }
      }
      while (!writer.foldOn(Infinity));
      if (cluster !== undefined) writer.nameCluster(cluster);
      // The last one was seen last.
      for (const [i, address] of peers.entries()) writer.rememberPeer(address, i);
    } finally {
      writer.close();
    }
  } finally {
    lock.release();
  }
}

/** All entries, tombstones among them, in batches of about `diskChunkBytes`. */
function* batchesOf(store: Store): Generator<Uint8Array> {
  let after: Uint8Array | undefined;
  for (let isDone = false; !isDone;) {
    const batch = new EntryBatch(store, defaultLimits.diskChunkBytes);
    isDone = store.walk(after, (n) => batch.add(n));
    if (batch.size === 0) return;
    after = store.keyOf(batch.numbers.at(-1)!);
    yield batch.encode();
  }
}
