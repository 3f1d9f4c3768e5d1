/**
 * The file of a data directory: how it is made, checked and opened.
 *
 * The file is an SQLite database, which other programs can open. Accepted entries are first appended to a
 * log beside it (`batch_log.ts`), as the bytes of the message that brought them. Now and then the log is
 * folded into the table `entry`, by the merge rule of the replicas (`fold.ts`). File and log together,
 * read in any order, are the state.
 *
 * @module
 */

import { reasonOf } from "../../log/mod.ts";
import { exists } from "./exists.ts";
import { DatabaseSync } from "node:sqlite";
import type { Random } from "../../rpc/mod.ts";
import { damaged, DataDirectoryError, noSuchDirectory } from "./data_error.ts";
import {
  applicationId,
  dataFileName,
  formatVersion,
  isKnownFormat,
  oldFormatVersion,
  tables,
} from "./data_format.ts";
import { givesPagesBack } from "./free_pages.ts";
import { createSegment, segmentFile, segmentName, segmentsIn } from "./log_segment.ts";
import { insertManifest } from "./manifest.ts";
import { createPrivateFile, isEndless } from "./private_files.ts";
import { newDirectoryId, segmentHeaderBytes } from "./segment_header.ts";
import { syncDirectory } from "./sync_directory.ts";

/** How a data file is opened. */
export type Access = "read" | "write";

/**
 * Whether there is a file. Without one there must be nothing that belongs to it either: it would be a
 * small part of what was there.
 *
 * @throws {DataDirectoryError} when there is, or when that cannot be seen.
 */
export function hasDataFile(directory: string): boolean {
  try {
    if (exists(`${directory}/${dataFileName}`)) return true;
    expectNoRest(directory);
    return false;
  } catch (cause) {
    if (cause instanceof DataDirectoryError) throw cause;
    const why = reasonOf(cause);
    throw new DataDirectoryError(directory, `it cannot be read (${why})`, { cause });
  }
}

/** What SQLite keeps beside a file, for its transactions. */
const besideFile = ["-journal", "-wal", "-shm"];

function expectNoRest(directory: string): void {
  if (!exists(directory)) return;
  const segments = segmentsIn(directory);
  if (segments.length > 0 && !isUnfinished(directory, segments)) {
    throw withoutFile(directory, `a log (${segmentName(segments[0])})`);
  }
  const beside = besideFile.find((end) => exists(`${directory}/${dataFileName}${end}`));
  if (beside !== undefined) throw withoutFile(directory, `a ${dataFileName}${beside}`);
  // A new directory has its lock before it has an owner.
  if (exists(`${directory}/owner.json`) && !exists(`${directory}/lock`)) {
    throw withoutFile(directory, "an owner.json");
  }
}

function withoutFile(directory: string, what: string): DataDirectoryError {
  return new DataDirectoryError(
    directory,
    `there is ${what} in it, and no ${dataFileName}, to which that belongs; put it back, or use ` +
      `another directory`,
  );
}

/** Whether the log is what `createDataFile` leaves when it is interrupted: nothing was ever put there. */
function isUnfinished(directory: string, segments: readonly number[]): boolean {
  const [first] = segments;
  return segments.length === 1 && first === 1 &&
    segmentFile(directory, first).bytes <= segmentHeaderBytes;
}

/**
 * Makes an empty file and its log. The file gets its name when both are complete, so that a file of that
 * name is always whole. The directory's lock must be held.
 *
 * @throws {DataDirectoryError} when it cannot be written.
 */
export function createDataFile(directory: string, random: Random): void {
  try {
    writeDataFile(directory, dataFileName, random, 1);
  } catch (cause) {
    const why = reasonOf(cause);
    throw new DataDirectoryError(directory, `it cannot be written (${why})`, { cause });
  }
}

/**
 * Writes a file, and the log that belongs to it. The file gets its name when both are complete.
 *
 * @param firstSegment the log begins with this segment
 * @param fill puts what the file is to hold into its tables. Default: that is nothing
 * @throws {Error} when the disk refuses.
 */
export function writeDataFile(
  directory: string,
  name: string,
  random: Random,
  firstSegment: number,
  fill: (database: DatabaseSync) => void = () => {},
): void {
  const unfinished = `${directory}/${dataFileName}.new`;
  const manifest = { id: newDirectoryId(random), firstSegment, entries: 0, checksum: 0 };
  for (const end of besideFile) if (exists(unfinished + end)) Deno.removeSync(unfinished + end);
  createPrivateFile(unfinished).close();
  const database = new DatabaseSync(unfinished);
  try {
    database.exec(`
      ${givesPagesBack};
      BEGIN;
      PRAGMA application_id = ${applicationId};
      PRAGMA user_version = ${formatVersion};
      ${tables}
    `);
    insertManifest(database, manifest);
    fill(database);
    database.exec("COMMIT; PRAGMA journal_mode = WAL");
  } finally {
    database.close();
  }
  createSegment(directory, manifest.firstSegment, manifest.id);
  Deno.renameSync(unfinished, `${directory}/${name}`);
  syncDirectory(directory);
}

/** Removes a file, and what SQLite keeps beside it. */
export function removeDataFile(directory: string): void {
  for (const end of ["", ...besideFile]) {
    const path = `${directory}/${dataFileName}${end}`;
    if (exists(path)) Deno.removeSync(path);
  }
}

