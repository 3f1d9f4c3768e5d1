/**
 * The file of a data directory: its tables, its versions, and how it is opened.
 *
 * It is an SQLite database, which other programs can open. Accepted entries are first appended to a log
 * beside it (`batch_log.ts`), as the very bytes that it travels in; now and then that is folded into
 * the table `entry`, by the merge rule of the replicas (`fold.ts`). Read together, in any order, the
 * two are the state.
 *
 * @module
 */

import { DatabaseSync } from "node:sqlite";
import { damaged, DataDirectoryError } from "./data_error.ts";
import { segmentName, segmentsIn } from "./log_segment.ts";
import { syncDirectory } from "./sync_directory.ts";

/** The file's name in its directory. */
export const dataFileName = "cmud.db";

/** "CMUD" in ASCII: by this number in its header the file is known. */
const applicationId = 0x434d5544;

/**
 * The format of the tables below, of the log, and of entries as an `EntryBatch` writes them. A change of
 * any of them raises it. (Format 1 kept the log in a table, and was never released.)
 */
export const formatVersion = 2;

/**
 * Keys and values are UTF-8, uids are text; a value of NULL is a tombstone. Without rowids, since
 * with them each key would stand in the file twice. Uids are long and few: `actor` numbers them.
 */
const tables = `
  CREATE TABLE entry (
    key       BLOB PRIMARY KEY,
    value     BLOB,
    timestamp INTEGER NOT NULL,
    sequence  INTEGER NOT NULL,
    actor     INTEGER NOT NULL REFERENCES actor
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE actor (number INTEGER PRIMARY KEY, uid TEXT NOT NULL UNIQUE) STRICT;
  CREATE TABLE peer (address TEXT PRIMARY KEY, lastSeenMs INTEGER NOT NULL) STRICT, WITHOUT ROWID;
`;

/** How a data file is opened. */
export type Access = "read" | "write";

/**
 * Whether there is a file. Without one there must be no log either: it would be a small part of what
 * was there.
 *
 * @throws {DataDirectoryError} when there is, or when that cannot be seen.
 */
export function hasDataFile(directory: string): boolean {
  try {
    if (exists(`${directory}/${dataFileName}`)) return true;
    expectNoLog(directory);
    return false;
  } catch (cause) {
    if (cause instanceof DataDirectoryError) throw cause;
    const why = (cause as Error).message;
    throw new DataDirectoryError(directory, `it cannot be read (${why})`, { cause });
  }
}

function expectNoLog(directory: string): void {
  const [segment] = exists(directory) ? segmentsIn(directory) : [];
  if (segment === undefined) return;
  const name = segmentName(segment);
  throw new DataDirectoryError(
    directory,
    `there is a log (${name}) in it, and no ${dataFileName}, to which that belongs; put it back, or ` +
      `use another directory`,
  );
}

/**
 * Makes an empty file. It gets its name when it is complete, so that a file of that name is always
 * whole, and that name is on the medium before there is a log. The directory's lock must be held.
 *
 * @throws {DataDirectoryError} when it cannot be written.
 */
export function createDataFile(directory: string): void {
  const path = `${directory}/${dataFileName}`;
  const unfinished = `${path}.new`;
  try {
    for (const end of ["", "-journal", "-wal", "-shm"]) {
      if (exists(unfinished + end)) Deno.removeSync(unfinished + end);
    }
    const database = new DatabaseSync(unfinished);
    database.exec(`
      BEGIN;
      PRAGMA application_id = ${applicationId};
      PRAGMA user_version = ${formatVersion};
      ${tables}
      COMMIT;
      PRAGMA journal_mode = WAL;
    `);
    database.close();
    Deno.renameSync(unfinished, path);
    syncDirectory(directory);
  } catch (cause) {
    const why = (cause as Error).message;
    throw new DataDirectoryError(directory, `it cannot be written (${why})`, { cause });
  }
}

/**
 * Looks at the first bytes of the file, before SQLite does, which would begin to repair what is not
 * ours. Not to be called while this very process has it open: closing it would end SQLite's locks.
 *
 * @throws {DataDirectoryError} when there is none, or none of ours in a format we know, or no access.
 */
