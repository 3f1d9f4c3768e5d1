/**
 * Free pages of the file of a data directory. SQLite keeps the pages of rows that were deleted for those to
 * come; it can give them back only in a file that was made so (`auto_vacuum`), which one of an earlier format
 * was not.
 *
 * @module
 */

import type { DatabaseSync } from "node:sqlite";

/** Has SQLite keep in a new file what it takes to give pages back: 0.1 % of the file. */
export const givesPagesBack = "PRAGMA auto_vacuum = INCREMENTAL";

/** So many pages are given back at once: 1 MiB takes about a millisecond. */
const pagesAtOnce = 256;

/** While no more than one page in so many is free, these stay for what comes next. */
const freeShare = 32;

/** Gives some free pages back, if many are free. @returns whether there may be more to give back. */
export function giveFreePagesBack(database: DatabaseSync): boolean {
  const free = numberOf(database, "freelist_count");
  const pages = numberOf(database, "page_count");
  if (free <= pages / freeShare) return false;
  database.exec(`PRAGMA incremental_vacuum(${pagesAtOnce})`);
  return numberOf(database, "freelist_count") < free;
}

/**
 * Copies SQLite's own log into the file, which gets shorter only then, and empties that; unless somebody reads
 * the file at this moment, because nothing is to wait for that.
 */
export function emptyWal(database: DatabaseSync): void {
  const busyMs = numberOf(database, "busy_timeout");
  database.exec("PRAGMA busy_timeout = 0");
  try {
    database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  } finally {
    database.exec(`PRAGMA busy_timeout = ${busyMs}`);
  }
}

function numberOf(database: DatabaseSync, pragma: string): number {
  const [row] = database.prepare(`PRAGMA ${pragma}`).all();
  return Object.values(row)[0] as number;
}
