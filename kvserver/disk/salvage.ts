/**
 * Gets everything sound out of a data directory, whatever else is damaged or missing, and says what is
 * not. Nothing in the directory is changed.
 *
 * @module
 */

import type { DatabaseSync } from "node:sqlite";
import { defaultLimits, wireLimits } from "../../limits.ts";
import { EntryChecksums } from "../entry/checksum.ts";
import { counterMax, type EntryBytes, expiresAtMax, noExpiry, noValue } from "../entry/entry.ts";
import { EntryReader } from "../entry/entry_reader.ts";
import { isLater, isUid, sequenceMax, timestampMax } from "../entry/order.ts";
import { isUtf8 } from "../../rpc/mod.ts";
import type { ForgottenServer } from "../messages/known_servers.ts";
import { noEntry, Store } from "../store/mod.ts";
import { readClusterName } from "./cluster_name.ts";
import { DamageReport, shownKey } from "./damage.ts";
import { DataDirectoryError, foundBy, noSuchDirectory } from "./data_error.ts";
import { expectDirectory } from "./expect_directory.ts";
import { openDataFile } from "./data_file.ts";
import { dataFileName, isKnownFormat, oldFormatVersion } from "./data_format.ts";
import { EntryTableReader } from "./entry_table_reader.ts";
import { readForgotten } from "./forgotten_servers.ts";
import { readLogBatch } from "./log_batch.ts";
import { chainFaults, oldChainFaults } from "./log_chain.ts";
import { stretches } from "./log_record.ts";
import { oldSeedAt, segmentBytes, segmentFile, segmentName, segmentsIn } from "./log_segment.ts";
import { type Manifest, readManifest } from "./manifest.ts";
import { isEndless } from "./private_files.ts";
import { readSegmentHeader, segmentHeaderBytes, segmentSeed } from "./segment_header.ts";
import { SqlitePages, type SqliteValue } from "./sqlite_pages.ts";

/** Gets out of a data directory what is sound. */
export class Salvage {
  /** All entries that are sound, merged. */
  readonly store = new Store();
  /** What is not. */
  readonly report = new DamageReport();
  /** Addresses of the system ports of other servers, as far as they can be read. */
  readonly peers: string[] = [];
  /** Other servers that are to be known no more, as far as they can be read. */
  readonly forgotten: ForgottenServer[] = [];
  /** Name of the cluster that the directory belongs to, if it has one that can be read. */
  cluster: string | undefined;
  #directory: string;
  #manifest: Manifest | undefined;
  /** Whether the directory has the format of 0.1.0, which has no checksums in the file. */
  #isOld = false;
  #checksums = new EntryChecksums();
  /** Keys that only a search of the pages found. */
  #rowsFound = 0;

