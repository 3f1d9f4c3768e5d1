import type { UidTable } from "../memory/uid_table.ts";
import { WideHash } from "../memory/wide_hash.ts";
import { type SummedEntries, summedMark } from "./range_sums.ts";
import { type Records, tombstone } from "./records.ts";
import type { Values } from "./values.ts";

/** What hashing an entry costs beside its bytes, in bytes. */
const entryCost = 128;

/**
 * The hash of an entry, 128 bits over its key, its order, its value and its expiry, which is the same on all
 * replicas: numbers that differ between them, such as that of the uid, are no part of it, nor is a clock.
 * The counter of a write is none either, because it says nothing that the order does not say.
 *
 * Nothing secret is in it, so that it can be kept and compared with that of any other replica. So whoever
 * writes entries may find some whose hashes sum up alike. `docs/sync.md` says what that is worth.
 */
export class EntryHash implements SummedEntries {
  #records: Records;
  #values: Values;
  #uids: UidTable;
  #hash = new WideHash();

  constructor(records: Records, values: Values, uids: UidTable) {
    this.#records = records;
    this.#values = values;
    this.#uids = uids;
  }

  /** The hash of an entry, valid until the next one. */
  hash(n: number): Uint32Array {
    const hash = this.#hash;
    const records = this.#records;
    // Both before the hash is begun, because they may be made with it.
    const uid = this.#uids.hashOf(records.uid(n), hash);
    const value = this.#values.longHash(n, hash);
    const timestamp = records.timestamp(n);
    const valueLength = records.valueLength(n);
    const keyStart = records.keyStart(n);
    const keyLength = records.keyLength(n);
    hash.begin();
    hash.block(timestamp, timestamp / 0x100000000, records.sequence(n), keyLength);
    hash.block(uid[0], uid[1], uid[2], uid[3]);
    hash.bytes(records.bytesAt(n), keyStart, keyStart + keyLength);
    const expiresAt = records.expiresAt(n);
    hash.block(valueLength, records.isBin(n) ? 1 : 0, expiresAt, expiresAt / 0x100000000);
    if (value !== undefined) hash.block(value[0], value[1], value[2], value[3]);
    else if (valueLength !== tombstone) this.#values.addTo(hash, n);
    hash.end();
    return hash.words;
  }

  cost(n: number): number {
    const valueLength = this.#records.valueLength(n);
    return entryCost + this.#records.keyLength(n) + (valueLength === tombstone ? 0 : valueLength);
  }

  isQueued(n: number): boolean {
    return this.#records.isMarked(n, summedMark);
  }

  setQueued(n: number, isQueued: boolean): void {
    if (isQueued) this.#records.mark(n, summedMark);
    else this.#records.unmark(n, summedMark);
  }
}
