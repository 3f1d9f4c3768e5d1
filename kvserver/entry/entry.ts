import type { Order } from "./order.ts";

/** Stands in place of where a value begins when there is none: the entry is a tombstone. */
export const noValue = -1;

/** An entry where it lies in some bytes. */
export interface EntryBytes extends Order {
  readonly bytes: Uint8Array;
  /** The key is `bytes[keyStart..keyEnd)`. */
  readonly keyStart: number;
  readonly keyEnd: number;
  /** The value is `bytes[valueStart..valueEnd)`; it is a tombstone when this is `noValue`. */
  readonly valueStart: number;
  readonly valueEnd: number;
}

/** A copy of an entry, for readers outside of the replica. */
export interface Entry extends Order {
  /** UTF-8 bytes, each as one character: so JavaScript's order of strings is the order of the bytes. */
  readonly key: string;
  /** UTF-8 bytes; `null` is a tombstone. */
  readonly value: Uint8Array | null;
}
