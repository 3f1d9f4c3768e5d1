import type { Order } from "./order.ts";

/** In place of the start of a value: the entry is a tombstone. */
export const noValue = -1;

/** An entry, read in place from some bytes. */
export interface EntryBytes extends Order {
  readonly bytes: Uint8Array;
  /** The key is `bytes[keyStart..keyEnd)`. */
  readonly keyStart: number;
  readonly keyEnd: number;
  /** The value is `bytes[valueStart..valueEnd)`; the entry is a tombstone when `valueStart` is `noValue`. */
  readonly valueStart: number;
  readonly valueEnd: number;
}
