import type { DatabaseSync, StatementSync } from "node:sqlite";
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
  #batchBelow: StatementSync;
  #deleteOldest: StatementSync;
  #upsert: StatementSync;
  #insertActor: StatementSync;
  #actorNumber: StatementSync;
  #phase: "gather" | "write" | "delete" | "done" = "gather";
  #store = new Store();
  /** The key up to which the store is written. */
  #writtenTo: Uint8Array | undefined;
  /** The last batch that there was at the beginning: later ones are for the next fold. */
  #last: number;
  /** The oldest batch that was gathered. */
  #gatheredTo: number;
  /** Numbers of actors, by uid. */
  #actors = new Map<string, number>();

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#batchBelow = database.prepare(
      "SELECT number, entries FROM batch WHERE number < ? ORDER BY number DESC LIMIT 1",
    );
    this.#deleteOldest = database.prepare(
      "DELETE FROM batch WHERE number = (SELECT min(number) FROM batch WHERE number <= ?)",
    );
    this.#upsert = database.prepare(upsert);
    this.#insertActor = database.prepare("INSERT OR IGNORE INTO actor (uid) VALUES (?)");
    this.#actorNumber = database.prepare("SELECT number FROM actor WHERE uid = ?");
    const last = database.prepare("SELECT ifnull(max(number), 0) AS number FROM batch").get();
    this.#last = (last as { number: number }).number;
    this.#gatheredTo = this.#last + 1;
  }

  /**
   * Goes on for about `budgetMs`.
   *
   * @returns whether it is done.
   * @throws {Error} when the disk refuses; the step may be tried again.
   */
  step(budgetMs: number): boolean {
    const untilMs = performance.now() + budgetMs;
    if (this.#phase === "gather") this.#gather(untilMs);
    else if (this.#phase === "write") this.#write(untilMs);
    else if (this.#phase === "delete") this.#delete(untilMs);
    return this.#phase === "done";
  }

  /** The newest first: then what is put again and again is found to be older, and not copied. */
  #gather(untilMs: number): void {
    do {
      const row = this.#batchBelow.get(this.#gatheredTo);
      if (row === undefined) {
        this.#phase = "write";
        return;
      }
      const { number, entries } = row as { number: number; entries: Uint8Array };
      for (const entry = new EntryReader(entries); entry.next();) this.#store.merge(entry);
      this.#gatheredTo = number;
    } while (performance.now() < untilMs);
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
  #delete(untilMs: number): void {
    let isDone = false;
    this.#unsynced(() => {
      do isDone = Number(this.#deleteOldest.run(this.#last).changes) === 0; while (
        !isDone && performance.now() < untilMs
      );
    });
    if (isDone) this.#phase = "done";
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
const rowsPerLook = 16;
