import { EntryReader } from "../entry/entry_reader.ts";
import { Store } from "../store/mod.ts";
import { checkDataFile } from "./data_file.ts";
import { DataReader } from "./data_reader.ts";
import { expectDirectory } from "./expect_directory.ts";

/**
 * The entries of a data directory, read without a server. While a server writes the directory, they are
 * all that were there when reading began, and perhaps some that were written since.
 */
export class StoredData {
  /** All entries, merged. */
  readonly store = new Store();
  /** Name of the cluster that it belongs to; absent before a server has started with it. */
  cluster: string | undefined;
  /** When the last Put was accepted, milliseconds since the epoch; absent when there was none. */
  newestMs: number | undefined;
  /** Approximate size of the directory. */
  diskBytes = 0;

  /**
   * Checks a data directory, and reads it.
   *
   * @throws {DataDirectoryError} when it is damaged, or there is none.
   */
  static read(directory: string): StoredData {
    expectDirectory(directory);
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
    this.cluster = reader.cluster();
    this.diskBytes = reader.bytes();
    for (const part of reader.chunks()) {
      for (const entry = new EntryReader(part); entry.next();) {
        this.store.merge(entry);
        this.newestMs = Math.max(entry.timestamp, this.newestMs ?? 0);
      }
    }
  }
}

/** Visits the entries of a replica that are shown, in the order of their keys' bytes. */
export function forEachIn(store: Store, visit: (n: number) => void): void {
  store.scan(new Uint8Array(), undefined, (n) => {
    visit(n);
    return true;
  });
}
