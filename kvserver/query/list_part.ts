import type { Limits } from "../../limits.ts";
import type { MsgpackWriter } from "../../rpc/mod.ts";
import { noEntry, type Store } from "../store/mod.ts";

/** Which entries a List shows next. */
export interface ListRange {
  readonly prefix: Uint8Array;
  /** Only those behind this key. */
  readonly after?: Uint8Array;
}

/** What became of a part of a List. */
export interface ListPart {
  /** How many entries it has. */
  readonly count: number;
  /** Whether it is the last part. */
  readonly isDone: boolean;
  /** The last entry that was looked at, be it a tombstone; or `noEntry`. */
  readonly last: number;
}

/**
 * Appends the keys and values of a List, up to `listPartBytes` and one entry, and looks at no more than
 * `listPartEntries` entries for it.
 */
export function writeEntries(
  store: Store,
  { prefix, after }: ListRange,
  writer: MsgpackWriter,
  { listPartBytes, listPartEntries }: Limits,
): ListPart {
  const start = writer.size;
  let count = 0;
  let seen = 0;
  let last = noEntry;
  const isDone = store.walkPrefix(prefix, after, (n) => {
    if (seen === listPartEntries || writer.size - start >= listPartBytes) return false;
    seen++;
    last = n;
    if (!store.isShown(n)) return true;
    store.writeKey(writer, n);
    store.writeValue(writer, n);
    count++;
    return true;
  });
  return { count, isDone, last };
}
