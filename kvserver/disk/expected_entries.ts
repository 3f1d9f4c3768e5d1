import { EntryReader } from "../entry/entry_reader.ts";
import { kindOf } from "./log_batch.ts";

/** A row takes more bytes of the file. */
const rowBytesMin = 16;

/** About how many entries a data directory holds: those of its log as it goes, by what was read of it. */
export class ExpectedEntries {
  #rows: number;
  #logBytes: number;
  #foundEntries = 0;
  #foundBytes = 0;

  /**
   * @param rows of the table, as is said: no more are believed than its file has room for
   * @param fileBytes of the file
   * @param logBytes of the log
   */
  constructor(rows: number, fileBytes: number, logBytes: number) {
    this.#rows = Math.min(rows, Math.floor(fileBytes / rowBytesMin));
    this.#logBytes = logBytes;
  }

  /** Takes in what a part of the log holds. */
  found(batches: readonly Uint8Array[]): void {
    for (const batch of batches) {
      if (kindOf(batch) === "entries") this.#foundEntries += new EntryReader(batch).size;
      this.#foundBytes += batch.length;
    }
  }

  /** How many entries there are, about. */
  get count(): number {
    if (this.#foundBytes === 0) return this.#rows;
    const logged = this.#foundEntries / this.#foundBytes * this.#logBytes;
    return this.#rows + Math.ceil(logged);
  }
}
