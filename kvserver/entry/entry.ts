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
