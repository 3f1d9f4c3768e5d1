import type { DatabaseSync, StatementSync } from "node:sqlite";
import { foldBytesMax } from "../../limits.ts";
import { EntryReader } from "../entry_reader.ts";
import { noEntry, Store } from "../store/mod.ts";
import { inTransaction } from "./transaction.ts";

/**
 * Folds the batches of a data file into its table of entries.
 *
 * Why are entries not put into the table at once? Each would change a page of its own, so that with a
 * million keys 50 bytes cost seven kilobytes of writing. Appended, they cost little more than
 * themselves, and when they are folded, sorted and each key once, hundreds share a page. (As in a
 * log-structured merge tree; O'Neil et al., 1996.)
 *
 * It goes in small steps, so that what is to be appended meanwhile need not wait: gathers batches in a
 * store, writes that in the order of the keys, deletes the batches. Whenever it is interrupted, the
 * file still holds everything: merging an entry twice is merging it once.
 */
export class Fold {
  #database: DatabaseSync;
  #readBatch: StatementSync;
  #deleteBatches: StatementSync;
  #upsert: StatementSync;
  #insertActor: StatementSync;
  #actorNumber: StatementSync;
  #phase: "gather" | "write" | "delete" = "gather";
  #store = new Store();
  /** The key up to which the store is written. */
  #writtenTo: Uint8Array | undefined;
  /** The batches that it takes, the oldest first: those that come later are for the next fold. */
  #batches: BatchRow[];
  /** How many of them are still to be gathered. */
  #ungathered: number;
  /** Numbers of actors, by uid. */
  #actors = new Map<string, number>();

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#readBatch = database.prepare("SELECT entries FROM batch WHERE number = ?");
    this.#deleteBatches = database.prepare("DELETE FROM batch WHERE number <= ?");
    this.#upsert = database.prepare(upsert);
    this.#insertActor = database.prepare("INSERT OR IGNORE INTO actor (uid) VALUES (?)");
    this.#actorNumber = database.prepare("SELECT number FROM actor WHERE uid = ?");
    this.#batches = oldestBatches(database, foldBytesMax);
    this.#ungathered = this.#batches.length;
  }

  /**
   * Goes on for about `budgetMs`.
   *
   * @returns whether it is done.
   * @throws {Error} when the disk refuses; the step may be tried again.
   */
  step(budgetMs: number): boolean {
    const untilMs = performance.now() + budgetMs;
    switch (this.#phase) {
      case "gather":
        this.#gather(untilMs);
        return false;
      case "write":
        this.#write(untilMs);
        return false;
      case "delete":
        this.#delete();
        return this.#batches.length === 0;
    }
  }

  /** The newest first: then what is put again and again is found to be older, and not copied. */
  #gather(untilMs: number): void {
    while (this.#ungathered > 0) {
      const { number } = this.#batches[--this.#ungathered];
      const { entries } = this.#readBatch.get(number) as { entries: Uint8Array };
      for (const entry = new EntryReader(entries); entry.next();) this.#store.merge(entry);
      if (performance.now() >= untilMs) return;
    }
    this.#phase = "write";
  }

  #write(untilMs: number): void {
    const store = this.#store;
    let writtenTo = noEntry;
    let count = 0;
    let isDone = false;
    this.#unsynced(() => {
      isDone = store.walk(this.#writtenTo, (n) => {
        if (++count % rowsPerLook === 0 && performance.now() >= untilMs) return false;
        this.#put(n);
        writtenTo = n;
        return true;
      });
    });
    if (isDone) this.#phase = "delete";
    else this.#writtenTo = store.keyOf(writtenTo);
  }

  #put(n: number): void {
    const store = this.#store;
    const actor = this.#numberOf(store.uidOf(n));
    const [timestamp, sequence] = [store.timestampOf(n), store.sequenceOf(n)];
    this.#upsert.run(store.keyOf(n), store.valueOf(n), timestamp, sequence, actor);
  }

  #numberOf(uid: string): number {
    let number = this.#actors.get(uid);
    if (number === undefined) {
      this.#insertActor.run(uid);
      ({ number } = this.#actorNumber.get(uid) as { number: number });
      this.#actors.set(uid, number);
    }
    return number;
  }

  /** Oldest first: what is appended meanwhile gets a number behind the last one that is there. */
  #delete(): void {
    let count = 0;
    for (let bytes = 0; count < this.#batches.length && bytes < deleteBytesMax; count++) {
      bytes += this.#batches[count].bytes;
    }
    if (count === 0) return;
    this.#unsynced(() => void this.#deleteBatches.run(this.#batches[count - 1].number));
    this.#batches.splice(0, count);
  }

  /**
   * Without waiting for the medium: until the batches are deleted nothing depends on it, and the log
   * keeps the order.
   */
  #unsynced(write: () => void): void {
    this.#database.exec("PRAGMA synchronous = NORMAL");
    try {
      inTransaction(this.#database, write);
    } catch (error) {
      // Numbers that were given in it are taken back.
      this.#actors.clear();
      throw error;
    } finally {
      this.#database.exec("PRAGMA synchronous = FULL");
    }
  }
}

interface BatchRow {
  number: number;
  bytes: number;
}

/** The oldest batches, as many as have so many bytes together; at least one, if there is one. */
function oldestBatches(database: DatabaseSync, bytesMax: number): BatchRow[] {
  const rows = database.prepare(
    "SELECT number, length(entries) AS bytes FROM batch ORDER BY number",
  );
  const oldest: BatchRow[] = [];
  let bytes = 0;
  for (const row of rows.iterate() as unknown as Iterable<BatchRow>) {
    bytes += row.bytes;
    if (bytes > bytesMax && oldest.length > 0) break;
    oldest.push(row);
  }
  return oldest;
}

/** The merge rule of `order.ts`: the later of two entries of a key stays, by all that orders them. */
const upsert = `
  INSERT INTO entry (key, value, timestamp, sequence, actor) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT (key) DO UPDATE SET
    value = excluded.value,
    timestamp = excluded.timestamp,
    sequence = excluded.sequence,
    actor = excluded.actor
  WHERE
    (excluded.timestamp, excluded.sequence, (SELECT uid FROM actor WHERE number = excluded.actor)) >
    (entry.timestamp, entry.sequence, (SELECT uid FROM actor WHERE number = entry.actor))
`;

/** Rows between two looks at the clock. */
const rowsPerLook = 64;

/** Bytes of batches that are deleted in one step. */
const deleteBytesMax = 1024 * 1024;
