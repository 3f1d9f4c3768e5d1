import type { EntryBytes } from "../entry/entry.ts";
import { EntryBatch } from "../entry/entry_batch.ts";
import { EntryReader } from "../entry/entry_reader.ts";
import { isLater } from "../entry/order.ts";
import { noEntry, Store } from "../store/mod.ts";

/**
 * Keys that are gone, and with which write they went. The log is read from its end, so what is read later
 * was written before: of these keys nothing counts that is not later than that write.
 */
export class RemovedEntries {
  /** Of each key, the latest write with which it went. */
  readonly store = new Store();

  /** Takes what a batch of the log says is gone. */
  add(removals: Uint8Array): void {
    for (const entry = new EntryReader(removals); entry.next();) this.store.merge(entry);
  }

  /**
   * The entries of a batch that are not gone, as an `EntryBatch` writes them: the batch itself when none is.
   *
   * @returns `undefined` when all are gone.
   */
  leftOf(batch: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> | undefined {
    if (this.store.tombstones === 0) return batch;
    const all = new Store();
    const left: number[] = [];
    let gone = 0;
    for (const entry = new EntryReader(batch); entry.next();) {
      if (this.has(entry)) gone++;
      else left.push(all.merge(entry));
    }
    if (gone === 0) return batch;
    if (left.length === 0) return undefined;
    const entries = new EntryBatch(all, Infinity);
    for (const n of new Set(left)) if (n !== noEntry) entries.add(n);
    return entries.encode();
  }

  /** Whether an entry that was written before these went is gone with them. */
  has(entry: EntryBytes): boolean {
    const { store } = this;
    if (store.tombstones === 0) return false;
    const n = store.find(entry.bytes, entry.keyStart, entry.keyEnd);
    if (n === noEntry) return false;
    const timestamp = store.timestampOf(n);
    const sequence = store.sequenceOf(n);
    return !isLater(entry, { timestamp, sequence, uid: store.uidOf(n) });
  }
}
