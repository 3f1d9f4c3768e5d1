import type { DatabaseSync } from "node:sqlite";
import { defaultLimits, type Limits } from "../../limits.ts";
import { reasonOf } from "../../log/mod.ts";
import { readClusterName } from "./cluster_name.ts";
import { shownKey } from "./damage.ts";
import { damaged } from "./data_error.ts";
import { openDataFile, unreadable } from "./data_file.ts";
import { dataFileName, manifestFormatVersion } from "./data_format.ts";
import type { AwayServer, ForgottenServer } from "../messages/known_servers.ts";
import { readAway } from "./away_servers.ts";
import { readForgotten } from "./forgotten_servers.ts";
import type { DiskPart } from "./disk_messages.ts";
import { EntryPages } from "./entry_pages.ts";
import { EntryTableReader, uidsIn } from "./entry_table_reader.ts";
import { exists } from "./exists.ts";
import { ExpectedEntries } from "./expected_entries.ts";
import type { LogBatch } from "./log_batch.ts";
import { chainFaults, oldChainFaults } from "./log_chain.ts";
import { LogReading } from "./log_reading.ts";
import { segmentFile, segmentIn, segmentName, segmentsIn } from "./log_segment.ts";
import { type Manifest, readManifest } from "./manifest.ts";
import { PageFile, UnexpectedPageError } from "./page_file.ts";
import { RowBatches } from "./row_batches.ts";
import { readStoredSeen } from "./stored_seen.ts";

/**
 * Reads a data directory, also while a server writes it. The log is read before the file, because a
 * fold moves entries from the log to the file: what is folded meanwhile is read twice, never missed.
 */
export class DataReader {
  /** The directory's format. */
  readonly format: number;
  #directory: string;
  #limits: Limits;
  #database: DatabaseSync;
  #isAlone: boolean;
  /** Open until the database is closed, because to close a file ends all locks that a process has on it. */
  #pages: PageFile | undefined;

  /**
   * @param isAlone whether nobody else writes the directory, because its lock is held
   * @throws {DataDirectoryError} when there is no file that can be read.
   */
  constructor(directory: string, limits: Limits = defaultLimits, isAlone = false) {
    this.#directory = directory;
    this.#limits = limits;
    this.#isAlone = isAlone;
    this.#database = openDataFile(directory, "read");
    try {
      const [{ user_version }] = this.#database.prepare("PRAGMA user_version").all();
      this.format = user_version as number;
      this.#database.exec("SELECT number FROM actor LIMIT 1");
    } catch (error) {
      this.#database.close();
      throw unreadable(directory, error);
    }
  }

  /** Yields the entries of `contents`. @throws as that does. */
  *chunks(): Generator<Uint8Array> {
    for (const { kind, bytes } of this.contents()) if (kind === "entries") yield bytes;
  }

