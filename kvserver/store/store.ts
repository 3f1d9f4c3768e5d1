import { defaultLimits, type Limits } from "../../limits.ts";
import {
  compareBytes,
  isAllocationFailure,
  MemoryAccount,
  type MsgpackWriter,
  RpcError,
} from "../../rpc/mod.ts";
import { writeExtras, writtenBytesMax } from "../entry/entry_batch.ts";
import { isLater, nextOrder, type Order } from "../entry/order.ts";
import { type EntryBytes, noCounter, noExpiry, noValue } from "../entry/entry.ts";
import type { OnPassed } from "./expiries.ts";
import { KeyIndex } from "./key_index.ts";
import { OrderedIndex } from "./ordered_index.ts";
import { allMarks, noEntry, Records, tombstone, unclaimedMark } from "./records.ts";
import { assert } from "../memory/assert.ts";
import { EntryHash } from "./entry_hash.ts";
import { RangeSums } from "./range_sums.ts";
import { TombstoneQueue } from "./tombstone_queue.ts";
import { UidTable } from "../memory/uid_table.ts";
import type { WideHash } from "../memory/wide_hash.ts";
import { Values } from "./values.ts";

/**
 * A replica: the last write of every key, found by key and in the order of the keys' bytes.
 *
 * Entries are named by numbers. A key keeps its number until it is removed; then the number may become
 * that of another key. Invariant: an entry that bears a mark is not removed, because a number that waits
 * in a queue must stay what it is. A value of nil, the tombstone, shows as absent, and so does a value
 * that has expired. Keys and values are passed as `bytes[start..end)`, so that no message need be copied
 * to read them. A Get or Put costs one look-up and allocates nothing; a List or Scan O(log n + result).
 */
export class Store {
  #records: Records;
  #index: KeyIndex;
  #ordered: OrderedIndex;
  #values: Values;
  #uids: UidTable;
  #hash: EntryHash;
  /** The sums of ranges of entries, to be compared with those of other replicas. */
  readonly sums: RangeSums;
  /** Called with a write that is replaced and bears the `unclaimedMark`. */
  onUnclaimedReplaced: (uid: string, counter: number) => void = () => {};
  /** Entries that are shown, as far as the expiries have seen the time pass. */
  #size = 0;
  /** The entries that have ceased to be shown; absent: nobody is to remove them. */
  #tombstoneQueue: TombstoneQueue | undefined;
  /** What the clock says, as `passTime` was last told: entries that expire go by it. */
  #nowMs = 0;
  /** Entries, tombstones among them. */
  #entries = 0;
  /** Reused for the order of the held entry, and for that of a new Put. */
  #held: Order = { timestamp: 0, sequence: 0, uid: "" };
  #next: Order = { timestamp: 0, sequence: 0, uid: "" };

