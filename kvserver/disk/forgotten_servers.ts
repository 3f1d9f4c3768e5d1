/**
 * The servers that are to be known no more, so that others can be told of it after a restart. They are kept
 * in a table of their own, which a directory lacks until a server is forgotten.
 *
 * @module
 */

import type { DatabaseSync } from "node:sqlite";
import type { ForgottenServer } from "../messages/known_servers.ts";

const table = `
  CREATE TABLE IF NOT EXISTS forgotten (
    address      TEXT PRIMARY KEY,
    incarnations TEXT NOT NULL,
    forgottenMs  INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
`;

function isThere(database: DatabaseSync): boolean {
  return database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'forgotten'").all().length > 0;
}

/** Reads them, the one that was forgotten last at the end. */
export function readForgotten(database: DatabaseSync): ForgottenServer[] {
  if (!isThere(database)) return [];
  const rows = database.prepare("SELECT * FROM forgotten ORDER BY forgottenMs, address").all();
  return (rows as { address: string; incarnations: string }[]).map(
    ({ address, incarnations }) => ({
      address,
      incarnations: incarnations === "" ? [] : incarnations.split(" "),
    }),
  );
}

/** Adds one. */
export function writeForgotten(
  database: DatabaseSync,
  { address, incarnations }: ForgottenServer,
  nowMs: number,
): void {
  database.exec(table);
  // One with a space in it, which no server of this program has, would be read as others: without it all are forgotten.
  const written = incarnations.filter((it) => !it.includes(" "));
  database.prepare("INSERT OR REPLACE INTO forgotten VALUES (?, ?, ?)")
    .run(address, written.join(" "), nowMs);
}

/** Removes one, because it is known again. */
export function deleteForgotten(database: DatabaseSync, address: string): void {
  if (!isThere(database)) return;
  database.prepare("DELETE FROM forgotten WHERE address = ?").run(address);
}

/** Leaves out all but the `count` that were forgotten last. */
export function boundForgotten(database: DatabaseSync, count: number): void {
  if (!isThere(database)) return;
  database.prepare(`
    DELETE FROM forgotten WHERE address NOT IN
      (SELECT address FROM forgotten ORDER BY forgottenMs DESC LIMIT ?)
  `).run(count);
}