/**
 * Checks the first bytes of the file before SQLite opens it, because SQLite would begin to repair a file
 * that is not ours. Not to be called while this process has the file open, because closing it would end
 * SQLite's locks.
 *
 * @returns its format: the present one, or one that can be brought to it.
 * @throws {DataDirectoryError} when there is none, or none of ours in a format we know, or no access.
 */
export function checkDataFile(directory: string, access: Access): number {
  const path = `${directory}/${dataFileName}`;
  return formatOf(directory, readHeader(directory, path, access));
}

/**
 * Opens the file, after it was checked.
 *
 * @param access `"read"` changes nothing in it, also when it is damaged
 * @throws {DataDirectoryError} when that is not possible.
 */
export function openDataFile(directory: string, access: Access): DatabaseSync {
  const path = `${directory}/${dataFileName}`;
  expectEnd(directory, path);
  try {
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
 * - `journal_mode = WAL`: the file can be read while it is written, and writing is appending.
 * - `synchronous = FULL`: a commit returns when it is on the medium.
 * - `cache_size`: 16 MiB of pages; folding goes through the keys in order and needs no more.
 * - `wal_autocheckpoint`: after 4 MiB SQLite's own log is copied into the file and begins anew. More
 *   makes the pause for that longer, less makes it come more often.
 * - `journal_size_limit`: what that log took when more was written at once is given back.
 * - `temp_store`: nothing needs to be put anywhere else.
 * - `BEGIN IMMEDIATE` fails now rather than at the first write if the file cannot be written.
 */
const writePragmas = `
  PRAGMA busy_timeout = 5000;
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA cache_size = -16384;
  PRAGMA wal_autocheckpoint = 1000;
  PRAGMA journal_size_limit = 4194304;
  PRAGMA temp_store = MEMORY;
  BEGIN IMMEDIATE;
  COMMIT;
`;

/** The error for a file of which SQLite cannot even begin to read. */
export function unreadable(directory: string, cause: unknown): DataDirectoryError {
  const why = reasonOf(cause);
  if (/malformed|not a database|no such|unsupported file format/.test(why)) {
    return damaged(directory, cause);
  }
  if (exists(`${directory}/${dataFileName}-shm`)) return unusable(directory, "read", cause);
  return new DataDirectoryError(
    directory,
    "it cannot be written, and SQLite must, beside the file, to read it: copy it to where it can",
    { cause },
  );
}

/** Where SQLite keeps what it takes to write and read a file, the application id and our format. */
const headerBytes = 100;
const writeVersionAt = 18;
const readVersionAt = 19;
const userVersionAt = 60;
const applicationIdAt = 68;

/** Those of SQLite's formats that there are: without and with a log of its own. */
const sqliteVersions = [1, 2];

/** Checks that whoever opens the file comes to an end. @throws {DataDirectoryError} */
function expectEnd(directory: string, path: string): void {
  if (!isEndless(path)) return;
  throw new DataDirectoryError(directory, `its ${dataFileName} is no regular file`);
}

function readHeader(directory: string, path: string, access: Access): Uint8Array {
  const header = new Uint8Array(headerBytes);
  expectEnd(directory, path);
  try {
    using file = Deno.openSync(path, { read: true, write: access === "write" });
    const count = file.readSync(header) ?? 0;
    return header.subarray(0, count);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) {
      expectNoRest(directory);
      const found = exists(directory) ? `there is no ${dataFileName} in it` : noSuchDirectory;
      throw new DataDirectoryError(directory, found, { cause });
    }
    throw unusable(directory, access, cause);
  }
}

function unusable(directory: string, access: Access, cause: unknown): DataDirectoryError {
  const done = access === "read" ? "read" : "written";
  const why = reasonOf(cause);
  return new DataDirectoryError(directory, `its ${dataFileName} cannot be ${done} (${why})`, {
    cause,
  });
}

/** Whether a log of this program is there: then the file is its own too, whatever stands in it. */
function hasOwnLog(directory: string): boolean {
  return segmentsIn(directory).some((number) =>
    segmentFile(directory, number).header !== undefined
  );
}

function formatOf(directory: string, header: Uint8Array): number {
  const view = new DataView(header.buffer, 0, header.length);
  const isSqlite = header.length === headerBytes &&
    new TextDecoder().decode(header.subarray(0, 16)) === "SQLite format 3\0";
  if (!isSqlite || view.getUint32(applicationIdAt) !== applicationId) {
    const found = `its ${dataFileName} was not made by cmud`;
    if (hasOwnLog(directory)) throw damaged(directory, new Error(`${found}, and its log was`));
    throw new DataDirectoryError(directory, `${found}; allowed is one that was, or none`);
  }
  const version = view.getUint32(userVersionAt);
  if (isKnownFormat(version)) {
    const isSound = [writeVersionAt, readVersionAt].every((at) =>
      sqliteVersions.includes(header[at])
    );
    if (isSound) return version;
    throw damaged(
      directory,
      new Error(`${dataFileName}: what its beginning says is no format of SQLite's`),
    );
  }
  throw new DataDirectoryError(
    directory,
    `its ${dataFileName} has format ${version}, and this cmud knows formats ${oldFormatVersion} to ` +
      `${formatVersion} only; ` +
      (version < formatVersion
        ? "export it with the cmud that wrote it, and import that into a new directory"
        : "use the cmud that wrote it, or a later one"),
  );
}