  /** @throws {DataDirectoryError} when there is nothing of a data directory at that path. */
  constructor(directory: string) {
    this.#directory = directory;
    const segments = listed(directory);
    this.#isOld = segments.some((number) => isOldSegment(directory, number));
    this.#salvageFile();
    const { report } = this;
    const faults = this.#manifest !== undefined
      ? chainFaults(directory, this.#manifest)
      : this.#isOld
      ? oldChainFaults(directory)
      : [];
    for (const { file, what } of faults) report.add(file, what);
    const id = this.#manifest?.id ?? idIn(directory, segments);
    for (const number of segments) {
      // What was folded, and could not be removed, is in the file.
      if (number >= (this.#manifest?.firstSegment ?? 0)) this.#salvageSegment(number, id);
    }
  }

  // ---- the log ------------------------------------------------------------------------------

  #salvageSegment(number: number, id: Uint8Array | undefined): void {
    const file = segmentName(number);
    const bytes = this.#read(file, () => segmentBytes(this.#directory, number));
    if (bytes === undefined) return;
    const header = readSegmentHeader(bytes);
    if (header !== undefined && header.end !== "open" && header.endsAt > bytes.length) {
      this.report.add(file, `it is cut off at byte ${bytes.length} of ${header.endsAt}`);
    }
    const start = header === undefined ? 0 : segmentHeaderBytes;
    const seedAt = header !== undefined
      ? segmentSeed(header.id, header.number)
      : this.#isOld || id === undefined
      ? oldSeedAt
      : segmentSeed(id, number);
    // The part of a record at the end of a log was not acknowledged.
    const endsAt = header === undefined || header.end === "open" ? 0 : header.endsAt;
    const end = endsAt === 0 ? bytes.length : Math.min(endsAt, bytes.length);
    for (const stretch of stretches(bytes, start, end, seedAt)) {
      if (stretch.batches !== undefined) {
        for (const batch of stretch.batches) this.#salvageBatch(file, batch);
      } else if (stretch.end < end || endsAt > 0) {
        // In format 2 what stands in front of the first record is the header.
        if (this.#isOld && stretch.start === 0) continue;
        const count = stretch.end - stretch.start;
        this.report.add(
          file,
          `bytes ${stretch.start} to ${stretch.end} (${count}) hold no record that is whole`,
        );
      }
    }
  }

  #salvageBatch(file: string, batch: Uint8Array): void {
    const at = `in the record before byte ${batch.byteOffset + batch.length}`;
    const { kind, bytes } = readLogBatch(batch);
    // What was seen is of no use, because it is said of more than may have been saved.
    if (kind === "seen") return;
    try {
      const entry = new EntryReader(bytes, { skips: true });
      while (entry.next()) {
        if (kind === "entries") this.#merge(file, entry);
        else this.#remove(entry);
      }
      if (entry.skipped > 0) {
        const what = entry.skipped === 1 ? "an entry has" : `${entry.skipped} entries have`;
        this.report.add(file, `${at}: ${what} an order that no reader takes`);
      }
    } catch (error) {
      this.report.add(file, `${at}: what follows is no entry (${faultOf(error)})`);
    }
  }

  /** What was saved until now was written before this went. */
  #remove(gone: EntryBytes): void {
    const { store } = this;
    const n = store.find(gone.bytes, gone.keyStart, gone.keyEnd);
    if (n === noEntry) return;
    const timestamp = store.timestampOf(n);
    const sequence = store.sequenceOf(n);
    if (!isLater({ timestamp, sequence, uid: store.uidOf(n) }, gone)) store.remove(n);
  }

  // ---- the file -----------------------------------------------------------------------------

  #salvageFile(): void {
    let rows = 0;
    try {
      const database = openDataFile(this.#directory, "read");
      try {
        rows = this.#readTables(database);
      } finally {
        database.close();
      }
    } catch (error) {
      this.report.add(dataFileName, faultOf(error));
    }
    const isSound = this.report.isSound && rows === (this.#manifest?.entries ?? rows);
    if (isSound) return;
    this.#scanPages();
    const lost = (this.#manifest?.entries ?? 0) - rows - this.#rowsFound;
    if (lost > 0) {
      this.report.add(dataFileName, `${lost} of ${this.#manifest!.entries} rows cannot be had`);
    }
  }

  /** Reads what SQLite can read. @returns how many rows that were. */
  #readTables(database: DatabaseSync): number {
    const format = versionOf(database);
    this.#isOld = format === oldFormatVersion || !isKnownFormat(format);
    for (const fault of integrityFaults(database)) this.report.add(dataFileName, fault);
    if (!this.#isOld) this.#manifest = this.#read(dataFileName, () => readManifest(database));
    this.cluster = this.#read(dataFileName, () => readClusterName(database));
    this.#read(dataFileName, () => {
      const rows = database.prepare("SELECT address FROM peer ORDER BY lastSeenMs").all();
      this.peers.push(...rows.map(({ address }) => address as string));
    });
    this.#read(dataFileName, () => this.forgotten.push(...readForgotten(database)));
    const onBad = (key: Uint8Array, what: string) =>
      this.report.add(dataFileName, `the row of the key ${shownKey(key)}: ${what}`);
    const table = new EntryTableReader(
      database,
      this.#isOld ? oldFormatVersion : format,
      defaultLimits,
      onBad,
    );
    for (const chunk of table.chunks()) {
      for (const entry = new EntryReader(chunk); entry.next();) this.#merge(dataFileName, entry);
    }
    return table.entries;
  }

  /** Searches all pages for rows. It may also find the row that a newer one has replaced. */
  #scanPages(): void {
    const file = this.#readFile(dataFileName);
    if (file.length === 0) return;
    const pages = new SqlitePages(file, this.#readFile(`${dataFileName}-wal`));
    const uids = new Map<number, string>();
    const others = new Set<string>();
    for (const { rowid, values } of pages.records(true)) {
      const [first, second] = values;
      if (values.length !== 2) continue;
      if (first === null && typeof second === "string" && isUid(second)) uids.set(rowid, second);
      if (typeof first === "string" && isUid(first)) {
        others.add(first);
        if (typeof second === "number") uids.set(second, first);
      }
    }
    for (const uid of uids.values()) others.add(uid);
    for (const { values } of pages.records(!this.#isOld)) {
      const row = rowOf(values, this.#isOld);
      if (row !== undefined) this.#takeRow(row, uids, others);
    }
  }

  /** Takes a row, if it is one: its checksum says so, for one of the actors that are known. */
  #takeRow(row: Row, uids: Map<number, string>, others: ReadonlySet<string>): void {
    const { key, value, actor } = row;
    const known = uids.get(actor);
    const isOf = (uid: string) => this.#checksums.ofParts({ ...row, uid }) === row.checksum;
    let uid = known;
    if (!this.#isOld && (uid === undefined || !isOf(uid))) {
      uid = others.values().find(isOf);
      if (uid !== undefined && known === undefined) uids.set(actor, uid);
    }
    if (uid === undefined) return;
    const bytes = new Uint8Array(key.length + (value?.length ?? 0));
    bytes.set(key);
    bytes.set(value ?? [], key.length);
    if (this.store.find(bytes, 0, key.length) === noEntry) this.#rowsFound++;
    this.#merge(dataFileName, {
      ...row,
      bytes,
      keyStart: 0,
      keyEnd: key.length,
      valueStart: value === null ? noValue : key.length,
      valueEnd: value === null ? noValue : bytes.length,
      uid,
    });
  }

