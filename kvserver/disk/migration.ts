/**
 * What a data file of format 1 has, and how it is brought to format 2: there, what was appended stood
 * in a table of the file, `batch`, and not yet in a log beside it.
 *
 * @module
 */

import type { DatabaseSync } from "node:sqlite";
import { logSegmentBytes } from "../../limits.ts";
import type { BatchLog } from "./batch_log.ts";
import { inTransaction } from "./transaction.ts";

/** Whether a file has format 1, as SQLite sees it: the first bytes of the file may be older. */
export function hasFormat1(database: DatabaseSync): boolean {
  const row = database.prepare("PRAGMA user_version").get();
  return (row as { user_version: number }).user_version === 1;
}

/** The batches in a file of format 1, the oldest first. */
export function* batchesIn(database: DatabaseSync): Generator<Uint8Array> {
  const next = database.prepare(
    "SELECT number, entries FROM batch WHERE number > ? ORDER BY number LIMIT 1",
  );
  for (let after = 0;;) {
    const row = next.get(after) as { number: number; entries: Uint8Array } | undefined;
    if (row === undefined) return;
    yield row.entries;
    after = row.number;
  }
}

/**
 * Brings a file of format 1 to format 2; one of format 2 stays as it is. What is in the table is copied
 * to the log, and then, when all of it is on the medium, the table goes and the format is the new one,
 * at once. Whenever that is interrupted the table is still whole, and it begins anew: what is in the
 * log twice by then is merged as if it were there once.
 *
 * @throws {Error} when the disk refuses: nothing is lost.
 */
export function migrate(database: DatabaseSync, log: BatchLog): void {
  if (!hasFormat1(database)) return;
  let batches: Uint8Array[] = [];
  let bytes = 0;
  for (const batch of batchesIn(database)) {
    batches.push(batch);
    bytes += batch.length;
    if (bytes < logSegmentBytes) continue;
    log.append(batches);
    [batches, bytes] = [[], 0];
  }
  log.append(batches);
  inTransaction(database, () => database.exec("DROP TABLE batch; PRAGMA user_version = 2"));
}
