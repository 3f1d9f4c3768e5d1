import type { Limits } from "../../limits.ts";
import { type Charged, MemoryAccount, type MsgpackWriter } from "../../rpc/mod.ts";
import type { EntrySource } from "../entry/entry_batch.ts";
import type { EntryReader } from "../entry/entry_reader.ts";
import { isLater, type Order } from "../entry/order.ts";
import { hashOf } from "../memory/key_hash.ts";
import { LargeValues } from "../memory/large_values.ts";
import { UidTable } from "../memory/uid_table.ts";
import { loggedBytesMax, ValueLog } from "../memory/value_log.ts";
import { chunkOf, inChunk, WordArena } from "../memory/word_arena.ts";
import { assert } from "../memory/assert.ts";

/** The number of no entry. */
export const noPooled = 0;

// The words of an entry's record.
/** The next entry of the same bucket, or the next free record. */
const nextWord = 0;
const hashWord = 1;
const usesWord = 2;
const timestampLow = 3;
const timestampHigh = 4;
const sequenceWord = 5;
const uidWord = 6;
/** The number of the key. */
const keyWord = 7;
/** The key's place in the bytes of the entry (upper half), and its length (lower half). */
const keyStartAndLength = 8;
const lengthWord = 9;
const placeWord = 10;
const recordWords = 11;

/** What the users of a pool keep in it: numbers of entries, and of keys without an entry. */
export interface PoolUse {
  readonly entries: Set<number>;
  readonly keys: Set<number>;
}

/** In place of the next entry: this entry is in no bucket, because its bucket was full. */
const unlinked = 0xffffffff;

/** Entries of a bucket at the most. So many share a bucket only if their keys were made to. */
const chainMax = 32;

/** Buckets of an empty pool, and records of its first chunk; powers of two. */
const firstBuckets = 64;

/** What the records of an empty pool take at the most: room for the entries that come every moment. */
const keptBytes = 64 * 1024;

/** No record has the number 0. */
const arenaOptions = { firstWords: firstBuckets * 16, reservedWords: 1 };

/**
 * Entries on their way from some replicas to others. The pool keeps each entry once, as the bytes that
 * it came as, for all of its receivers.
 *
 * Entries have numbers, and so have their keys. Both are reference-counted: whoever keeps a number
 * counts as a user (`use`, `useKey`), and the last `release` frees the entry or the key.
 *
 * Entries are found by key in a hash index with chains of bounded length. Entries that do not fit into
 * their chain are treated as having keys of their own and are not coalesced. Only whoever crafted
 * colliding keys pays, in extra traffic. The index is not a store's `KeyIndex`, with which an entry on
 * its way to three receivers took 7 to 10 % longer: here entries leave again, and the pool is emptied.
 */
export class EntryPool implements EntrySource {
  #memory: Charged;
  #records: WordArena;
  #freed = 0;
  #freeRecord = noPooled;
  #buckets = new Uint32Array(firstBuckets);
  #size = 0;
  #uids: UidTable;
  #log: ValueLog;
  #large: LargeValues;
  #keyUses: number[] = [];
  #freeKeys: number[] = [];
  /** Reused to compare two entries. */
  #left: Order = { timestamp: 0, sequence: 0, uid: "" };
  #right: Order = { timestamp: 0, sequence: 0, uid: "" };

