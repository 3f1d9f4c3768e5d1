import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Limits } from "../../limits.ts";
import { counterMax, expiresAtMax, noValue } from "../entry/entry.ts";
import { sequenceMax, timestampMax } from "../entry/order.ts";
import { formatVersion, oldFormatVersion } from "./data_format.ts";
import { EntryRow } from "./entry_row.ts";
import { RowBatches } from "./row_batches.ts";

/** Called with the key of a row that is not as it was written, and what is wrong with it. */
export type OnBadRow = (key: Uint8Array, what: string) => void;

/** Uids of actors, by the numbers that the table of entries has for them. */
export function uidsIn(database: DatabaseSync): Map<number, string> {
  const actors = database.prepare("SELECT number, uid FROM actor").all();
  return new Map(actors.map(({ number, uid }) => [number as number, uid as string]));
}

/** Reads the table of entries by SQLite. It yields no row that is not as it was written. */
export class EntryTableReader {
  #database: DatabaseSync;
  #valueOf: StatementSync;
  #format: number;
  #batches: RowBatches;
  #onBad: OnBadRow;
  #row = new EntryRow();

  /**
   * @param format of the table: rows of format 2 have no checksums, those of format 3 no extras
   * @param onBad called with each row that is left out; an error that it throws ends the reading
   */
  constructor(
    database: DatabaseSync,
    format: number,
    { diskChunkBytes }: Pick<Limits, "diskChunkBytes">,
    onBad: OnBadRow,
  ) {
    this.#database = database;
    this.#valueOf = database.prepare("SELECT value FROM entry WHERE key = ?");
    this.#format = format;
    this.#batches = new RowBatches(uidsIn(database), this.#hasChecksums, diskChunkBytes);
    this.#onBad = onBad;
  }

  /** Number of rows that were yielded. */
  get entries(): number {
    return this.#batches.entries;
  }

  /** The checksums of these rows, all of them exclusive-or. */
  get checksum(): number {
    return this.#batches.checksum;
  }

  /** Yields the entries as an `EntryBatch` writes them, in chunks of about `diskChunkBytes`. */
  *chunks(): Generator<Uint8Array<ArrayBuffer>> {
    const batches = this.#batches;
    for (const rows of this.#rows()) {
      for (const row of rows) {
        if (row.key === null) this.#onBad(new Uint8Array(), "its key is none");
        else {
          const filled = this.#fill(row);
          if (batches.isFullFor(filled)) yield batches.take()!;
          const fault = batches.add(filled);
          if (fault !== undefined) this.#onBad(row.key, fault);
        }
      }
    }
    const last = batches.take();
    if (last !== undefined) yield last;
  }

  get #hasChecksums(): boolean {
    return this.#format > oldFormatVersion;
  }

  #fill(found: FoundRow): EntryRow {
    const { key, value, valueBytes } = found;
    const row = this.#row;
    row.keyIn = key;
    row.keyEnd = key.length;
    row.isBin = found.isBin === 1;
    row.counter = found.counter;
    row.expiresAt = found.expiresAt;
    row.timestamp = found.timestamp;
    row.sequence = found.sequence;
    row.actor = found.actor;
    row.checksum = found.checksum;
    row.valueStart = row.valueEnd = noValue;
    if (valueBytes === null) return row;
    row.valueIn = value ?? (this.#valueOf.get(key) as { value: Uint8Array }).value;
    row.valueStart = 0;
    row.valueEnd = row.valueIn.length;
    return row;
  }

  /**
   * Yields the rows, `rowsMax` at a time. (`iterate` is not used, because it costs twice as much, and
   * on Deno 2.4 it ends the process when the statement is collected.) Long values are left out, so that
   * `rowsMax` rows take little memory. A number that is out of bounds is -1.
   */
  *#rows(): Generator<FoundRow[]> {
    const columns = `
      key, iif(length(value) <= ${shortBytesMax}, value, NULL) AS value, length(value) AS valueBytes,
      iif(timestamp BETWEEN 0 AND ${timestampMax}, timestamp, -1) AS timestamp,
      iif(sequence BETWEEN 0 AND ${sequenceMax}, sequence, -1) AS sequence,
      iif(actor BETWEEN 0 AND ${Number.MAX_SAFE_INTEGER}, actor, -1) AS actor,
      ${
      this.#hasChecksums ? "iif(checksum BETWEEN 0 AND 4294967295, checksum, -1)" : "0"
    } AS checksum,
      ${this.#format === formatVersion ? presentExtras : absentExtras}
    `;
    const end = `ORDER BY key LIMIT ${rowsMax}`;
    const firstRows = this.#database.prepare(`SELECT ${columns} FROM entry ${end}`);
    const rowsAfter = this.#database.prepare(`SELECT ${columns} FROM entry WHERE key > ? ${end}`);
    let rows = firstRows.all() as unknown as FoundRow[];
    while (rows.length > 0) {
      yield rows;
      rows = rowsAfter.all(rows.at(-1)!.key) as unknown as FoundRow[];
    }
  }
}

/** Rows that one query reads. */
const rowsMax = 2_000;

/** A longer value is read by a query of its own. */
const shortBytesMax = 1_024;

/** What is absent is 0, and what is out of bounds -1. */
const presentExtras = `
      CASE WHEN counter IS NULL THEN 0 WHEN counter BETWEEN 1 AND ${counterMax} THEN counter ELSE -1 END
        AS counter,
      CASE WHEN expiresAt IS NULL THEN 0 WHEN expiresAt BETWEEN 1 AND ${expiresAtMax} THEN expiresAt
        ELSE -1 END AS expiresAt,
      isBin IS NOT NULL AS isBin
`;

const absentExtras = "0 AS counter, 0 AS expiresAt, 0 AS isBin";

/** A row as SQLite gives it. */
interface FoundRow {
  key: Uint8Array;
  /** `null` when it is longer than `shortBytesMax`. */
  value: Uint8Array | null;
  /** `null` for a tombstone. */
  valueBytes: number | null;
  timestamp: number;
  sequence: number;
  actor: number;
  checksum: number;
  counter: number;
  expiresAt: number;
  isBin: 0 | 1;
}
