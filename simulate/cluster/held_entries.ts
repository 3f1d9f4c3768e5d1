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

/** Copies of all entries, in the order of their keys, tombstones included. */
export function heldEntries(store: Store): HeldEntry[] {
  const entries: HeldEntry[] = [];
  store.walk(undefined, (n) => entries.push(heldEntry(store, n)) > 0);
  return entries;
}
