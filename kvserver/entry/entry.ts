import type { Order } from "./order.ts";

/** In place of the start of a value: the entry is a tombstone. */
export const noValue = -1;

/** The counter of a write that was not numbered: nobody can say that they have seen it. */
export const noCounter = 0;

/** The greatest counter. At a million writes a second an actor reaches it in nine years. */
export const counterMax = 2 ** 48 - 1;

/** In place of the time of an expiry: the entry does not expire. */
export const noExpiry = 0;

/** The latest expiry: a time that is later comes to the same. */
export const expiresAtMax = Number.MAX_SAFE_INTEGER;

/** An entry, read in place from some bytes. */
export interface EntryBytes extends Order {
  readonly bytes: Uint8Array;
  /** The key is `bytes[keyStart..keyEnd)`. */
  readonly keyStart: number;
  readonly keyEnd: number;
  /** The value is `bytes[valueStart..valueEnd)`; the entry is a tombstone when `valueStart` is `noValue`. */
  readonly valueStart: number;
  readonly valueEnd: number;
  /** Whether the value is a bin, and no str. */
  readonly isBin: boolean;
  /**
   * Numbers the writes of the actor that accepted this one, from 1 on: uid and counter are the write's
   * dot, by which replicas say what they have seen. `noCounter` when it has none.
   */
  readonly counter: number;
  /** When the entry expires, milliseconds since the epoch; `noExpiry` when it does not. */
  readonly expiresAt: number;
}
