/**
 * A replica of the store: keys, values and orders of Puts as bytes and numbers in typed arrays.
 *
 * ```ts
 * import { noEntry, Store } from "./mod.ts";
 *
 * const store = new Store();
 * const bytes = new TextEncoder().encode("keyvalue");
 * const n = store.put(bytes, 0, 3, 3, 8, Date.now(), "uid of the actor");
 * if (store.get(bytes, 0, 3) !== n || store.get(bytes, 0, 2) !== noEntry) throw new Error("lost");
 * ```
 *
 * The parts: `Records` holds a record of each key, which `KeyIndex` finds by hash and `OrderedIndex` in
 * the order of the keys; `Values` keeps values in the records, in a `ValueLog` or in `LargeValues`.
 *
 * @module
 */

export { DirtySet, diskMarks, syncMarks } from "./dirty_set.ts";
export { RangeSum, sumBytes } from "./range_sum.ts";
export type { OnPassed } from "./expiries.ts";
export { noEntry, unclaimedMark } from "./records.ts";
export { Store } from "./store.ts";
export type { TombstoneQueue } from "./tombstone_queue.ts";
