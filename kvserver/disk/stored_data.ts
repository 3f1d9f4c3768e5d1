import { EntryReader } from "../entry/entry_reader.ts";
import { Store } from "../store/mod.ts";
import { checkDataFile } from "./data_file.ts";
import { DataReader } from "./data_reader.ts";

/**
 * What a data directory holds, read without a server. One may be running there: then it is all that was
 * there at the beginning, and perhaps some of what came meanwhile.
 */
export class StoredData {
  /** All of it, merged. */
  readonly store = new Store();
  /** When the last Put was taken, milliseconds since the epoch; absent when there was none. */
  newestMs: number | undefined;
  /** What it takes on disk. */
  diskBytes = 0;

  /**
   * Checks a data directory, and reads it.
   *
   * @throws {DataDirectoryError} when it is damaged, or there is none.
   */
  static read(directory: string): StoredData {
    checkDataFile(directory, "read");
    const reader = new DataReader(directory);
    try {
      reader.expectSound();
      return new StoredData(reader);
    } finally {
      reader.close();
    }
  }

  private constructor(reader: DataReader) {
    this.diskBytes = reader.bytes();
    for (const part of reader.chunks()) {
      for (const entry = new EntryReader(part); entry.next();) {
        this.store.merge(entry);
        this.newestMs = Math.max(entry.timestamp, this.newestMs ?? 0);
      }
    }
  }

  /** Number of keys whose value was taken away. */
  get tombstones(): number {
    let keys = 0;
    this.store.walk(undefined, () => ++keys > 0);
    return keys - this.store.size;
  }

  /** The keys that have a value, in the order of their bytes, and their values. */
  forEach(visit: (key: Uint8Array, value: Uint8Array) => void): void {
    const { store } = this;
    store.scan(new Uint8Array(), undefined, (n) => {
      visit(store.keyOf(n), store.valueOf(n)!);
      return true;
    });
  }
}
