import { noCounter, noExpiry, noValue } from "../entry/entry.ts";

/**
 * A row of the table of entries, where it was read. What is out of bounds in it is `outOfBounds`.
 *
 * There is one, which is filled anew for each row, because a file has millions of them.
 */
export class EntryRow {
  /** The key is `keyIn[keyStart..keyEnd)`. */
  keyIn = noBytes;
  keyStart = 0;
  keyEnd = 0;
  /** The value is `valueIn[valueStart..valueEnd)`; the entry is a tombstone when `valueStart` is `noValue`. */
  valueIn = noBytes;
  valueStart = noValue;
  valueEnd = noValue;
  isBin = false;
  counter = noCounter;
  expiresAt = noExpiry;
  timestamp = 0;
  sequence = 0;
  /** The number of the uid. */
  actor = 0;
  checksum = 0;

  /** A copy of the key. */
  get key(): Uint8Array {
    return this.keyIn.slice(this.keyStart, this.keyEnd);
  }
}

const noBytes: Uint8Array = new Uint8Array();

/** In place of a number that no entry has. */
export const outOfBounds = -1;