  /**
   * Yields all entries in parts of about `diskChunkBytes`, and at the end what is seen with them, if
   * anything is. A key may come several times; the merge rule says which of its entries counts.
   *
   * @throws {DataDirectoryError} when the directory is damaged, or anything is missing: at the end at
   * the latest.
   */
  *contents(): Generator<DiskPart> {
    const reading = new LogReading();
    try {
      const { id, firstSegment = 0, entries = 0 } = this.#completeLog();
      const missed: number[] = [];
      // What was folded may be of another format.
      const segments = segmentsIn(this.#directory).filter((segment) => segment >= firstSegment);
      const expected = new ExpectedEntries(entries, this.#fileBytes(), this.#bytesOf(segments));
      for (const segment of segments.reverse()) {
        const content = segmentIn(this.#directory, segment, id);
        if (content === undefined) missed.push(segment);
        else {
          expected.found(content.batches);
          for (const batch of soundBatches(segment, content.batches.reverse(), reading)) {
            yield { ...batch, expected: expected.count };
          }
        }
      }
      this.#database.exec("BEGIN");
      for (const chunk of this.#table(missed)) {
        const left = reading.left(chunk);
        if (left !== undefined) yield { ...left, expected: expected.count };
      }
      reading.join(readStoredSeen(this.#database));
      this.#database.exec("COMMIT");
    } catch (error) {
      throw damaged(this.#directory, error);
    }
    if (reading.seen !== undefined) yield reading.seen;
  }

  /**
   * Name of the cluster that the directory belongs to; `undefined` before a server has started with it.
   *
   * @throws {DataDirectoryError} when the file is damaged.
   */
  cluster(): string | undefined {
    try {
      return readClusterName(this.#database);
    } catch (error) {
      const why = reasonOf(error);
      throw damaged(this.#directory, new Error(`${dataFileName}: ${why}`, { cause: error }));
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

  /** Other servers that are to be known no more. */
  forgotten(): ForgottenServer[] {
    return readForgotten(this.#database);
  }

  /** For how long other servers were away. */
  away(): AwayServer[] {
    return readAway(this.#database);
  }

  /**
   * Checks all that can be wrong beside the entries, and has SQLite check the file.
   *
   * @throws {DataDirectoryError} when anything is wrong.
   */
  expectSound(): void {
    this.expectSoundFile();
    this.expectWholeLog();
    this.cluster();
  }

  /** Has SQLite check the file. @throws {DataDirectoryError} when anything is wrong. */
  expectSoundFile(): void {
    const [fault] = this.#all<{ integrity_check: string }>("PRAGMA integrity_check(1)");
    // SQLite says it in more than one line.
    const found = fault.integrity_check.replaceAll("\n", " ");
    if (found !== "ok") throw damaged(this.#directory, new Error(`${dataFileName}: ${found}`));
  }

  /** Checks that the whole log is there. @throws {DataDirectoryError} when it is not. */
  expectWholeLog(): void {
    try {
      this.#completeLog();
    } catch (error) {
      throw damaged(this.#directory, error);
    }
  }

  /** Approximate size of the file and the log in bytes. @throws {DataDirectoryError} when the file is damaged. */
  bytes(): number {
    return this.#fileBytes() + this.#bytesOf(segmentsIn(this.#directory));
  }

  close(): void {
    this.#database.close();
    this.#pages?.[Symbol.dispose]();
  }

  /**
   * Checks that the log is complete. While a server folds it, the manifest and the list of segments may
   * be of different moments, so a segment counts as missing only when two checks miss it.
   *
   * @returns the manifest; nothing for a directory of format 2, which has none.
   * @throws {Error} when the log is not complete.
   */
  #completeLog(): Partial<Manifest> {
    let before: string | undefined;
    while (true) {
      const manifest = this.#hasManifest ? readManifest(this.#database) : undefined;
      const faults = manifest === undefined
        ? oldChainFaults(this.#directory)
        : chainFaults(this.#directory, manifest);
      if (faults.length === 0) return manifest ?? {};
      const found = JSON.stringify([manifest?.firstSegment, faults]);
      if (found === before) throw new Error(`${faults[0].file}: ${faults[0].what}`);
      before = found;
    }
  }

  /** @param missed segments that were not there any more: they must have been folded */
  *#table(missed: readonly number[]): Generator<Uint8Array<ArrayBuffer>> {
    const manifest = this.#hasManifest ? readManifest(this.#database) : undefined;
    const lost = missed.find((segment) => segment >= (manifest?.firstSegment ?? Infinity));
    if (lost !== undefined) throw new Error(`${segmentName(lost)}: it is missing`);
    if (manifest !== undefined && this.#isQuiet && (yield* this.#tablePages(manifest))) return;
    const table = new EntryTableReader(
      this.#database,
      this.format,
      this.#limits,
      (key, what) => {
        throw new Error(`${dataFileName}: the row of the key ${shownKey(key)}: ${what}`);
      },
    );
    yield* table.chunks();
    if (manifest === undefined) return;
    if (table.entries !== manifest.entries || table.checksum !== manifest.checksum) {
      throw new Error(
        `${dataFileName}: it has ${table.entries} rows of ${manifest.entries}, or others than it had`,
      );
    }
  }

  /** Reads the table without SQLite. @returns whether that was possible: otherwise it is to be read anew. */
  *#tablePages(manifest: Manifest): Generator<Uint8Array<ArrayBuffer>, boolean> {
    const [{ rootpage }] = this.#all<{ rootpage: number }>(
      "SELECT rootpage FROM sqlite_schema WHERE name = 'entry'",
    );
    const batches = new RowBatches(uidsIn(this.#database), true, this.#limits.diskChunkBytes);
    try {
      this.#pages ??= new PageFile(`${this.#directory}/${dataFileName}`);
      yield* new EntryPages(this.#pages, rootpage, manifest, batches).chunks();
      return true;
    } catch (error) {
      if (error instanceof UnexpectedPageError) return false;
      throw error;
    }
  }

  /** Whether the file has all that is there, and nobody changes it. */
  get #isQuiet(): boolean {
    const wal = `${this.#directory}/${dataFileName}-wal`;
    return this.#isAlone && (!exists(wal) || Deno.statSync(wal).size === 0);
  }

  #fileBytes(): number {
    const [{ bytes }] = this.#all<{ bytes: number }>(
      "SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size",
    );
    return bytes;
  }

  #bytesOf(segments: readonly number[]): number {
    return segments.reduce((sum, segment) => sum + segmentFile(this.#directory, segment).bytes, 0);
  }

  get #hasManifest(): boolean {
    return this.format >= manifestFormatVersion;
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

/**
 * The entries of batches, the last one first. Each batch is read here once, so that damage shows before any of it
 * is merged.
 */
function* soundBatches(
  segment: number,
  batches: readonly Uint8Array[],
  reading: LogReading,
): Generator<LogBatch> {
  for (const batch of batches) {
    let left: LogBatch | undefined;
    try {
      left = reading.take(batch);
    } catch (cause) {
      const why = `${segmentName(segment)}, at byte ${batch.byteOffset}: ${reasonOf(cause)}`;
      throw new Error(why, { cause });
    }
    if (left !== undefined) yield left;
  }
}
