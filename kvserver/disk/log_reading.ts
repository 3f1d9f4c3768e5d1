import { defaultLimits } from "../../limits.ts";
import { EntryReader } from "../entry/entry_reader.ts";
import { SeenWrites } from "../versions/seen_writes.ts";
import { readSeen, type Seen, seenBytes } from "../versions/version_bytes.ts";
import { type LogBatch, readLogBatch } from "./log_batch.ts";
import { RemovedEntries } from "./removed_entries.ts";

/**
 * What the batches of a log come to, which are read from the last one to the first, and then the table of
 * entries, which is older than all of them: what went takes along what was written before, and no more.
 */
export class LogReading {
  #removed = new RemovedEntries();
  #seen = new SeenWrites();

  /**
   * Takes the next batch.
   *
   * @returns its entries but for those that are gone; `undefined`: it has none.
   * @throws {TypeError | MsgpackError} when it is malformed: nothing of it is taken then.
   */
  take(batch: Uint8Array): LogBatch | undefined {
    const { kind, bytes } = readLogBatch(batch);
    if (kind === "seen") {
      this.join(readSeen(bytes));
      return undefined;
    }
    for (const entry = new EntryReader(bytes); entry.next(););
    if (kind === "entries") return this.left(bytes);
    this.#removed.add(bytes);
  }

  /** Those of older entries that are not gone; `undefined`: none are left. */
  left(entries: Uint8Array<ArrayBuffer>): LogBatch | undefined {
    const bytes = this.#removed.leftOf(entries);
    return bytes === undefined ? undefined : { kind: "entries", bytes };
  }

  /** Adds what is seen with older entries. */
  join({ vector, floorMs }: Seen): void {
    this.#seen.join(vector);
    this.#seen.limit(defaultLimits);
    this.#seen.raiseFloor(floorMs);
  }

  /** What is seen with all entries; `undefined`: nothing. */
  get seen(): LogBatch | undefined {
    const { vector, floorMs } = this.#seen;
    if (vector.size === 0 && floorMs === 0) return undefined;
    return { kind: "seen", bytes: seenBytes(this.#seen) };
  }
}
