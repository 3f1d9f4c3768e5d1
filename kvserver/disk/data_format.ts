/**
 * The format of `cmud.db`: its numbers and tables.
 *
 * @module
 */

/** The file's name in its directory. */
export const dataFileName = "cmud.db";

/** "CMUD" in ASCII: by this number in its header the file is known. */
export const applicationId = 0x434d5544;

/**
 * The format of the tables below, of the log, and of entries as an `EntryBatch` writes them. A change of
 * any of them raises it. (Format 1 kept the log in a table, and was never released.)
 */
export const formatVersion = 4;

/**
 * The format of 0.1.0, which a server brings to the present one (`upgrade.ts`): its rows have no
 * checksums, and nothing says which segments of the log there are.
 */
export const oldFormatVersion = 2;

/**
 * The first format with checksums and a manifest. Its rows have none of the `extraColumns`, and a server
 * adds them.
 */
export const manifestFormatVersion = 3;

/** Whether this program reads a format. */
export function isKnownFormat(version: number): boolean {
  return version >= oldFormatVersion && version <= formatVersion;
}

/** Says what belongs to the directory, as a `Manifest` does: one row. */
export const manifestTable = `
  CREATE TABLE manifest (
    id           BLOB NOT NULL,
    firstSegment INTEGER NOT NULL,
    entries      INTEGER NOT NULL,
    checksum     INTEGER NOT NULL
  ) STRICT;
`;

/** The definition of the column that format 2 lacks. The default is for its rows, until they are done. */
export const checksumColumn = "checksum INTEGER NOT NULL DEFAULT 0";

/**
 * The definitions of the columns that format 3 lacks: what few entries have, or what those lack that
 * were written before there was such a thing. Rows that were added before end in front of them.
 */
export const extraColumns = ["counter INTEGER", "expiresAt INTEGER", "isBin INTEGER"];

/**
 * Keys are UTF-8, and so are values, unless `isBin` is 1; uids are text; a value of NULL is a tombstone;
 * no counter or expiry is NULL; the checksum covers all of them (`entry/checksum.ts`). Without rowids, since
 * with them each key would stand in the file twice. Uids are long and few: `actor` numbers them.
 */
export const tables = `
  CREATE TABLE entry (
    key       BLOB PRIMARY KEY,
    value     BLOB,
    timestamp INTEGER NOT NULL,
    sequence  INTEGER NOT NULL,
    actor     INTEGER NOT NULL REFERENCES actor,
    ${checksumColumn},
    ${extraColumns.join(",\n    ")}
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE actor (number INTEGER PRIMARY KEY, uid TEXT NOT NULL UNIQUE) STRICT;
  CREATE TABLE peer (address TEXT PRIMARY KEY, lastSeenMs INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  ${manifestTable}
`;
