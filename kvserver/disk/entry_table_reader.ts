import type { DatabaseSync, StatementSync } from "node:sqlite";
import { type Limits, wireLimits } from "../../limits.ts";
import type { MsgpackWriter } from "../../rpc/mod.ts";
import { EntryChecksums } from "../entry/checksum.ts";
import {
  EntryBatch,
  type EntrySource,
  writeEntryParts,
  writtenBytesMax,
} from "../entry/entry_batch.ts";
import { counterMax, expiresAtMax } from "../entry/entry.ts";
import { EntryReader } from "../entry/entry_reader.ts";
import { sequenceMax, timestampMax } from "../entry/order.ts";
import { formatVersion, oldFormatVersion } from "./data_format.ts";

/** Called with a row that is not as it was written, and what is wrong with it. */
export type OnBadRow = (key: Uint8Array, what: string) => void;

/** Reads the table of entries. It yields no row that is not as it was written. */
export class EntryTableReader {
  /** Number of rows that were yielded, and their checksums, all of them exclusive-or. */
  entries = 0;
  checksum = 0;
  #database: DatabaseSync;
  #held: HeldRows;
  #format: number;
  #chunkBytes: number;
  #onBad: OnBadRow;
  #checksums = new EntryChecksums();

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
    this.#chunkBytes = diskChunkBytes;
    this.#database = database;
    this.#format = format;
    this.#onBad = onBad;
    this.#held = new HeldRows(database);
  }

  /** Yields the entries as an `EntryBatch` writes them, in chunks of about `diskChunkBytes`. */
  *chunks(): Generator<Uint8Array<ArrayBuffer>> {
    for (const rows of this.#rows()) {
      this.#held.rows = rows;
      let batch = new EntryBatch(this.#held, this.#chunkBytes);
      for (let n = 0; n < rows.length; n++) {
        const fault = this.#held.faultOf(n);
        if (fault !== undefined) this.#onBad(rows[n].key, fault);
        else if (!batch.add(n)) {
          yield* this.#sound(batch);
          batch = new EntryBatch(this.#held, this.#chunkBytes);
          batch.add(n);
        }
      }
      yield* this.#sound(batch);
    }
  }

  get #hasChecksums(): boolean {
    return this.#format > oldFormatVersion;
  }

  /** Yields a batch as bytes, without the rows that do not match their checksums. */
  *#sound(batch: EntryBatch): Generator<Uint8Array<ArrayBuffer>> {
    const bytes = batch.encode();
    const sound = new EntryBatch(this.#held, Infinity);
    const entry = new EntryReader(bytes);
    for (const n of batch.numbers) {
      entry.next();
      const { key, checksum } = this.#held.rows[n];
      if (this.#hasChecksums && this.#checksums.ofRead(entry) !== checksum) {
        this.#onBad(key, "it does not match its checksum");
        continue;
      }
      sound.add(n);
      this.entries++;
      this.checksum = (this.checksum ^ checksum) >>> 0;
    }
    if (sound.size > 0) yield sound.size === batch.size ? bytes : sound.encode();
  }

  /**
   * Yields the rows, `rowsMax` at a time. (`iterate` is not used, because it costs twice as much, and
   * on Deno 2.4 it ends the process when the statement is collected.) Long values are left out, so that
   * `rowsMax` rows take little memory. A number that is out of bounds is -1.
   */
  *#rows(): Generator<EntryRow[]> {
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
    let rows = firstRows.all() as unknown as EntryRow[];
    while (rows.length > 0) {
      yield rows;
      rows = rowsAfter.all(rows.at(-1)!.key) as unknown as EntryRow[];
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

interface EntryRow {
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

/** Rows as a source of entries: an entry's number is its index in `rows`. */
class HeldRows implements EntrySource {
  rows: readonly EntryRow[] = [];
  #valueOf: StatementSync;
  #uids: ReadonlyMap<number, string>;

  constructor(database: DatabaseSync) {
    this.#valueOf = database.prepare("SELECT value FROM entry WHERE key = ?");
    const actors = database.prepare("SELECT number, uid FROM actor").all();
    this.#uids = new Map(actors.map(({ number, uid }) => [number as number, uid as string]));
  }

  /** Why a row is no entry, whatever its checksum says. */
  faultOf(n: number): string | undefined {
    const { key, valueBytes, timestamp, sequence, actor, counter, expiresAt } = this.rows[n];
    if (key === null || key.length > wireLimits.keyBytesMax) return "its key is none";
    if (timestamp < 0) return "its timestamp is out of bounds";
    if (sequence < 0) return "its sequence is out of bounds";
    if (counter < 0) return "its counter is out of bounds";
    if (expiresAt < 0 || (expiresAt > 0 && valueBytes === null)) return "its expiry is none";
    return this.#uids.has(actor) ? undefined : `it is of actor ${actor}, whom nobody knows`;
  }

  writeEntry(writer: MsgpackWriter, n: number): void {
    const row = this.rows[n];
    const value = row.valueBytes === null ? null : row.value ?? this.#longValue(row.key);
    writeEntryParts(writer, { ...row, value, isBin: row.isBin === 1 });
  }

  writtenBytesMax(n: number): number {
    const { key, valueBytes, counter, expiresAt } = this.rows[n];
    return writtenBytesMax(key.length + (valueBytes ?? 0), counter, expiresAt);
  }

  uidNumberOf(n: number): number {
    return this.rows[n].actor;
  }

  uid(number: number): string {
    return this.#uids.get(number)!;
  }

  #longValue(key: Uint8Array): Uint8Array {
    return (this.#valueOf.get(key) as { value: Uint8Array }).value;
  }
}