  /** @param limits bound the memory @param account is charged for it; default: an account without bound */
  constructor(limits: Limits, account = new MemoryAccount()) {
    const memory = this.#memory = account.for("peers");
    this.#uids = new UidTable(memory);
    this.#large = new LargeValues(memory);
    this.#records = new WordArena(arenaOptions, limits, memory);
    this.#log = new ValueLog(
      limits,
      memory,
      (n) => this.writtenBytesMax(n),
      (n, place) => this.#set(n, placeWord, place),
    );
  }

  /** How many entries were freed so far: their numbers may be those of others by now. */
  get freed(): number {
    return this.#freed;
  }

  /** Charges bytes that are held beside the pool, or gives them back when they are below 0. */
  charge(bytes: number): void {
    this.#memory.charge(bytes);
  }

  /** Adds a copy of an entry, with the caller as its user. @returns the number of the entry. */
  add(entry: EntryReader): number {
    const { bytes, keyStart, keyEnd } = entry;
    const hash = hashOf(bytes, keyStart, keyEnd);
    const key = this.#keyNumber(this.#find(hash, bytes, keyStart, keyEnd));
    const n = this.#allocate();
    const words = this.#records.words[chunkOf(n)];
    const at = inChunk(n);
    const length = entry.end - entry.start;
    words[at + hashWord] = hash;
    words[at + usesWord] = 1;
    words[at + timestampLow] = entry.timestamp;
    words[at + timestampHigh] = entry.timestamp / 0x100000000;
    words[at + sequenceWord] = entry.sequence;
    words[at + uidWord] = this.#uids.use(entry.uid);
    words[at + keyWord] = key;
    words[at + keyStartAndLength] = (keyStart - entry.start) << 16 | (keyEnd - keyStart);
    words[at + lengthWord] = length;
    words[at + placeWord] = length > loggedBytesMax
      ? this.#large.add(bytes, entry.start, entry.end)
      : this.#log.add(n, bytes, entry.start, entry.end);
    this.#link(n, hash);
    return n;
  }

  /** Counts one more user of an entry. */
  use(n: number): void {
    this.#records.words[chunkOf(n)][inChunk(n) + usesWord]++;
  }

  /** Counts one user less of an entry. */
  release(n: number): void {
    const words = this.#records.words[chunkOf(n)];
    const at = inChunk(n);
    if (--words[at + usesWord] > 0) return;
    this.#freed++;
    this.#unlink(n, words[at + hashWord]);
    this.#uids.release(words[at + uidWord]);
    this.releaseKey(words[at + keyWord]);
    const length = words[at + lengthWord];
    if (length > loggedBytesMax) this.#large.remove(words[at + placeWord]);
    else this.#log.remove(words[at + placeWord], length);
    words[at + nextWord] = this.#freeRecord;
    this.#freeRecord = n;
    this.#log.clean();
    if (this.#size === 0) this.#shrink();
  }

  /** Counts one user less of each of some entries. */
  releaseAll(numbers: readonly number[]): void {
    for (const n of numbers) this.release(n);
  }

  /** The number of an entry's key, the same for all entries of the key. */
  keyOf(n: number): number {
    return this.#get(n, keyWord);
  }

  /** Counts one more user of a key. */
  useKey(key: number): void {
    this.#keyUses[key]++;
  }

  /** Counts one user less of a key. */
  releaseKey(key: number): void {
    if (--this.#keyUses[key] > 0) return;
    this.#freeKeys.push(key);
    if (this.#freeKeys.length < this.#keyUses.length) return;
    this.#keyUses = [];
    this.#freeKeys = [];
  }

  /** Whether the entry `n` is later than `other`, an entry of the same key. */
  isLater(n: number, other: number): boolean {
    return isLater(this.#order(n, this.#left), this.#order(other, this.#right));
  }

  /** When the Put of an entry happened, milliseconds since the epoch. */
  timestampOf(n: number): number {
    return this.#get(n, timestampHigh) * 0x100000000 + this.#get(n, timestampLow);
  }

  writtenBytesMax(n: number): number {
    return this.#get(n, lengthWord);
  }

  uidNumberOf(n: number): number {
    return this.#get(n, uidWord);
  }

  uid(number: number): string {
    return this.#uids.uid(number);
  }

  /** The uid of the query actor that accepted an entry. */
  uidOf(n: number): string {
    return this.#uids.uid(this.#get(n, uidWord));
  }

  writeEntry(writer: MsgpackWriter, n: number): void {
    const start = this.#startOf(n);
    writer.raw(this.#bytesAt(n), start, start + this.writtenBytesMax(n));
  }

  #order(n: number, into: Order): Order {
    into.timestamp = this.timestampOf(n);
    into.sequence = this.#get(n, sequenceWord);
    into.uid = this.uidOf(n);
    return into;
  }

  #get(n: number, word: number): number {
    return this.#records.words[chunkOf(n)][inChunk(n) + word];
  }

  #set(n: number, word: number, value: number): void {
    this.#records.words[chunkOf(n)][inChunk(n) + word] = value;
  }

  #bytesAt(n: number): Uint8Array {
    const place = this.#get(n, placeWord);
    return this.#isInLog(n) ? this.#log.bytesAt(place) : this.#large.bytesAt(place);
  }

  #startOf(n: number): number {
    return this.#isInLog(n) ? this.#log.startOf(this.#get(n, placeWord)) : 0;
  }

  #isInLog(n: number): boolean {
    return this.writtenBytesMax(n) <= loggedBytesMax;
  }

  // ---- finding ------------------------------------------------------------------------------

  /** An entry of the key `bytes[start..end)`, or `noPooled`. */
  #find(hash: number, bytes: Uint8Array, start: number, end: number): number {
    let n = this.#buckets[hash & (this.#buckets.length - 1)];
    while (n !== noPooled) {
      if (this.#get(n, hashWord) === hash && this.#hasKey(n, bytes, start, end)) break;
      n = this.#get(n, nextWord);
    }
    return n;
  }

  #hasKey(n: number, bytes: Uint8Array, start: number, end: number): boolean {
    const startAndLength = this.#get(n, keyStartAndLength);
    if ((startAndLength & 0xffff) !== end - start) return false;
    const held = this.#bytesAt(n);
    const heldStart = this.#startOf(n) + (startAndLength >>> 16) - start;
    for (let i = end - 1; i >= start; i--) if (held[heldStart + i] !== bytes[i]) return false;
    return true;
  }

  #keyNumber(sameKey: number): number {
    const key = sameKey === noPooled
      ? this.#freeKeys.pop() ?? this.#keyUses.push(0) - 1
      : this.keyOf(sameKey);
    this.#keyUses[key]++;
    return key;
  }

  #link(n: number, hash: number): void {
    if (++this.#size > this.#buckets.length) this.#growBuckets();
    const bucket = hash & (this.#buckets.length - 1);
    const first = this.#buckets[bucket];
    let length = 0;
    for (let other = first; other !== noPooled; other = this.#get(other, nextWord)) length++;
    const isFull = length >= chainMax;
    this.#set(n, nextWord, isFull ? unlinked : first);
    if (!isFull) this.#buckets[bucket] = n;
  }

  #unlink(n: number, hash: number): void {
    this.#size--;
    const next = this.#get(n, nextWord);
    if (next === unlinked) return;
    const bucket = hash & (this.#buckets.length - 1);
    let before = this.#buckets[bucket];
    if (before === n) {
      this.#buckets[bucket] = next;
      return;
    }
    while (this.#get(before, nextWord) !== n) before = this.#get(before, nextWord);
    this.#set(before, nextWord, next);
  }

  #growBuckets(): void {
    const old = this.#buckets;
    this.#buckets = new Uint32Array(old.length * 2);
    for (let n of old) {
      while (n !== noPooled) {
        const next = this.#get(n, nextWord);
        const bucket = this.#get(n, hashWord) & (this.#buckets.length - 1);
        this.#set(n, nextWord, this.#buckets[bucket]);
        this.#buckets[bucket] = n;
        n = next;
      }
    }
  }

  /** Gives back the memory that many entries took, because the pool is empty. */
  #shrink(): void {
    if (this.#records.byteLength <= keptBytes) return;
    this.#records.clear();
    this.#freeRecord = noPooled;
    this.#buckets = new Uint32Array(firstBuckets);
  }

  /**
   * @param use all that is kept in the pool, by all
   * @throws {Error} when an invariant does not hold.
   */
  assertInvariants({ entries, keys }: PoolUse): void {
    assert(
      entries.size === this.#size,
      "the pool holds the entries in outboxes and in flight, and no more",
    );
    const used = new Set([...keys, ...Array.from(entries, (n) => this.keyOf(n))]);
    const keyCount = this.#keyUses.length - this.#freeKeys.length;
    assert(used.size === keyCount, "the pool knows the keys that are used, and no more");
    const isEmpty = this.#size === 0;
    assert(!isEmpty || this.#records.byteLength <= keptBytes, "an empty pool takes little memory");
    assert(
      keyCount > 0 || this.#keyUses.length === 0,
      "a pool without keys keeps no room for them",
    );
    const logged = [...entries].filter((n) => this.#isInLog(n));
    this.#log.assertInvariants(new Map(logged.map((n) => [n, this.#get(n, placeWord)])));
    const large = [...entries].filter((n) => !this.#isInLog(n));
    this.#large.assertInvariants(large.map((n) => this.#get(n, placeWord)));
  }

  #allocate(): number {
    const n = this.#freeRecord;
    if (n === noPooled) return this.#records.allocate(recordWords);
    this.#freeRecord = this.#get(n, nextWord);
    return n;
  }
}
