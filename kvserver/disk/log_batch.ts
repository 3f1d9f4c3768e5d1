/**
 * What a batch of the log of a data directory is about. An `EntryBatch` stands as it is; what is anything
 * else begins with a byte that no `EntryBatch` begins with:
 *
 *     0xc0, then an `EntryBatch` without values: of these keys nothing is known that is not later than these
 *           entries and was appended before. They were deleted, and all have seen it, or replaced elsewhere
 *     0xc2, then what `seenBytes` writes: what is seen with all that was appended before
 *
 * @module
 */

const removalsMark = 0xc0;
const seenMark = 0xc2;

/** A batch of the log. */
export interface LogBatch {
  readonly kind: "entries" | "removals" | "seen";
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** The bytes of a batch with entries that are gone. */
export function removalsBatch(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return marked(removalsMark, bytes);
}

/** The bytes of a batch with what was seen. */
export function seenBatch(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return marked(seenMark, bytes);
}

/** What a batch is about, with a copy of its bytes. */
export function readLogBatch(batch: Uint8Array): LogBatch {
  const kind = kindOf(batch);
  return { kind, bytes: batch.slice(kind === "entries" ? 0 : 1) };
}

/** What a batch is about. */
export function kindOf(batch: Uint8Array): LogBatch["kind"] {
  if (batch[0] === removalsMark) return "removals";
  return batch[0] === seenMark ? "seen" : "entries";
}

function marked(mark: number, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const batch = new Uint8Array(1 + bytes.length);
  batch[0] = mark;
  batch.set(bytes, 1);
  return batch;
}
