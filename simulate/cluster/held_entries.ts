import { type EntryBytes, noValue } from "../../kvserver/entry/entry.ts";
import type { Order } from "../../kvserver/entry/order.ts";
import type { Store } from "../../kvserver/store/mod.ts";
import { charsOf } from "./chars.ts";

/** A copy of an entry that a store holds. */
export interface HeldEntry extends Order {
  /** Its bytes as characters. */
  readonly key: string;
  /** `null` is a tombstone. */
  readonly value: Uint8Array | null;
  readonly isBin: boolean;
  readonly counter: number;
  readonly expiresAt: number;
}

/** A copy of an entry. */
export function heldEntry(store: Store, n: number): HeldEntry {
  return {
    key: charsOf(store.keyOf(n)),
    value: store.valueOf(n),
    isBin: store.isBin(n),
    counter: store.counterOf(n),
    expiresAt: store.expiresAtOf(n),
    timestamp: store.timestampOf(n),
    sequence: store.sequenceOf(n),
    uid: store.uidOf(n),
  };
}

/** A copy of an entry that came from elsewhere. */
export function receivedEntry(entry: EntryBytes): HeldEntry {
  const { bytes, keyStart, keyEnd, valueStart, valueEnd, isBin, counter, expiresAt } = entry;
  const { timestamp, sequence, uid } = entry;
  return {
    key: charsOf(bytes.subarray(keyStart, keyEnd)),
    value: valueStart === noValue ? null : bytes.slice(valueStart, valueEnd),
    isBin,
    counter,
    expiresAt,
    timestamp,
    sequence,
    uid,
  };
}

/** Copies of all entries, in the order of their keys, tombstones included. */
export function heldEntries(store: Store): HeldEntry[] {
  const entries: HeldEntry[] = [];
  store.walk(undefined, (n) => entries.push(heldEntry(store, n)) > 0);
  return entries;
}
