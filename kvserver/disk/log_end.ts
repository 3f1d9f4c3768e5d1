/**
 * How far the log of a data directory went when that was noted last, in a table of `cmud.db`: by it an older
 * log in place of a newer one shows. A directory lacks the table until it is written.
 *
 * It is noted when the log has gone so far on the medium, so there is never less of the log than that.
 *
 * @module
 */

import type { DatabaseSync } from "node:sqlite";
import { inTransaction } from "./transaction.ts";

/** A place in the log. */
export interface LogEnd {
  /** The number of the last segment. */
  readonly segment: number;
  /** Where its records end. */
  readonly endsAt: number;
}

const table = `
  CREATE TABLE IF NOT EXISTS logEnd (segment INTEGER NOT NULL, endsAt INTEGER NOT NULL) STRICT;
`;

/** Reads what was noted; `undefined`: nothing was. */
export function readLogEnd(database: DatabaseSync): LogEnd | undefined {
  const schema = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'logEnd'").all();
  if (schema.length === 0) return undefined;
  const rows = database.prepare("SELECT segment, endsAt FROM logEnd").all();
  const [end] = rows as unknown as LogEnd[];
  return end;
}

/** Notes it, on the medium when this returns. */
export function writeLogEnd(database: DatabaseSync, { segment, endsAt }: LogEnd): void {
  inTransaction(database, () => {
    database.exec(table);
    database.exec("DELETE FROM logEnd");
    database.prepare("INSERT INTO logEnd VALUES (?, ?)").run(segment, endsAt);
  });
}
