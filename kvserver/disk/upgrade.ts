import type { DatabaseSync } from "node:sqlite";
import { defaultLimits, type Limits } from "../../limits.ts";
import type { Random } from "../../rpc/mod.ts";
import { EntryChecksums } from "../entry/checksum.ts";
import { EntryReader } from "../entry/entry_reader.ts";
import { Store } from "../store/mod.ts";
import { openDataFile } from "./data_file.ts";
import {
  checksumColumn,
  extraColumns,
  formatVersion,
  manifestTable,
  oldFormatVersion,
} from "./data_format.ts";
import { DataReader } from "./data_reader.ts";
import { EntryTableReader } from "./entry_table_reader.ts";
import { EntryTableWriter } from "./entry_table_writer.ts";
import { createSegment, segmentFile, segmentIn, segmentPath, segmentsIn } from "./log_segment.ts";
import { insertManifest } from "./manifest.ts";
import { newDirectoryId } from "./segment_header.ts";
import { inTransaction } from "./transaction.ts";

/**
 * Brings a directory of an earlier format to the present one, with all that it holds. The directory's
 * lock must be held.
 *
 * All of it is one transaction of SQLite: whatever interrupts it, the directory is one of its old format
 * still, perhaps with an empty segment of the new one, or one of the present format, perhaps with
 * segments that are folded.
 *
 * @throws {DataDirectoryError} when it is damaged, or cannot be written.
 */
export function upgradeDirectory(
  directory: string,
  random: Random,
  limits: Limits = defaultLimits,
): void {
  const reader = new DataReader(directory, limits);
  const { format } = reader;
  try {
    if (format === formatVersion) return;
    reader.expectSound();
    for (const _ of reader.chunks());
  } finally {
    reader.close();
  }
  if (format === oldFormatVersion) upgradeOldest(directory, random, limits);
  else upgradeManifested(directory);
}

/** From format 3: rows get columns, and are else what they were, as is the log. */
function upgradeManifested(directory: string): void {
  const database = openDataFile(directory, "write");
  try {
    inTransaction(database, () => {
      addColumns(database, extraColumns);
      database.exec(`PRAGMA user_version = ${formatVersion}`);
    });
  } finally {
    database.close();
  }
}

/** From format 2, that of 0.1.0. */
function upgradeOldest(directory: string, random: Random, limits: Limits): void {
  for (const number of segmentsIn(directory)) {
    // What an interrupted attempt has left.
    if (segmentFile(directory, number).header !== undefined) {
      Deno.removeSync(segmentPath(directory, number));
    }
  }
  const segments = segmentsIn(directory);
  const id = newDirectoryId(random);
  const firstSegment = (segments.at(-1) ?? 0) + 1;
  createSegment(directory, firstSegment, id);
  const database = openDataFile(directory, "write");
  try {
    inTransaction(database, () => {
      addColumns(database, [checksumColumn, ...extraColumns]);
      database.exec(manifestTable);
      insertManifest(database, { id, firstSegment, ...addChecksums(database, limits) });
      foldAll(database, directory, segments);
      database.exec(`PRAGMA user_version = ${formatVersion}`);
    });
    removeFolded(database, directory, segments);
  } finally {
    database.close();
  }
}

function addColumns(database: DatabaseSync, definitions: readonly string[]): void {
  for (const definition of definitions) {
    database.exec(`ALTER TABLE entry ADD COLUMN ${definition}`);
  }
}

/** Gives each row its checksum. @returns what the manifest says of the rows then. */
function addChecksums(
  database: DatabaseSync,
  limits: Limits,
): { entries: number; checksum: number } {
  const checksums = new EntryChecksums();
  const update = database.prepare("UPDATE entry SET checksum = ? WHERE key = ?");
  let entries = 0;
  let sum = 0;
  const table = new EntryTableReader(database, oldFormatVersion, limits, (_, what) => {
    throw new Error(what);
  });
  for (const chunk of table.chunks()) {
    for (const entry = new EntryReader(chunk); entry.next(); entries++) {
      const checksum = checksums.ofRead(entry);
      update.run(checksum, chunk.subarray(entry.keyStart, entry.keyEnd));
      sum = (sum ^ checksum) >>> 0;
    }
  }
  return { entries, checksum: sum };
}

/** Merges what segments of format 2 hold into the table. */
function foldAll(database: DatabaseSync, directory: string, segments: readonly number[]): void {
  const store = new Store();
  for (const segment of segments) {
    for (const batch of segmentIn(directory, segment, undefined)!.batches) {
      for (const entry = new EntryReader(batch); entry.next();) store.merge(entry);
    }
  }
  const table = new EntryTableWriter(database);
  table.within(() =>
    store.walk(undefined, (n) => {
      table.put(store, n);
      return true;
    })
  );
}

/**
 * Removes segments that are folded once the file itself says so, and not only SQLite's own log beside it:
 * without that log, the file would be one of format 2 whose log is missing, which nobody could tell.
 * Somebody who reads the file may be in the way of that. Then the writer removes them later.
 */
function removeFolded(
  database: DatabaseSync,
  directory: string,
  segments: readonly number[],
): void {
  const [{ busy }] = database.prepare("PRAGMA wal_checkpoint(TRUNCATE)").all();
  if (busy !== 0) return;
  for (const segment of segments) Deno.removeSync(segmentPath(directory, segment));
}
