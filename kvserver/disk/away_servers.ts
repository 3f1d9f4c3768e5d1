/**
 * For how long the other servers that are known have been away, as long as this one ran: so a restart does not
 * begin that time anew. It is a sum of times that were measured, and no date, because a clock may be set, and a
 * server that was stopped itself knows nothing of the others. It is kept in a table of its own, which a directory
 * lacks until a server is away.
 *
 * @module
 */

import type { DatabaseSync } from "node:sqlite";
import type { AwayServer } from "../messages/known_servers.ts";

const table = `
  CREATE TABLE IF NOT EXISTS away (address TEXT PRIMARY KEY, awayMs INTEGER NOT NULL)
    STRICT, WITHOUT ROWID;
`;

function isThere(database: DatabaseSync): boolean {
  return database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'away'").all().length > 0;
}

/** Reads them. */
export function readAway(database: DatabaseSync): AwayServer[] {
  if (!isThere(database)) return [];
  return database.prepare("SELECT address, awayMs FROM away").all() as unknown as AwayServer[];
}

/** Notes those that are away, in place of those that were when this was noted last. */
export function writeAway(database: DatabaseSync, servers: readonly AwayServer[]): void {
  database.exec(table);
  database.exec("DELETE FROM away");
  const write = database.prepare("INSERT OR REPLACE INTO away VALUES (?, ?)");
  for (const { address, awayMs } of servers) write.run(address, Math.round(awayMs));
}

/** Removes one, because it is there, or forgotten. */
export function deleteAway(database: DatabaseSync, address: string): void {
  if (!isThere(database)) return;
  database.prepare("DELETE FROM away WHERE address = ?").run(address);
}

/** Leaves out those that are remembered no more. */
export function boundAway(database: DatabaseSync): void {
  if (!isThere(database)) return;
  database.exec("DELETE FROM away WHERE address NOT IN (SELECT address FROM peer)");
}