  /** Takes an entry, unless its key or value is no text, which nobody could list, print or overwrite. */
  #merge(file: string, entry: EntryBytes): void {
    const { bytes, keyStart, keyEnd, valueStart, valueEnd, isBin } = entry;
    const isText = isUtf8(bytes, keyStart, keyEnd) &&
      (valueStart === noValue || isBin || isUtf8(bytes, valueStart, valueEnd));
    if (isText) this.store.merge(entry);
    else {
      const key = shownKey(bytes.subarray(keyStart, keyEnd));
      this.report.add(file, `the entry of the key ${key}: it is not UTF-8`);
    }
  }

  // ---- both ---------------------------------------------------------------------------------

  #read<T>(file: string, read: () => T): T | undefined {
    try {
      return read();
    } catch (error) {
      this.report.add(file, faultOf(error));
      return undefined;
    }
  }

  #readFile(name: string): Uint8Array {
    const path = `${this.#directory}/${name}`;
    try {
      return isEndless(path) ? new Uint8Array() : Deno.readFileSync(path);
    } catch {
      // That it is not there, or cannot be read, has been said.
      return new Uint8Array();
    }
  }
}

interface Row {
  key: Uint8Array;
  value: Uint8Array | null;
  timestamp: number;
  sequence: number;
  actor: number;
  checksum: number;
  counter: number;
  expiresAt: number;
  isBin: boolean;
}

/** A record as a row of the table of entries; `undefined` when it cannot be one. */
function rowOf(values: readonly SqliteValue[], isOld: boolean): Row | undefined {
  // Rows that were added before the extras end in front of them.
  if (isOld ? values.length !== 5 : values.length !== 6 && values.length !== 9) return undefined;
  const [key, value, timestamp, sequence, actor, checksum = 0, ...extras] = values;
  const [counter, expiresAt, isBin] = [0, 1, 2].map((i) => extras[i] ?? 0);
  if (!(key instanceof Uint8Array) || key.length > wireLimits.keyBytesMax) return undefined;
  if (!(value instanceof Uint8Array) && value !== null) return undefined;
  if (!isWithin(timestamp, timestampMax) || !isWithin(sequence, sequenceMax)) return undefined;
  if (!isWithin(actor, Number.MAX_SAFE_INTEGER) || !isWithin(checksum, 0xffffffff)) {
    return undefined;
  }
  if (!isWithin(counter, counterMax) || !isWithin(expiresAt, expiresAtMax)) return undefined;
  if (expiresAt !== noExpiry && value === null) return undefined;
  return {
    key,
    value,
    timestamp,
    sequence,
    actor,
    checksum,
    counter,
    expiresAt,
    isBin: isBin === 1,
  };
}

function isWithin(value: SqliteValue, max: number): value is number {
  return typeof value === "number" && value >= 0 && value <= max;
}

/** @throws {DataDirectoryError} when nothing in the directory is of a server. */
function listed(directory: string): number[] {
  expectDirectory(directory);
  let names: string[];
  try {
    names = Array.from(Deno.readDirSync(directory), ({ name }) => name);
  } catch (cause) {
    const found = cause instanceof Deno.errors.NotFound
      ? noSuchDirectory
      : `it cannot be read (${foundBy(cause)})`;
    throw new DataDirectoryError(directory, found, { cause });
  }
  const segments = segmentsIn(directory);
  if (segments.length > 0 || names.includes(dataFileName)) return segments;
  throw new DataDirectoryError(directory, `there is no ${dataFileName} in it, and no log`);
}

/** The id that the headers of the log bear. */
function idIn(directory: string, segments: readonly number[]): Uint8Array | undefined {
  return segments.map((number) => segmentFile(directory, number).header?.id).find((id) => id);
}

function isOldSegment(directory: string, number: number): boolean {
  const path = `${directory}/${segmentName(number)}`;
  if (isEndless(path)) return false;
  try {
    using file = Deno.openSync(path);
    const bytes = new Uint8Array(11);
    file.readSync(bytes);
    return new TextDecoder().decode(bytes) === "cmud log 1\n";
  } catch {
    return false;
  }
}

function versionOf(database: DatabaseSync): number {
  return database.prepare("PRAGMA user_version").get()?.user_version as number;
}

/** What SQLite finds wrong, with the bytes where the pages begin that it names. */
function integrityFaults(database: DatabaseSync): string[] {
  const [{ page_size }] = database.prepare("PRAGMA page_size").all() as { page_size: number }[];
  const rows = database.prepare("PRAGMA integrity_check").all() as { integrity_check: string }[];
  return rows.flatMap(({ integrity_check }) => integrity_check.split("\n"))
    .filter((line) => line !== "ok" && !line.startsWith("***"))
    .map((line) =>
      line.replace(/page (\d+)/i, (said, page) => `${said} (at byte ${(page - 1) * page_size})`)
    );
}

/** What is wrong with the data file. */
function faultOf(error: unknown): string {
  return foundBy(error).replace(`${dataFileName}: `, "");
}
