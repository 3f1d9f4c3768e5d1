import type { DatabaseSync } from "node:sqlite";
import { type LogEnd, readLogEnd } from "./log_end.ts";

/** What belongs to a data directory, by a row of its `cmud.db`. */
export interface Manifest {
  /** The directory's id, which stands in each segment of the log too. */
  id: Uint8Array;
  /**
   * The first segment that is not folded. It and all that follow it must be there; those before it are
   * in the table of entries.
   */
  firstSegment: number;
  /** Number of rows of the table of entries. */
  entries: number;
  /** The checksums of these rows, all of them exclusive-or. */
  checksum: number;
  /** How far the log went at the least; absent: that was not noted yet. */
  logEnd?: LogEnd;
}

const idBytes = 16;

/** Reads the manifest. @throws {Error} when it is damaged. */
export function readManifest(database: DatabaseSync): Manifest {
  const rows = database.prepare("SELECT * FROM manifest").all();
  const [row] = rows as unknown as Manifest[];
  if (rows.length !== 1 || row.id.length !== idBytes || !(row.firstSegment > 0)) {
    throw new Error("cmud.db: its manifest is damaged");
  }
  const logEnd = readLogEnd(database);
  return { ...row, ...logEnd === undefined ? {} : { logEnd } };
}

/** Writes the manifest into a table that has none. */
export function insertManifest(database: DatabaseSync, manifest: Manifest): void {
  const { id, firstSegment, entries, checksum } = manifest;
  database.prepare("INSERT INTO manifest VALUES (?, ?, ?, ?)")
    .run(id, firstSegment, entries, checksum);
}

/** Changes the manifest, but for the id and the end of the log. */
export function updateManifest(database: DatabaseSync, manifest: Manifest): void {
  const { firstSegment, entries, checksum } = manifest;
  database.prepare("UPDATE manifest SET firstSegment = ?, entries = ?, checksum = ?")
    .run(firstSegment, entries, checksum);
}