  /** @param limits bound the memory @param memory is charged for it; default: an account without bound */
  constructor(limits: Limits = defaultLimits, memory = new MemoryAccount()) {
    this.#records = new Records(limits, memory);
    this.#index = new KeyIndex(this.#records, limits, memory);
    this.#ordered = new OrderedIndex(this.#records, limits, memory);
    this.#values = new Values(this.#records, limits, memory);
    this.#uids = new UidTable(memory);
    this.#hash = new EntryHash(this.#records, this.#values, this.#uids);
    this.sums = new RangeSums(this.#ordered, this.#hash, limits, memory);
    this.#ordered.sumUpIn(this.sums);
  }

  /** Number of keys that are shown. */
  get size(): number {
    return this.#size;
  }

  /** Number of keys that are kept and not shown, because they were deleted or have expired. */
  get tombstones(): number {
    return this.#entries - this.#size;
  }

  /** From now on, entries that cease to be shown are queued for whoever removes them. */
  queueTombstones(): TombstoneQueue {
    return this.#tombstoneQueue ??= new TombstoneQueue(this.#records);
  }

  /**
   * Makes ready for so many entries in all, of which those are that it has. To be called with 0 when all of them
   * have come: what was made ready for others is given back then.
   */
  expect(entries: number): void {
    try {
      this.#index.expect(entries);
    } catch (error) {
      // Those that find no room are refused as they come.
      if (!(error instanceof RpcError) && !isAllocationFailure(error)) throw error;
    }
  }

  /** Memory that it takes. */
  get byteLength(): number {
    return this.#records.byteLength + this.#index.byteLength + this.#ordered.byteLength +
      this.#values.byteLength + this.sums.byteLength;
  }

  /** The entry of the key `bytes[start..end)`, be it a tombstone; or `noEntry`. */
  find(bytes: Uint8Array, start: number, end: number): number {
    const n = this.#index.find(bytes, start, end);
    if (n !== noEntry || !this.#index.isCrowded) return n;
    return this.#ordered.find(bytes, start, end);
  }

  /** The entry of the key `bytes[start..end)`, if it is shown; or `noEntry`. */
  get(bytes: Uint8Array, start: number, end: number): number {
    const n = this.find(bytes, start, end);
    return n === noEntry || !this.isShown(n) ? noEntry : n;
  }

  /** Number of entries that expire, or have expired and are kept. */
  get expiring(): number {
    return this.#records.expiries.size;
  }

  /** When the next entry expires, milliseconds since the epoch; `undefined` when none does. */
  get nextExpiryMs(): number | undefined {
    return this.#records.expiries.nextMs;
  }

  /**
   * Says what the clock says. An entry is shown until then, and from then on hidden, at once and exactly;
   * should the clock be set back, it is shown again. The counts (`size`, `count`) take in `max` of the
   * entries whose time has come or gone by each call, in O(log n) each.
   *
   * @param onPassed is called with each that they took in
   * @returns whether the counts are right: no such entry is left.
   */
  passTime(nowMs: number, max: number, onPassed?: OnPassed): boolean {
    this.#nowMs = nowMs;
    return this.#records.expiries.passTime(nowMs, max, (n, hasExpired) => {
      this.#count(n, hasExpired ? -1 : 1);
      if (hasExpired) this.#tombstoneQueue?.add(n);
      onPassed?.(n, hasExpired);
    });
  }