export function checkDataFile(directory: string, access: Access): void {
  const path = `${directory}/${dataFileName}`;
  expectOurs(directory, readHeader(directory, path, access));
}

/**
 * Opens the file, after it was checked.
 *
 * @param access `"read"` changes nothing in it, also when it is damaged
 * @throws {DataDirectoryError} when that is not possible.
 */
export function openDataFile(directory: string, access: Access): DatabaseSync {
  try {
    const path = `${directory}/${dataFileName}`;
    const database = new DatabaseSync(path, { readOnly: access === "read" });
    database.exec(access === "read" ? readPragmas : writePragmas);
    return database;
  } catch (cause) {
    throw unusable(directory, access, cause);
  }
}

/** Whoever reads waits for a writer that opens the file at this moment. */
const readPragmas = "PRAGMA busy_timeout = 5000";

/**
 * - `journal_mode = WAL`: readers look on while the file is written, and writing is appending.
 * - `synchronous = FULL`: a commit returns when it is on the medium.
 * - `cache_size`: 16 MiB of pages; folding goes through the keys in order and needs no more.
 * - `wal_autocheckpoint`: after 4 MiB SQLite's own log is copied into the file and begins anew. More
 *   makes the pause for that longer, less makes it come more often.
 * - `temp_store`: nothing needs to be put anywhere else.
 * - `BEGIN IMMEDIATE` fails now rather than at the first write if the file cannot be written.
 */
const writePragmas = `
  PRAGMA busy_timeout = 5000;
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA cache_size = -16384;
  PRAGMA wal_autocheckpoint = 1000;
  PRAGMA temp_store = MEMORY;
  BEGIN IMMEDIATE;
  COMMIT;
`;

/** The error for a file of which SQLite cannot even begin to read. */
export function unreadable(directory: string, cause: unknown): DataDirectoryError {
  const why = (cause as Error).message;
  if (/malformed|not a database/.test(why)) return damaged(directory, cause);
  if (exists(`${directory}/${dataFileName}-shm`)) return unusable(directory, "read", cause);
  return new DataDirectoryError(
    directory,
    "it cannot be written, and SQLite must, beside the file, to read it: copy it to where it can",
    { cause },
  );
}

/** Where SQLite keeps what tells files apart. */
const headerBytes = 100;
const userVersionAt = 60;
const applicationIdAt = 68;

function readHeader(directory: string, path: string, access: Access): Uint8Array {
  const header = new Uint8Array(headerBytes);
  try {
    using file = Deno.openSync(path, { read: true, write: access === "write" });
    const count = file.readSync(header) ?? 0;
    return header.subarray(0, count);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) {
      expectNoLog(directory);
      throw new DataDirectoryError(directory, `there is no ${dataFileName} in it`, { cause });
    }
    throw unusable(directory, access, cause);
  }
}

function unusable(directory: string, access: Access, cause: unknown): DataDirectoryError {
  const done = access === "read" ? "read" : "written";
  const why = (cause as Error).message;
  return new DataDirectoryError(directory, `its ${dataFileName} cannot be ${done} (${why})`, {
    cause,
  });
}

function expectOurs(directory: string, header: Uint8Array): void {
  const view = new DataView(header.buffer, 0, header.length);
  const isSqlite = header.length === headerBytes &&
    new TextDecoder().decode(header.subarray(0, 16)) === "SQLite format 3\0";
  if (!isSqlite || view.getUint32(applicationIdAt) !== applicationId) {
    throw new DataDirectoryError(
      directory,
      `its ${dataFileName} was not made by cmud; allowed is one that was, or none`,
    );
  }
  const version = view.getUint32(userVersionAt);
  if (version !== formatVersion) {
    throw new DataDirectoryError(
      directory,
      `its ${dataFileName} has format ${version}, and this cmud knows format ${formatVersion} only; ` +
        (version < formatVersion
          ? "export it with the cmud that wrote it, and import that into a new directory"
          : "use the cmud that wrote it, or a later one"),
    );
  }
}

function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
