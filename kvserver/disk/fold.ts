import type { DatabaseSync, StatementSync } from "node:sqlite";
import { EntryReader } from "../entry/entry_reader.ts";
import { noEntry, Store } from "../store/mod.ts";
import { segmentIn } from "./log_segment.ts";
import { inTransaction } from "./transaction.ts";

/**
 * Folds segments of the log into the table of entries.
 *
 * Why are entries not put into the table at once? Each would change a page of its own, so that with a
 * million keys 50 bytes cost seven kilobytes of writing. Appended, they cost little more than
 * themselves, and when they are folded, sorted and each key once, hundreds share a page. (As in a
 * log-structured merge tree; O'Neil et al., 1996.)
 *
 * It goes in small steps, so that what is to be appended meanwhile need not wait: gathers the batches in
 * a store, writes that in the order of the keys, and sees to it that it is on the medium. Then the
 * segments may go. Whenever it is interrupted, they still hold everything: merging an entry twice is
 * merging it once.
 */
export class Fold {
  /** The segments that it folds. */
  readonly segments: readonly number[];
  #database: DatabaseSync;
  #directory: string;
  #upsert: StatementSync;
  #insertActor: StatementSync;
  #actorNumber: StatementSync;
  #phase: "gather" | "write" | "sync" | "done" = "gather";
  #store = new Store();
  /** Segments that are still to be read. */
  #unread: number[];
  /** Batches of the one that is being gathered, which still are to be. */
  #batches: Uint8Array[] = [];
  /** The key up to which the store is written. */
  #writtenTo: Uint8Array | undefined;
  /** Numbers of actors, by uid. */
  #actors = new Map<string, number>();

  /** @param segments sealed ones, ascending */
  constructor(database: DatabaseSync, directory: string, segments: readonly number[]) {
    this.#database = database;
    this.#directory = directory;
    this.segments = segments;
    this.#unread = [...segments];
    this.#upsert = database.prepare(upsert);
    this.#insertActor = database.prepare("INSERT OR IGNORE INTO actor (uid) VALUES (?)");
    this.#actorNumber = database.prepare("SELECT number FROM actor WHERE uid = ?");
  }

  /**
   * Goes on for about `budgetMs`.
   *
   * @returns whether it is done: the segments are needed no more.
   * @throws {Error} when the disk refuses; the step may be tried again.
   */
  step(budgetMs: number): boolean {
    const untilMs = performance.now() + budgetMs;
    if (this.#phase === "gather") this.#gather(untilMs);
    else if (this.#phase === "write") this.#write(untilMs);
    else if (this.#phase === "sync") this.#sync();
    return this.#phase === "done";
  }

  /** The newest first: then what is put again and again is found to be older, and not copied. */
  #gather(untilMs: number): void {
    do {
      const batch = this.#batches.pop();
      if (batch !== undefined) {
        for (const entry = new EntryReader(batch); entry.next();) this.#store.merge(entry);
      } else if (!this.#readSegment()) {
        this.#phase = "write";
        return;
      }
    } while (performance.now() < untilMs);
  }

  /** @returns whether there was one. */
  #readSegment(): boolean {
    const segment = this.#unread.at(-1);
    if (segment === undefined) return false;
    this.#batches = segmentIn(this.#directory, segment)?.batches ?? [];
    this.#unread.pop();
    return true;
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
    if (isDone) this.#phase = "sync";
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

  /** A commit that waits for the medium takes along those that did not: it has to write something. */
  #sync(): void {
    this.#database.exec("UPDATE actor SET uid = uid");
    this.#phase = "done";
  }

  /** Without waiting for the medium: until the segments are removed nothing depends on it. */
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