  /**
   * Accepts a Put by the actor `uid`, with an order later than that of the entry held.
   *
   * @param keyStart the key is `bytes[keyStart..keyEnd)`
   * @param valueStart the value is `bytes[valueStart..valueEnd)`, or a tombstone when this is `noValue`
   * @param counter numbers the actor's writes, from 1 on
   * @param isBin whether the value is a bin, and no str
   * @param expiresAt milliseconds since the epoch; of a value only
   * @returns the entry, to be merged into the other replicas.
   * @throws {RpcError} `overloaded` when the replica is full; then nothing has changed.
   */
  put(
    bytes: Uint8Array,
    keyStart: number,
    keyEnd: number,
    valueStart: number,
    valueEnd: number,
    nowMs: number,
    uid: string,
    counter = noCounter,
    isBin = false,
    expiresAt = noExpiry,
  ): number {
    let n = this.find(bytes, keyStart, keyEnd);
    const order = nextOrder(this.#timeOf(n), nowMs, uid, this.#next);
    if (n === noEntry) n = this.#create(bytes, keyStart, keyEnd, valueEnd - valueStart, uid);
    this.#set(n, bytes, valueStart, valueEnd, order, counter, isBin, expiresAt);
    return n;
  }

  /**
   * Accepts an Expire of an entry that is shown, by the actor `uid`: a Put of its value, with another
   * expiry.
   *
   * @param expiresAt or `noExpiry`
   * @throws as `put` does.
   */
  expire(n: number, nowMs: number, uid: string, counter: number, expiresAt: number): void {
    const order = nextOrder(this.#timeOf(n), nowMs, uid, this.#next);
    if (expiresAt !== noExpiry) this.#records.expiries.reserve();
    const wasCounted = this.#records.isCounted(n);
    this.#setWrite(n, order, counter, this.#records.isBin(n), expiresAt, wasCounted, true);
  }

  /**
   * Merges an entry of another replica: it replaces the entry held if it is later.
   *
   * @returns the number of the entry, or `noEntry` if it is not later.
   * @throws as `put` does.
   */
  merge(entry: EntryBytes): number {
    // Of a state that arrives in order, no key is looked for in vain.
    const isNext = this.#ordered.isNext(entry.bytes, entry.keyStart, entry.keyEnd);
    let n = isNext ? noEntry : this.find(entry.bytes, entry.keyStart, entry.keyEnd);
    if (!isLater(entry, this.#orderOf(n))) return noEntry;
    if (n === noEntry) {
      const valueBytes = entry.valueEnd - entry.valueStart;
      n = this.#create(entry.bytes, entry.keyStart, entry.keyEnd, valueBytes, entry.uid, isNext);
    }
    const { bytes, valueStart, valueEnd, counter, isBin, expiresAt } = entry;
    this.#set(n, bytes, valueStart, valueEnd, entry, counter, isBin, expiresAt);
    return n;
  }

  /**
   * Takes back all that an entry is, but not its number, because it may wait in a queue: it is older than any
   * write then, and `isBlank`, until it is removed or its key is written again.
   */
  blank(n: number): void {
    const wasCounted = this.#records.isCounted(n);
    this.#values.remove(n);
    const order = { timestamp: 0, sequence: 0, uid: "" };
    this.#setWrite(n, order, noCounter, false, noExpiry, wasCounted, false);
  }

  /** Whether an entry is held for its number only: nothing is known of its key. */
  isBlank(n: number): boolean {
    return this.#records.timestamp(n) === 0 && this.uidOf(n) === "";
  }

  /** Removes an entry that bears no mark, with all memory that it takes. */
  remove(n: number): void {
    this.sums.removed(n);
    this.#records.unmark(n, unclaimedMark);
    assert(!this.isMarked(n, allMarks), "an entry that is removed waits for nothing");
    if (this.#records.isCounted(n)) this.#count(n, -1);
    this.#values.remove(n);
    this.#index.remove(n);
    this.#ordered.remove(n);
    this.#uids.release(this.#records.uid(n));
    this.#records.remove(n);
    this.#entries--;
  }

  /**
   * Merges an entry that has the order of the one that is held, and another value: it replaces that if its
   * value is greater, bytewise. Each order has one value, so one of the two is damaged.
   *
   * @returns the number of the entry, or `noEntry` if that is not so.
   */
  mergeGreater(entry: EntryBytes): number {
    const n = this.find(entry.bytes, entry.keyStart, entry.keyEnd);
    const held = this.#orderOf(n);
    if (held === undefined || isLater(held, entry) || isLater(entry, held)) return noEntry;
    if (!this.#isGreater(entry, n)) return noEntry;
    const { bytes, valueStart, valueEnd, counter } = entry;
    this.#set(n, bytes, valueStart, valueEnd, entry, counter, entry.isBin, entry.expiresAt);
    return n;
  }

  /** Whether a value is greater than the one held: none is the least; of equal ones the rest decides. */
  #isGreater({ bytes, valueStart, valueEnd, isBin, expiresAt }: EntryBytes, n: number): boolean {
    const held = this.valueOf(n);
    if (valueStart === noValue || held === null) return valueStart !== noValue && held === null;
    const difference = compareBytes(bytes.subarray(valueStart, valueEnd), held);
    if (difference !== 0) return difference > 0;
    return isBin === this.isBin(n) ? expiresAt > this.expiresAtOf(n) : isBin;
  }

  /** Number of keys that begin with `prefix` and are shown, found in O(log n). */
  count(prefix: Uint8Array): number {
    if (prefix.length === 0) return this.#size;
    const end = behind(prefix);
    const below = end === undefined ? this.#size : this.#ordered.countBelow(end);
    return below - this.#ordered.countBelow(prefix);
  }

  /** Number of keys that are shown and come before `key`, found in O(log n). */
  countBelow(key: Uint8Array): number {
    return this.#ordered.countBelow(key);
  }

  /**
   * Visits, in order, the entries that are shown whose keys begin with `prefix` and come after the key
   * `after`, until `visit` returns `false`. `visit` must not write to the store.
   *
   * @returns whether there were no more.
   */
  scan(
    prefix: Uint8Array,
    after: Uint8Array | undefined,
    visit: (n: number) => boolean,
  ): boolean {
    return this.walkPrefix(prefix, after, (n) => !this.isShown(n) || visit(n));
  }

  /** As `scan`, all that is kept included. */
  walkPrefix(
    prefix: Uint8Array,
    after: Uint8Array | undefined,
    visit: (n: number) => boolean,
  ): boolean {
    let isStopped = false;
    const isAfter = after !== undefined && compareBytes(after, prefix) >= 0;
    this.#ordered.walk(isAfter ? after : prefix, isAfter, (n) => {
      if (!this.#records.keyBeginsWith(n, prefix)) return false;
      isStopped = !visit(n);
      return !isStopped;
    });
    return !isStopped;
  }

  /**
   * Visits, in order, all entries after the key `after`, tombstones included, until `visit` returns
   * `false`: for handing the whole state to another replica, part by part. `visit` must not write to
   * the store.
   *
   * @returns whether there were no more.
   */
  walk(after: Uint8Array | undefined, visit: (n: number) => boolean): boolean {
    return this.#ordered.walk(after ?? new Uint8Array(), after !== undefined, visit);
  }

  /** As `walk`, from the first entry whose key is not below `from`. */
  walkFrom(from: Uint8Array, visit: (n: number) => boolean): boolean {
    return this.#ordered.walk(from, false, visit);
  }

  // ---- an entry -----------------------------------------------------------------------------

  /** Whether an entry is no tombstone, and has not expired. */
  isShown(n: number): boolean {
    if (this.isDeleted(n)) return false;
    return !this.#records.expires(n) || this.#records.expiresAt(n) > this.#nowMs;
  }

  /** Whether an entry is a tombstone: its key was deleted. */
  isDeleted(n: number): boolean {
    return this.#records.valueLength(n) === tombstone;
  }

  /** Appends the key of an entry as a str. */
  writeKey(writer: MsgpackWriter, n: number): void {
    const start = this.#records.keyStart(n);
    writer.strBytes(this.#records.bytesAt(n), start, start + this.#records.keyLength(n));
  }

  /** Appends the value of an entry as the str or bin that it is, or nil for a tombstone. */
  writeValue(writer: MsgpackWriter, n: number): void {
    this.#values.write(writer, n);
  }

  /** The memory that holds the key of an entry: at `keyStart` up to `keyEnd`, `keyLength` bytes. */
  keyMemory(n: number): Uint8Array {
    return this.#records.bytesAt(n);
  }

  keyStart(n: number): number {
    return this.#records.keyStart(n);
  }

  keyEnd(n: number): number {
    return this.#records.keyStart(n) + this.#records.keyLength(n);
  }

  keyLength(n: number): number {
    return this.#records.keyLength(n);
  }

  /** Whether the key of an entry comes behind the key `key`. */
  isKeyBehind(n: number, key: Uint8Array): boolean {
    const start = this.#records.keyStart(n);
    const end = start + this.#records.keyLength(n);
    return compareBytes(this.#records.bytesAt(n).subarray(start, end), key) > 0;
  }

  /** Length of the value of an entry that has one. */
  valueLength(n: number): number {
    return this.#records.valueLength(n);
  }

  /** Appends the bytes of the value of an entry from `start` up to `end`, as they are. */
  appendValue(writer: MsgpackWriter, n: number, start: number, end: number): void {
    this.#values.append(writer, n, start, end);
  }

  /** The entry of a number that came from outside, be it a tombstone; `noEntry` when it is that of none. */
  entryOf(number: number): number {
    if (!this.#records.mayBeAt(number)) return noEntry;
    // What looks like a record there need not be one: the index knows.
    const start = this.#records.keyStart(number);
    const end = start + this.#records.keyLength(number);
    return this.find(this.#records.bytesAt(number), start, end) === number ? number : noEntry;
  }

  /** The counted entry that has so many of these before it, found in O(log n); `rank` is below `size`. */
  entryOfRank(rank: number): number {
    return this.#ordered.entryOfRank(rank);
  }

  /** Length of the key and value of an entry together. */
  bytesOf(n: number): number {
    const valueLength = this.#records.valueLength(n);
    return this.#records.keyLength(n) + (valueLength === tombstone ? 0 : valueLength);
  }

  /** Whether an entry bears any of the marks: bits of 11, which dirty sets share out. */
  isMarked(n: number, marks: number): boolean {
    return this.#records.isMarked(n, marks);
  }

  mark(n: number, marks: number): void {
    this.#records.mark(n, marks);
  }

  unmark(n: number, marks: number): void {
    this.#records.unmark(n, marks);
  }

  /** Appends an entry without its uid, as it travels between replicas. */
  writeEntry(writer: MsgpackWriter, n: number): void {
    this.writeKey(writer, n);
    this.writeValue(writer, n);
    writeExtras(writer, this.#records.counter(n), this.#records.expiresAt(n));
    writer.int(this.#records.timestamp(n));
    writer.int(this.#records.sequence(n));
  }

  /** The most bytes that `writeEntry` appends for an entry. */
  writtenBytesMax(n: number): number {
    return writtenBytesMax(this.bytesOf(n), this.#records.counter(n), this.#records.expiresAt(n));
  }

  timestampOf(n: number): number {
    return this.#records.timestamp(n);
  }

  sequenceOf(n: number): number {
    return this.#records.sequence(n);
  }

  /** The number of an entry's write among those of its actor, or `noCounter`. */
  counterOf(n: number): number {
    return this.#records.counter(n);
  }

  /** When an entry expires, milliseconds since the epoch, or `noExpiry`. */
  expiresAtOf(n: number): number {
    return this.#records.expiresAt(n);
  }

  /** Whether the value of an entry is a bin, and no str. */
  isBin(n: number): boolean {
    return this.#records.isBin(n);
  }

  /** The number of an entry's uid, valid as long as some entry bears that uid. */
  uidNumberOf(n: number): number {
    return this.#records.uid(n);
  }

  /** The uid of a number. */
  uid(number: number): string {
    return this.#uids.uid(number);
  }

  uidOf(n: number): string {
    return this.#uids.uid(this.#records.uid(n));
  }

  /** A copy of the key of an entry. */
  keyOf(n: number): Uint8Array {
    const start = this.#records.keyStart(n);
    return this.#records.bytesAt(n).slice(start, start + this.#records.keyLength(n));
  }

  /** A copy of the value of an entry; `null` for a tombstone. */
  valueOf(n: number): Uint8Array | null {
    return this.#values.copy(n);
  }

  /** Asserts that records, indexes, values and uids agree. For tests: O(n). @throws {Error} */
  assertInvariants(): void {
    const numbers: number[] = [];
    this.walk(undefined, (n) => numbers.push(n) > 0);
    const uses = new Map<number, number>();
    let size = 0;
    let shown = 0;
    let last: Uint8Array | undefined;
    for (const n of numbers) {
      const key = this.keyOf(n);
      assert(last === undefined || compareBytes(last, key) < 0, "keys are in order, each once");
      assert(this.find(key, 0, key.length) === n, "each key is found");
      uses.set(this.uidNumberOf(n), (uses.get(this.uidNumberOf(n)) ?? 0) + 1);
      if (this.#records.isCounted(n)) size++;
      if (this.isShown(n)) shown++;
      last = key;
    }
    assert(size === this.#size, "the size counts the entries that are shown");
    const isPast = this.passTime(this.#nowMs, 0);
    assert(
      !isPast || shown === size,
      "the counts are right when no time is left to be taken in",
    );
    assert(
      numbers.length === this.#entries,
      "all entries are counted, those that are not shown among them",
    );
    this.#ordered.assertInvariants();
    this.sums.assertInvariants();
    this.#index.assertInvariants(numbers);
    this.#records.assertInvariants(numbers);
    this.#values.assertInvariants(numbers);
    this.#uids.assertInvariants(uses);
  }

  /** Adds the key of an entry to a hash. */
  hashKey(n: number, hash: WideHash): void {
    const start = this.#records.keyStart(n);
    hash.bytes(this.#records.bytesAt(n), start, start + this.#records.keyLength(n));
  }

  /** The hash of an entry, the same on all replicas, valid until the next one. */
  hashOf(n: number): Uint32Array {
    return this.#hash.hash(n);
  }

  /** The order of an entry, valid until the next call; `undefined` for `noEntry`. */
  #orderOf(n: number): Order | undefined {
    if (n === noEntry) return undefined;
    this.#records.readTime(n, this.#held);
    this.#held.uid = this.uidOf(n);
    return this.#held;
  }

  /** As `#orderOf`, without the uid. */
  #timeOf(n: number): Pick<Order, "timestamp" | "sequence"> | undefined {
    if (n === noEntry) return undefined;
    this.#records.readTime(n, this.#held);
    return this.#held;
  }

  #create(
    bytes: Uint8Array,
    start: number,
    end: number,
    valueBytes: number,
    uid: string,
    isNext?: boolean,
  ): number {
    // First: when there is no memory for an index, nothing has changed.
    this.#index.reserve();
    this.#ordered.reserve();
    const n = this.#records.create(bytes, start, end, valueBytes);
    this.#records.setWrite(n, 0, 0, this.#uids.use(uid), noCounter, false, noExpiry, false);
    this.#index.add(n, isNext);
    this.#ordered.add(n, isNext);
    this.#entries++;
    return n;
  }

  #unclaimedReplaced(n: number): void {
    this.#records.unmark(n, unclaimedMark);
    this.onUnclaimedReplaced(this.uidOf(n), this.#records.counter(n));
  }

  /** Has the counts take an entry in, or leave it out. */
  #count(n: number, by: 1 | -1): void {
    this.#size += by;
    this.#ordered.count(n, by);
  }

  #set(
    n: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    order: Order,
    counter: number,
    isBin: boolean,
    expiresAt: number,
  ): void {
    const isStr = start !== noValue && !isBin && expiresAt === noExpiry;
    const uid = isStr ? this.#uids.numberOf(order.uid) : 0;
    if (isStr && this.#records.overwrite(n, order, uid, counter, bytes, start, end)) {
      return this.sums.changed(n);
    }
    const wasCounted = this.#records.isCounted(n);
    // First, because nothing may have changed when there is no room for the expiry or the value.
    if (expiresAt !== noExpiry) this.#records.expiries.reserve();
    this.#values.set(n, bytes, start, end);
    this.#setWrite(n, order, counter, isBin, expiresAt, wasCounted, start !== noValue);
  }

  /**
   * @param wasCounted whether the counts had the entry before anything of it was set
   * @param hasValue whether it has a value now
   */
  #setWrite(
    n: number,
    { timestamp, sequence, uid }: Order,
    counter: number,
    isBin: boolean,
    expiresAt: number,
    wasCounted: boolean,
    hasValue: boolean,
  ): void {
    if (this.#records.isMarked(n, unclaimedMark)) this.#unclaimedReplaced(n);
    const uidNumber = this.#uids.replace(this.#records.uid(n), uid);
    const hasExpired = expiresAt !== noExpiry && expiresAt <= this.#nowMs;
    this.#records
      .setWrite(n, timestamp, sequence, uidNumber, counter, isBin, expiresAt, hasExpired);
    const isCounted = hasValue && !hasExpired;
    if (wasCounted !== isCounted) this.#count(n, isCounted ? 1 : -1);
    if (!isCounted) this.#tombstoneQueue?.add(n);
    this.sums.changed(n);
  }
}

/** The least key behind all that begin with `prefix`; `undefined` when none is. */
function behind(prefix: Uint8Array): Uint8Array | undefined {
  let end = prefix.length;
  while (end > 0 && prefix[end - 1] === 0xff) end--;
  if (end === 0) return undefined;
  const key = prefix.slice(0, end);
  key[end - 1]++;
  return key;
}
