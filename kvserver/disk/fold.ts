import type { DatabaseSync } from "node:sqlite";
import { defaultLimits } from "../../limits.ts";
import type { Clock } from "../../rpc/mod.ts";
import { EntryReader } from "../entry/entry_reader.ts";
import { noEntry, Store } from "../store/mod.ts";
import { SeenWrites } from "../versions/seen_writes.ts";
import { readSeen } from "../versions/version_bytes.ts";
import { EntryTableWriter } from "./entry_table_writer.ts";
import { emptyWal, giveFreePagesBack } from "./free_pages.ts";
import { type LogBatch, readLogBatch } from "./log_batch.ts";
import { segmentIn } from "./log_segment.ts";
import { readManifest, updateManifest } from "./manifest.ts";
import { RemovedEntries } from "./removed_entries.ts";
import { addStoredSeen } from "./stored_seen.ts";
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
 * removes from the table what is gone, writes the store in the order of the keys, and says in the manifest,
 * which is synced, that these segments are folded. Then they may be removed. An interrupted fold loses
 * nothing, because the segments still hold everything, and merging or removing an entry twice has the effect
 * of doing it once. Last it gives back pages of the file that are free, and what SQLite's own log takes.
 */
export class Fold {
  /** The segments that it folds. */
  readonly segments: readonly number[];
  #database: DatabaseSync;
  #clock: Clock;
  #directory: string;
  #id: Uint8Array;
  #table: EntryTableWriter;
  #phase: "gather" | "remove" | "write" | "sync" | "shrink" | "done" = "gather";
  #store = new Store();
  #removed = new RemovedEntries();
  #seen = new SeenWrites();
  /** Segments that are not read yet. */
  #unread: number[];
  /** Batches of the last segment read that are not merged yet. */
  #batches: Uint8Array[] = [];
  /** The last key that is removed, or written. */
  #doneTo: Uint8Array | undefined;

  /**
   * @param segments sealed ones, ascending: all that are not folded
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
    this.#id = readManifest(database).id;
    this.#table = new EntryTableWriter(database);
    this.segments = segments;
    this.#unread = [...segments];
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
    else if (this.#phase === "remove") this.#remove(untilMs);
    else if (this.#phase === "write") this.#write(untilMs);
    else if (this.#phase === "sync") this.#sync();
    else if (this.#phase === "shrink") this.#shrink();
    return this.#phase === "done";
  }

  /** The newest batch comes first, because the older entries of a key are then dropped, not copied. */
  #gather(untilMs: number): void {
    do {
      const batch = this.#batches.pop();
      if (batch !== undefined) this.#take(readLogBatch(batch));
      else if (!this.#readSegment()) {
        this.#phase = "remove";
        return;
      }
    } while (this.#clock.monotonicMs() < untilMs);
  }

  /** What is gone took along what was written before, which comes after it. */
  #take({ kind, bytes }: LogBatch): void {
    if (kind === "removals") return this.#removed.add(bytes);
    if (kind === "entries") {
      for (const entry = new EntryReader(bytes); entry.next();) {
        if (!this.#removed.has(entry)) this.#store.merge(entry);
      }
      return;
    }
    const { vector, floorMs } = readSeen(bytes);
    this.#seen.join(vector);
    this.#seen.limit(defaultLimits);
    this.#seen.raiseFloor(floorMs);
  }

  /** Reads the next segment. @returns whether there was one. @throws {Error} when it is gone. */
  #readSegment(): boolean {
    const segment = this.#unread.at(-1);
    if (segment === undefined) return false;
    const content = segmentIn(this.#directory, segment, this.#id);
    if (content === undefined) throw new Error(`log-${segment} is missing, and was not folded`);
    this.#batches = content.batches;
    this.#unread.pop();
    return true;
  }

  #remove(untilMs: number): void {
    const { store } = this.#removed;
    if (this.#walk(store, untilMs, (n) => this.#table.remove(store, n))) this.#phase = "write";
  }

  #write(untilMs: number): void {
    const store = this.#store;
    if (this.#walk(store, untilMs, (n) => this.#table.put(store, n))) this.#phase = "sync";
  }

  /** Goes on with a walk over a store, and begins the next one at the first key. @returns whether it is done. */
  #walk(store: Store, untilMs: number, visit: (n: number) => void): boolean {
    let last = noEntry;
    let count = 0;
    let isDone = false;
    this.#unsynced(() => {
      isDone = store.walk(this.#doneTo, (n) => {
        if (++count % rowsPerClockRead === 0 && this.#clock.monotonicMs() >= untilMs) return false;
        visit(n);
        last = n;
        return true;
      });
    });
    this.#doneTo = isDone ? undefined : store.keyOf(last);
    return isDone;
  }

  /** One synced commit syncs those of `#unsynced`, too. */
  #sync(): void {
    inTransaction(this.#database, () => {
      addStoredSeen(this.#database, this.#seen);
      const manifest = readManifest(this.#database);
      manifest.firstSegment = this.segments.at(-1)! + 1;
      updateManifest(this.#database, manifest);
    });
    this.#phase = "shrink";
  }

  /** Gives some pages back; once few are free, those stay for what comes next. */
  #shrink(): void {
    if (giveFreePagesBack(this.#database)) return;
    emptyWal(this.#database);
    this.#phase = "done";
  }

  /** Commits without waiting for the medium: nothing depends on it until the segments are removed. */
  #unsynced(write: () => void): void {
    this.#database.exec("PRAGMA synchronous = NORMAL");
    try {
      inTransaction(this.#database, () => this.#table.within(write));
    } catch (error) {
      this.#table.rolledBack();
      throw error;
    } finally {
      this.#database.exec("PRAGMA synchronous = FULL");
    }
  }
}

/** Rows that are written between two readings of the clock. */
const rowsPerClockRead = 16;
