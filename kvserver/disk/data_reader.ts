import type { DatabaseSync, StatementSync } from "node:sqlite";
import { defaultLimits, type Limits } from "../../limits.ts";
import { EntryReader } from "../entry/entry_reader.ts";
import { EntryBatch, type EntrySource, writtenBytesMax } from "../entry/entry_batch.ts";
import type { MsgpackWriter } from "../../rpc/mod.ts";
import { damaged } from "./data_error.ts";
import { openDataFile, unreadable } from "./data_file.ts";
import { segmentIn, segmentPath, segmentsIn } from "./log_segment.ts";

/**
 * Reads a data directory, also while a server writes it. The log is read before the file, because a
 * fold moves entries from the log to the file: what is folded meanwhile is read twice, never missed.
 */
export class DataReader {
  #directory: string;
  #chunkBytes: number;
  #database: DatabaseSync;

  /** @throws {DataDirectoryError} when there is no file that can be read. */
  constructor(directory: string, { diskChunkBytes }: Limits = defaultLimits) {
    this.#directory = directory;
    this.#chunkBytes = diskChunkBytes;
    this.#database = openDataFile(directory, "read");
    try {
      this.#database.exec("SELECT number FROM actor LIMIT 1");
    } catch (error) {
      this.#database.close();
      throw unreadable(directory, error);
    }
  }

  /**
   * Yields all entries as an `EntryBatch` writes them, in chunks of about `diskChunkBytes`. A key may
   * come several times; the merge rule says which of its entries counts.
   *
   * @throws {DataDirectoryError} when the file is damaged.
   */
  *chunks(): Generator<Uint8Array> {
    try {
      yield* this.#logBatches();
      this.#database.exec("BEGIN");
      yield* this.#entryChunks();
      this.#database.exec("COMMIT");
    } catch (error) {
      throw damaged(this.#directory, error);
    }
  }

  /**
   * Addresses of the system ports of other servers, the one that was seen last first.
   *
   * @throws {DataDirectoryError} when the file is damaged.
   */
  peers(): string[] {
    const rows = this.#all<{ address: string }>(
      "SELECT address FROM peer ORDER BY lastSeenMs DESC, address",
    );
    return rows.map(({ address }) => address);
  }

  /** Has SQLite check the file. @throws {DataDirectoryError} when it finds anything wrong. */
  expectSound(): void {
    const [fault] = this.#all<{ integrity_check: string }>("PRAGMA integrity_check(1)");
    const found = fault.integrity_check;
    if (found !== "ok") throw damaged(this.#directory, new Error(found));
  }

  /** Approximate size of the file and the log in bytes. @throws {DataDirectoryError} when the file is damaged. */
  bytes(): number {
    const [{ bytes }] = this.#all<{ bytes: number }>(
      "SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size",
    );
    const sizes = segmentsIn(this.#directory).map((segment) => this.#segmentBytes(segment));
    return sizes.reduce((sum, size) => sum + size, bytes);
  }

  close(): void {
    this.#database.close();
  }

  *#entryChunks(): Generator<Uint8Array> {
    const held = new HeldRows(this.#database, this.#all<ActorRow>("SELECT number, uid FROM actor"));
    for (const rows of this.#entryRows()) {
      held.rows = rows;
      let batch = new EntryBatch(held, this.#chunkBytes);
      for (let n = 0; n < rows.length; n++) {
        if (batch.add(n)) continue;
        yield batch.encode();
        batch = new EntryBatch(held, this.#chunkBytes);
        batch.add(n);
      }
      yield batch.encode();
    }
  }

  /**
   * Yields the rows, `rowsMax` at a time. (`iterate` is not used, because it costs twice as much, and
   * on Deno 2.4 it ends the process when the statement is collected.) Long values are left out, so that
   * `rowsMax` rows take little memory.
   */
  *#entryRows(): Generator<EntryRow[]> {
    const columns = `key, iif(length(value) <= ${shortBytesMax}, value, NULL) AS value,
      length(value) AS valueBytes, timestamp, sequence, actor`;
    const end = `ORDER BY key LIMIT ${rowsMax}`;
    const firstRows = this.#database.prepare(`SELECT ${columns} FROM entry ${end}`);
    const rowsAfter = this.#database.prepare(`SELECT ${columns} FROM entry WHERE key > ? ${end}`);
    let rows = firstRows.all() as unknown as EntryRow[];
    while (rows.length > 0) {
      yield rows;
      rows = rowsAfter.all(rows.at(-1)!.key) as unknown as EntryRow[];
    }
  }

  /** The batches of the log. Each is read here once, so that damage shows before it is merged. */
  *#logBatches(): Generator<Uint8Array> {
    for (const segment of segmentsIn(this.#directory)) {
      const { batches } = segmentIn(this.#directory, segment) ?? noBatches;
      for (const batch of batches) {
        for (const entry = new EntryReader(batch); entry.next(););
        yield batch.slice();
      }
    }
  }

  /** Bytes of a segment; 0 when it has been folded and removed meanwhile. */
  #segmentBytes(segment: number): number {
    try {
      return Deno.statSync(segmentPath(this.#directory, segment)).size;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return 0;
      throw error;
    }
  }

  /** All rows of a query that has few. */
  #all<Row>(sql: string): Row[] {
    try {
      return this.#database.prepare(sql).all() as unknown as Row[];
    } catch (error) {
      throw damaged(this.#directory, error);
    }
  }
}

/** Rows that one query reads. */
const rowsMax = 2_000;

/** Stands in for a segment that has been folded and removed meanwhile: its entries are in the file. */
const noBatches = { batches: [] };

/** A longer value is read by a query of its own. */
const shortBytesMax = 1_024;

interface ActorRow {
  number: number;
  uid: string;
}

interface EntryRow {
  key: Uint8Array;
  /** `null` when it is longer than `shortBytesMax`. */
  value: Uint8Array | null;
  /** `null` for a tombstone. */
  valueBytes: number | null;
  timestamp: number;
  sequence: number;
  actor: number;
}

/** Rows as a source of entries: an entry's number is its index in `rows`. */
class HeldRows implements EntrySource {
  rows: readonly EntryRow[] = [];
  #valueOf: StatementSync;
  #uids: ReadonlyMap<number, string>;

  constructor(database: DatabaseSync, actors: readonly ActorRow[]) {
    this.#valueOf = database.prepare("SELECT value FROM entry WHERE key = ?");
    this.#uids = new Map(actors.map(({ number, uid }) => [number, uid]));
  }

  writeEntry(writer: MsgpackWriter, n: number): void {
    const { key, value, valueBytes, timestamp, sequence } = this.rows[n];
    writer.strBytes(key);
    if (valueBytes === null) writer.nil();
    else writer.strBytes(value ?? this.#longValue(key));
    writer.int(timestamp);
    writer.int(sequence);
  }

  writtenBytesMax(n: number): number {
    const { key, valueBytes } = this.rows[n];
    return writtenBytesMax(key.length + (valueBytes ?? 0));
  }

  uidNumberOf(n: number): number {
    return this.rows[n].actor;
  }

  uid(number: number): string {
    const uid = this.#uids.get(number);
    if (uid === undefined) throw new Error(`an entry is of actor ${number}`);
    return uid;
  }

  #longValue(key: Uint8Array): Uint8Array {
    return (this.#valueOf.get(key) as { value: Uint8Array }).value;
  }
}
