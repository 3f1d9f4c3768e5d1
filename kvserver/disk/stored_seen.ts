/**
 * What is seen with the entries of the table, so that a server that starts again knows what was deleted since
 * it ended. It is kept in a table of its own, which a directory lacks until something was seen. A directory
 * that was repaired has none either: what it lacks must not count as deleted.
 *
 * @module
 */

import type { DatabaseSync } from "node:sqlite";
import { crc32 } from "node:zlib";
import { defaultLimits } from "../../limits.ts";
import { SeenWrites } from "../versions/seen_writes.ts";
import { readSeen, type Seen, seenBytes } from "../versions/version_bytes.ts";

/** One row. The checksum covers the bytes. */
const seenTable = `
  CREATE TABLE IF NOT EXISTS seen (bytes BLOB NOT NULL, checksum INTEGER NOT NULL) STRICT;
`;

/** Reads it. What is damaged counts as not seen, which takes nothing away. */
export function readStoredSeen(database: DatabaseSync): Seen {
  const isThere = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'seen'").all();
  const rows = isThere.length === 0 ? [] : database.prepare("SELECT * FROM seen").all();
  const [row] = rows as unknown as { bytes: Uint8Array; checksum: number }[];
  if (rows.length !== 1 || crc32(row.bytes) !== row.checksum) return new SeenWrites();
  try {
    return readSeen(row.bytes);
  } catch {
    return new SeenWrites();
  }
}

/** Adds to it, in a transaction that is under way. */
export function addStoredSeen(database: DatabaseSync, { vector, floorMs }: Seen): void {
  if (vector.size === 0 && floorMs === 0) return;
  const stored = readStoredSeen(database);
  stored.vector.join(vector);
  stored.vector.limit(defaultLimits);
  const bytes = seenBytes({
    vector: stored.vector,
    floorMs: Math.max(stored.floorMs, floorMs),
  });
  database.exec(`${seenTable} DELETE FROM seen;`);
  database.prepare("INSERT INTO seen VALUES (?, ?)").run(bytes, crc32(bytes));
}
