import type { MsgpackWriter } from "../../rpc/mod.ts";
import {
  EntryBatch,
  type EntrySource,
  writeEntryParts,
  writtenBytesMax,
} from "../entry/entry_batch.ts";
import { noExpiry } from "../entry/entry.ts";
import type { Store } from "../store/mod.ts";

/** Entries of a store without their values: what is left to be said of an entry that goes. */
class Going implements EntrySource {
  #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  writeEntry(writer: MsgpackWriter, n: number): void {
    const store = this.#store;
    writeEntryParts(writer, {
      key: store.keyOf(n),
      value: null,
      counter: store.counterOf(n),
      timestamp: store.timestampOf(n),
      sequence: store.sequenceOf(n),
    });
  }

  writtenBytesMax(n: number): number {
    return writtenBytesMax(this.#store.keyLength(n), this.#store.counterOf(n), noExpiry);
  }

  uidNumberOf(n: number): number {
    return this.#store.uidNumberOf(n);
  }

  uid(number: number): string {
    return this.#store.uid(number);
  }
}

/**
 * Says of entries that they are to be held no more, as siblings and the disk are told it: an `EntryBatch` of
 * their keys and writes, without values.
 */
export function removalsOf(store: Store, numbers: readonly number[]): Uint8Array {
  const batch = new EntryBatch(new Going(store), Infinity);
  for (const n of numbers) batch.add(n);
  return batch.encode();
}
