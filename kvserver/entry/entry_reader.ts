import { wireLimits } from "../../limits.ts";
import { mismatch, MsgpackReader } from "../../rpc/mod.ts";
import { sequenceMax, timestampMax } from "./order.ts";
import { counterMax, type EntryBytes, noCounter, noExpiry, noValue } from "./entry.ts";

const { keyBytesMax } = wireLimits;

/**
 * A cursor over the entries in a message between replicas, as an `EntryBatch` writes them. After `next`
 * its fields are those of the current entry, which is read in place.
 *
 * ```ts ignore
 * while (reader.next()) store.merge(reader);
 * ```
 *
 * Bytes that hold no entries throw a `TypeError` or `MsgpackError`, because the other system has a bug.
 */
export class EntryReader implements EntryBytes {
  readonly bytes: Uint8Array;
  /** Number of entries in the message. */
  readonly size: number;
  /** The current entry, without its uid, is `bytes[start..end)`. */
  start = 0;
  end = 0;
  keyStart = 0;
  keyEnd = 0;
  valueStart = noValue;
  valueEnd = noValue;
  isBin = false;
  counter = noCounter;
  expiresAt = noExpiry;
  timestamp = 0;
  sequence = 0;
  uid = "";
  /** The place of the current entry's uid among `uids`. */
  uidPlace = 0;
  /** How many entries were skipped, because their order is one that no reader takes. */
  skipped = 0;
  #reader: MsgpackReader;
  #skips: boolean;
  #uids: string[] = [];
  #left: number;

  /**
   * @param skips whether an entry whose order no reader takes is skipped, instead of being malformed
   * @throws {TypeError | MsgpackError} when `bytes` do not begin as they should.
   */
  constructor(bytes: Uint8Array, { skips = false } = {}) {
    this.bytes = bytes;
    this.#skips = skips;
    this.#reader = new MsgpackReader(bytes);
    const uidCount = this.#count(this.#reader.arrayHeader());
    for (let i = 0; i < uidCount; i++) {
      const uid = this.#reader.str();
      if (uid === undefined) throw malformed();
      this.#uids.push(uid);
    }
    this.size = this.#left = this.#count(this.#reader.uint());
  }

  /** The uids that the entries may bear. */
  get uids(): readonly string[] {
    return this.#uids;
  }

  /** How many bytes the entries that were read take, with all before them. */
  get behind(): number {
    return this.#reader.at;
  }

  /** Whether nothing follows the entries that were read. */
  get isAtEnd(): boolean {
    return this.#reader.atEnd;
  }

  /** Goes on to the next entry. @returns whether there is one. @throws as the constructor does. */
  next(): boolean {
    while (this.#left > 0) {
      this.#left--;
      this.#read();
      if (this.timestamp !== mismatch && this.sequence !== mismatch) return true;
      this.skipped++;
    }
    return false;
  }

  #read(): void {
    const reader = this.#reader;
    this.start = reader.at;
    const keyBytes = expected(reader.strHeader(), keyBytesMax);
    this.keyStart = reader.at;
    this.keyEnd = reader.at += keyBytes;
    this.#readValue();
    this.#readExtras();
    this.timestamp = this.#ordinal(timestampMax);
    this.sequence = this.#ordinal(sequenceMax);
    this.end = reader.at;
    this.uidPlace = expected(reader.uint());
    const uid = this.#uids[this.uidPlace];
    if (uid === undefined) throw malformed();
    this.uid = uid;
  }

  #readValue(): void {
    const reader = this.#reader;
    this.isBin = false;
    if (reader.nil()) {
      this.valueStart = this.valueEnd = noValue;
      return;
    }
    let valueBytes = reader.strHeader();
    if (valueBytes === mismatch) {
      valueBytes = expected(reader.binHeader());
      this.isBin = true;
    }
    this.valueStart = reader.at;
    this.valueEnd = reader.at += valueBytes;
  }

  /** Reads an entry's counter and expiry in the one way in which they are written. */
  #readExtras(): void {
    const reader = this.#reader;
    const count = reader.arrayHeader();
    this.counter = noCounter;
    this.expiresAt = noExpiry;
    if (count === mismatch) return;
    if (count < 1 || count > 2) throw malformed();
    this.counter = expected(reader.uint(), counterMax);
    if (count === 1 && this.counter === noCounter) throw malformed();
    if (count === 1) return;
    this.expiresAt = expected(reader.uint());
    // A tombstone has nothing that could expire.
    if (this.expiresAt === noExpiry || this.valueStart === noValue) throw malformed();
  }

  /** Reads a part of an order; `mismatch` stands for one that is skipped. */
  #ordinal(max: number): number {
    const value = this.#reader.uint();
    if (!this.#skips) return expected(value, max);
    if (value === mismatch) this.#reader.skip();
    return value > max ? mismatch : value;
  }

  /** Checks a number of elements: there is a byte for each, at the least. */
  #count(count: number): number {
    if (expected(count) > this.#reader.end - this.#reader.at) throw malformed();
    return count;
  }
}

function expected(value: number, max = Infinity): number {
  if (value === mismatch || value > max) throw malformed();
  return value;
}

function malformed(): TypeError {
  return new TypeError("Cannot read entries: found something else in a message between replicas");
}
