import type { DatabaseSync, StatementSync } from "node:sqlite";
import { openDataFile } from "./data_file.ts";
import { Fold } from "./fold.ts";
import { inTransaction } from "./transaction.ts";

/** Writes a data file; the directory's lock must be held. What a method has returned from is on disk. */
export class DataWriter {
  #database: DatabaseSync;
  #appendBatch: StatementSync;
  #rememberPeer: StatementSync;
  #batchBytes: number;
  #fold: Fold | undefined;

  /** @throws {DataDirectoryError} when it cannot be written. */
  constructor(directory: string) {
    const database = this.#database = openDataFile(directory, "write");
    this.#appendBatch = database.prepare("INSERT INTO batch (entries) VALUES (?)");
    this.#rememberPeer = database.prepare("INSERT OR REPLACE INTO peer VALUES (?, ?)");
    this.#batchBytes = this.#sumBatchBytes();
  }

  /** Bytes of the batches that are not folded yet. */
  get batchBytes(): number {
    return this.#batchBytes;
  }

  /**
   * Appends batches of entries, as an `EntryBatch` writes them, all of them or none: with one sync
   * however many they are (a group commit).
   *
   * @throws {Error} when the disk refuses.
   */
  append(batches: readonly Uint8Array[]): void {
    try {
      this.#append(batches);
    } catch {
      // On a full disk there may be room in SQLite's log, once what it holds is in the file.
      this.#database.exec("PRAGMA wal_checkpoint");
      this.#append(batches);
    }
    for (const { length } of batches) this.#batchBytes += length;
  }

  /**
   * Goes on folding the batches into the table of entries, for about `budgetMs`; begins if there is
   * no fold under way.
   *
   * @returns whether that fold is done.
   * @throws {Error} when the disk refuses: to be tried again, nothing is lost.
   */
  foldOn(budgetMs: number): boolean {
    this.#fold ??= new Fold(this.#database);
    if (!this.#fold.step(budgetMs)) return false;
    this.#fold = undefined;
    this.#batchBytes = this.#sumBatchBytes();
    return true;
  }

  /** Remembers the address of another server's system port, and that it was seen at `nowMs`. */
  rememberPeer(address: string, nowMs: number): void {
    this.#rememberPeer.run(address, nowMs);
  }

  /** Forgets all peers but the `count` that were seen last. */
  forgetPeers(count: number): void {
    this.#database.prepare(`
      DELETE FROM peer WHERE address NOT IN
        (SELECT address FROM peer ORDER BY lastSeenMs DESC LIMIT ?)
    `).run(count);
  }

  close(): void {
    this.#database.close();
  }

  #append(batches: readonly Uint8Array[]): void {
    inTransaction(this.#database, () => {
      for (const entries of batches) this.#appendBatch.run(entries);
    });
  }

  #sumBatchBytes(): number {
    const row = this.#database.prepare("SELECT total(length(entries)) AS bytes FROM batch").get();
    return (row as { bytes: number }).bytes;
  }
}
