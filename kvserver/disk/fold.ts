import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Clock } from "../../rpc/mod.ts";
import { EntryReader } from "../entry/entry_reader.ts";
import { noEntry, Store } from "../store/mod.ts";
import { segmentIn } from "./log_segment.ts";
import { inTransaction } from "./transaction.ts";

/**
 * Folds segments of the log into the table of entries.
 *
 * Entries are not put into the table at once, because each would change a page of its own: with a
 * million keys 50 bytes cost seven kilobytes of writing. Appended to the log, entries cost little more
 * than themselves, and folded, sorted and each key once, hundreds share a page. (As in a log-structured
 * merge tree; O'Neil et al., 1996.)
 *
 * A fold goes in small steps, so that appends need not wait for it: it merges the batches into a store,
 * writes the store in the order of the keys, and syncs the file. Then the segments may be removed. An
 * interrupted fold loses nothing, because the segments still hold everything, and merging an entry twice
 * has the effect of merging it once.
 */
export class Fold {
  /** The segments that it folds. */
  readonly segments: readonly number[];
  #database: DatabaseSync;
  #clock: Clock;
  #directory: string;
  #upsert: StatementSync;
  #insertActor: StatementSync;
  #actorNumber: StatementSync;
  #phase: "gather" | "write" | "sync" | "done" = "gather";
  #store = new Store();
  /** Segments that are not read yet. */
  #unread: number[];
  /** Batches of the last segment read that are not merged yet. */
  #batches: Uint8Array[] = [];
  /** The last key that is written. */
  #writtenTo: Uint8Array | undefined;
  /** Numbers of actors, by uid. */
  #actors = new Map<string, number>();

  /**
   * @param segments sealed ones, ascending
   * @param clock measures the steps
   */
  constructor(
    database: DatabaseSync,
    directory: string,
    segments: readonly number[],
    clock: Clock,
  ) {
    this.#database = database;
    this.#clock = clock;
    this.#directory = directory;
    this.segments = segments;
    this.#unread = [...segments];
    this.#upsert = database.prepare(upsert);
    this.#insertActor = database.prepare("INSERT OR IGNORE INTO actor (uid) VALUES (?)");
    this.#actorNumber = database.prepare("SELECT number FROM actor WHERE uid = ?");
  }

  /**
   * Folds for about `budgetMs`.
   *
   * @returns whether the fold is done: the segments are needed no more.
   * @throws {Error} when the disk refuses; the step may be tried again.
   */
  step(budgetMs: number): boolean {
    const untilMs = this.#clock.monotonicMs() + budgetMs;
    if (this.#phase === "gather") this.#gather(untilMs);
    else if (this.#phase === "write") this.#write(untilMs);
    else if (this.#phase === "sync") this.#sync();
    return this.#phase === "done";
  }

  /** The newest batch comes first, because the older entries of a key are then dropped, not copied. */
  #gather(untilMs: number): void {
    do {
      const batch = this.#batches.pop();
      if (batch !== undefined) {
        for (const entry = new EntryReader(batch); entry.next();) this.#store.merge(entry);
      } else if (!this.#readSegment()) {
        this.#phase = "write";
        return;
      }
    } while (this.#clock.monotonicMs() < untilMs);
  }

  /** Reads the next segment. @returns whether there was one. */
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
        if (++count % rowsPerClockRead === 0 && this.#clock.monotonicMs() >= untilMs) return false;
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

  /** Syncs the commits of `#unsynced`: one synced commit does, if it writes anything. */
  #sync(): void {
    this.#database.exec("UPDATE actor SET uid = uid");
    this.#phase = "done";
  }

  /** Commits without waiting for the medium: nothing depends on it until the segments are removed. */
  #unsynced(write: () => void): void {
    this.#database.exec("PRAGMA synchronous = NORMAL");
    try {
      inTransaction(this.#database, write);
    } catch (error) {
      // The actors that it numbered are rolled back.
      this.#actors.clear();
      throw error;
    } finally {
      this.#database.exec("PRAGMA synchronous = FULL");
    }
  }
}

/** The merge rule of `order.ts`: the later of two entries of a key stays. */
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

/** Rows that are written between two readings of the clock. */
const rowsPerClockRead = 16;
