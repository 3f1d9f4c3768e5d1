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
 * The parts: `Records` hold what there is of each key, `KeyIndex` finds them by hash and
 * `OrderedIndex` in the order of the keys; `Values` lie in a `ValueLog`, or apart when they are large.
 *
 * @module
 */

export type { Entry, EntryBytes } from "./entry.ts";
export { hashOf } from "./key_hash.ts";
export { LargeValues } from "./large_values.ts";
export { noEntry } from "./records.ts";
export { Store } from "./store.ts";
export { UidTable } from "./uid_table.ts";
export { loggedBytesMax, ValueLog } from "./value_log.ts";
export { noValue } from "./values.ts";
export { chunkOf, inChunk, WordArena } from "./word_arena.ts";
