import type { DatabaseSync } from "node:sqlite";
import { diskChunkBytes } from "../../limits.ts";
import { EntryReader } from "../entry_reader.ts";
import { EntryBatch, type EntrySource, writtenBytesMax } from "../entry_batch.ts";
import type { MsgpackWriter } from "../../rpc/mod.ts";
import { damaged, openDataFile } from "./data_file.ts";

/** Reads a data file, while a server writes it or not; what it sees does not change meanwhile. */
export class DataReader {
  #directory: string;
  #database: DatabaseSync;

  /** @throws {DataDirectoryError} when there is no file that can be read. */
  constructor(directory: string) {
    this.#directory = directory;
    this.#database = openDataFile(directory, "read");
    try {
      // One transaction, so that no fold happens between the reading of the one table and the other.
      this.#database.exec("BEGIN");
    } catch (error) {
      this.#database.close();
      throw damaged(directory, error);
    }
  }

  /**
   * Everything, as an `EntryBatch` writes it, in chunks of about `diskChunkBytes`. One key may come
   * several times: which entry counts, the merge rule says.
   *
   * @throws {DataDirectoryError} when the file is damaged.
   */
  *chunks(): Generator<Uint8Array> {
    try {
      yield* this.#entryChunks();
      for (const { entries } of this.#rows<{ entries: Uint8Array }>("SELECT entries FROM batch")) {
        // Damage is to show here, not where they are merged.
        for (const entry = new EntryReader(entries); entry.next(););
        yield entries;
      }
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

  /** @throws {DataDirectoryError} when SQLite finds anything wrong with the file. */
  expectSound(): void {
    const [fault] = this.#all<{ integrity_check: string }>("PRAGMA integrity_check(1)");
    const found = fault.integrity_check;
    if (found !== "ok") throw damaged(this.#directory, new Error(found));
  }

  /** Bytes of the file, its log aside. @throws {DataDirectoryError} when it is damaged. */
  fileBytes(): number {
    const [{ bytes }] = this.#all<{ bytes: number }>(
      "SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size",
    );
    return bytes;
  }

  close(): void {
    this.#database.close();
  }

  *#entryChunks(): Generator<Uint8Array> {
    const uids = new Map<number, string>();
    for (const { number, uid } of this.#rows<ActorRow>("SELECT number, uid FROM actor")) {
      uids.set(number, uid);
    }
    const rows = this.#rows<EntryRow>("SELECT key, value, timestamp, sequence, actor FROM entry");
    let held = new HeldRows(uids);
    let batch = new EntryBatch(held, diskChunkBytes);
    for (const row of rows) {
      if (!batch.add(held.add(row))) {
        yield batch.encode();
        held = new HeldRows(uids);
        batch = new EntryBatch(held, diskChunkBytes);
        batch.add(held.add(row));
      }
    }
    if (batch.size > 0) yield batch.encode();
  }

  #all<Row>(sql: string): Row[] {
    try {
      return [...this.#rows<Row>(sql)];
    } catch (error) {
      throw damaged(this.#directory, error);
    }
  }

  #rows<Row>(sql: string): Iterable<Row> {
    return this.#database.prepare(sql).iterate() as unknown as Iterable<Row>;
  }
}

interface ActorRow {
  number: number;
  uid: string;
}

interface EntryRow {
  key: Uint8Array;
  value: Uint8Array | null;
  timestamp: number;
  sequence: number;
  actor: number;
}

/** Rows that wait to be encoded. */
class HeldRows implements EntrySource {
  #uids: ReadonlyMap<number, string>;
  #rows: EntryRow[] = [];

  constructor(uids: ReadonlyMap<number, string>) {
    this.#uids = uids;
  }

  /** @returns its number. */
  add(row: EntryRow): number {
    return this.#rows.push(row) - 1;
  }

  writeEntry(writer: MsgpackWriter, n: number): void {
    const { key, value, timestamp, sequence } = this.#rows[n];
    writer.strBytes(key);
    if (value === null) writer.nil();
    else writer.strBytes(value);
    writer.int(timestamp);
    writer.int(sequence);
  }

  writtenBytesMax(n: number): number {
    const { key, value } = this.#rows[n];
    return writtenBytesMax(key.length + (value?.length ?? 0));
  }

  uidNumberOf(n: number): number {
    return this.#rows[n].actor;
  }

  uid(number: number): string {
    const uid = this.#uids.get(number);
    if (uid === undefined) throw new Error(`an entry is of actor ${number}`);
    return uid;
  }
}
