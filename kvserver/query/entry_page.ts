import type { MsgpackWriter } from "../../rpc/mod.ts";
import { noCounter, noExpiry } from "../entry/entry.ts";
import type { Store } from "../store/mod.ts";
import type { ListRange } from "./list_part.ts";

/** Where a page ends, whichever comes first; it has one entry at least, if there is one. */
export interface PageBounds {
  readonly entriesMax: number;
  readonly bytesMax: number;
  /** A page of more bytes is not for this turn. */
  readonly turnBytesMax: number;
}

/** How the entries of a page are written. */
export interface EntryForm {
  /** Bytes that an entry takes beside its key and value, about. */
  readonly extraBytes: number;
  /** Appends an entry. */
  write(writer: MsgpackWriter, store: Store, n: number): void;
}

/** As a Scan gives them: key and value. */
export const scanned: EntryForm = {
  extraBytes: 0,
  write(writer, store, n) {
    writer.arrayHeader(2);
    store.writeKey(writer, n);
    store.writeValue(writer, n);
  },
};

/** As an Export gives them: key, value, order, when they expire, and the number of the write. */
export const exported: EntryForm = {
  extraBytes: 72,
  write: (writer, store, n) => writeExported(writer, store, n, store.counterOf(n)),
};

/** As an Export gives them to who is not to know of other keys: the number tells how many writes there were. */
export const exportedUnnumbered: EntryForm = {
  extraBytes: 72,
  write: (writer, store, n) => writeExported(writer, store, n, noCounter),
};

function writeExported(writer: MsgpackWriter, store: Store, n: number, counter: number): void {
  const expiresAt = store.expiresAtOf(n);
  writer.arrayHeader(counter === noCounter ? 4 : 5);
  store.writeKey(writer, n);
  store.writeValue(writer, n);
  writer.arrayHeader(3);
  writer.int(store.timestampOf(n));
  writer.int(store.sequenceOf(n));
  writer.str(store.uidOf(n));
  if (expiresAt === noExpiry) writer.nil();
  else writer.int(expiresAt);
  if (counter !== noCounter) writer.int(counter);
}

/**
 * Appends a page: its entries, and whether nothing follows.
 *
 * @returns whether it is for this turn; otherwise what was appended is to be taken back.
 */
export function writePage(
  writer: MsgpackWriter,
  store: Store,
  { prefix, after }: ListRange,
  { entriesMax, bytesMax, turnBytesMax }: PageBounds,
  { extraBytes, write }: EntryForm,
): boolean {
  writer.arrayHeader(2);
  const start = writer.size;
  const header = writer.reserveHeader32();
  let count = 0;
  let isForTurn = true;
  const isDone = store.scan(prefix, after, (n) => {
    if (count === entriesMax) return false;
    const bytes = writer.size - start + store.bytesOf(n) + extraBytes;
    if (count > 0 && bytes > bytesMax) return false;
    isForTurn = bytes <= turnBytesMax;
    if (!isForTurn) return false;
    write(writer, store, n);
    count++;
    return true;
  });
  writer.fillHeader32(header, 0xdd, count);
  writer.bool(isDone);
  return isForTurn;
}
