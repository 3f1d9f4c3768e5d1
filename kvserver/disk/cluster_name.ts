/**
 * The name of the cluster whose data a directory holds.
 *
 * A directory takes the name of the cluster that a server is first started in with it, so that no later
 * start carries its data into another cluster. It is kept in a table of its own, which a directory
 * without a name lacks: one of 0.1.0, a new one until it has been read, or one that was repaired and
 * whose name could not be read.
 *
 * @module
 */

import type { DatabaseSync } from "node:sqlite";
import { crc32 } from "node:zlib";
import { inTransaction } from "./transaction.ts";

/** One row. The checksum covers the name. */
const clusterTable = `
  CREATE TABLE cluster (name TEXT NOT NULL, checksum INTEGER NOT NULL) STRICT;
`;

/** Reads the name. @returns `undefined` when there is none. @throws {Error} when it is damaged. */
export function readClusterName(database: DatabaseSync): string | undefined {
  const isThere = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'cluster'").all();
  if (isThere.length === 0) return undefined;
  const rows = database.prepare("SELECT * FROM cluster").all();
  const [row] = rows as unknown as { name: string; checksum: number }[];
  if (rows.length !== 1 || crc32(row.name) !== row.checksum) {
    throw new Error("the name of its cluster is damaged");
  }
  return row.name;
}

/** Names the cluster, in a directory without a name. It is on the medium when this returns. */
export function writeClusterName(database: DatabaseSync, name: string): void {
  inTransaction(database, () => {
    database.exec(clusterTable);
    database.prepare("INSERT INTO cluster VALUES (?, ?)").run(name, crc32(name));
  });
}
