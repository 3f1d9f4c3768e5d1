import type { Limits } from "../../limits.ts";
import { countsBytes, entryBytesMax, envelopeBytes } from "../entry/entry_batch.ts";
import { NumberQueue } from "../memory/number_queue.ts";
import { assert } from "../memory/assert.ts";
import type { Claim } from "../versions/claim.ts";
import { Claims } from "../versions/claims.ts";
import { type EntryPool, noPooled, type PoolUse } from "./entry_pool.ts";
import type { ForwardedBatch } from "./forwarded_batch.ts";
import { JoinedBatch } from "./joined_batch.ts";
import { type OutgoingBatch, PooledBatch } from "./outgoing_batch.ts";

/** In place of an entry: the key keeps its place in the queue, but no entry of it is to be sent. */
const removed = 0xffffffff;

/** Keys that a new outbox has room for. */
const firstKeys = 64;

/** Keys that an empty one has room for at the most. */
const keptKeys = 8 * 1024;

/**
 * The entries that one receiver is still to be sent, coalesced by key: of each key only the latest,
 * however often it was put since the last message.
 *
 * A batch that is forwarded to an empty outbox is kept whole, as the bytes that it came as, because
 * mostly it leaves before anything else is enqueued; and so are those behind it that fit into one message
 * with it, if the receiver takes several. Otherwise they are decoded.
 *
 * Claims wait behind the entries that they cover.
 */
export class Outbox {
  #pool: EntryPool;
  /** Bytes of the entries in a message. */
  #entriesBytesMax: number;
  /** The batches that are all there is in the outbox, in their order; none: the entries are in the queue. */
  #wholes: ForwardedBatch[] = [];
  /** Bytes of those that are kept behind the first one. */
  #wholeBytesMax: number;
  /** By key: the entry to send, `removed`, or `noPooled` when the key is not in the queue. */
  #entries = new Uint32Array(firstKeys);
  /** Keys, in the order in which they were enqueued. */
  #queue = new NumberQueue();
  /** What may be claimed to the receiver once the entries have left that are enqueued now. */
  #claims = new Claims();
  /** Number of entries in the queue. */
  #size = 0;
  /** Whether all that was left by the last take is to wait longer. */
  #isExhausted = true;
  /** Upper bound of the bytes that the entries in the queue take in messages. */
  #bytes = 0;

  /**
   * @param pool holds the entries
   * @param wholeBytesMax of batches in one message, if the receiver takes several
   */
  constructor(pool: EntryPool, { syncMessageBytesMax }: Limits, wholeBytesMax = 0) {
    this.#pool = pool;
    this.#wholeBytesMax = wholeBytesMax;
    this.#entriesBytesMax = syncMessageBytesMax - envelopeBytes;
  }

  /** Upper bound of the bytes that the entries take in messages. */
  get bytes(): number {
    return this.#bytes + this.#wholeBytes;
  }

  /** Number of entries. */
  get size(): number {
    return this.#wholes.reduce((sum, { size }) => sum + size, this.#size);
  }

  /** Whether what waits are batches as they came. */
  get isWhole(): boolean {
    return this.#wholes.length > 0;
  }

  get #wholeBytes(): number {
    return this.#wholes.reduce((sum, { bytes }) => sum + bytes.length, 0);
  }

  /** Whether the last message took all that may leave now: what is left is to wait longer. */
  get isExhausted(): boolean {
    return this.#isExhausted;
  }

  /** Whether claims may leave now. */
  get hasClaims(): boolean {
    return this.#claims.isDue;
  }

  /** Memory that claims take, about. */
  get claimBytes(): number {
    return this.#claims.byteLength;
  }

  /** Adds claims behind all entries that are enqueued now. */
  claim(claims: Iterable<Claim>): void {
    for (const claim of claims) this.#claims.add(claim);
  }

  /** Takes out the claims that may leave: with the entries that were taken, or later. */
  takeClaims(): Claim[] {
    return this.#claims.take();
  }

  /** Puts claims back whose entries may be lost, and are enqueued again. */
  putClaimsBack(claims: readonly Claim[]): void {
    this.#claims.putBack(claims);
  }

  /** Upper bound of the bytes of the next message, if its entries have `entriesBytes`. */
  messageBytes(entriesBytes = this.#entriesBytesMax): number {
    const firstBytes = this.isWhole ? this.#wholes[0].bytes.length : this.#firstBytes;
    return envelopeBytes + Math.max(entriesBytes, firstBytes);
  }

  /** Enqueues an entry, unless a later one of its key is queued. */
  enqueue(n: number): void {
    this.#decodeWholes();
    const key = this.#pool.keyOf(n);
    const queued = this.#entryOf(key);
    if (queued === noPooled) {
      if (key >= this.#entries.length) this.#grow(key);
      if (this.#entries[key] === noPooled) {
        this.#queue.push(key);
        this.#claims.pushed();
        this.#pool.useKey(key);
      }
    } else {
      // In place: a key that is put again and again neither overtakes the others nor falls behind.
      if (!this.#pool.isLater(n, queued)) return;
      this.#drop(queued);
    }
    this.#pool.use(n);
    this.#entries[key] = n;
    this.#size++;
    this.#bytes += entryBytesMax(this.#pool, n);
  }

  /** Enqueues the entries of a batch. */
  enqueueBatch(batch: ForwardedBatch): void {
    if (batch.size === 0) return;
    if (!this.#keepsWhole(batch)) return this.#enqueueEach(batch);
    this.#wholes.push(batch);
    this.#claims.pushed();
    batch.hold();
  }

  #keepsWhole(batch: ForwardedBatch): boolean {
    if (this.#size > 0 || !batch.isWorthKeeping) return false;
    return !this.isWhole || this.#wholeBytes + batch.bytes.length <= this.#wholeBytesMax;
  }

  /** Removes the entry of the same key unless it is later than `n`, because the receiver has `n`. */
  remove(n: number): void {
    this.#decodeWholes();
    const key = this.#pool.keyOf(n);
    const queued = this.#entryOf(key);
    if (queued === noPooled || this.#pool.isLater(queued, n)) return;
    this.#entries[key] = removed;
    this.#drop(queued);
    // Claims wait for places, also for those that nothing is left of.
    while (this.#size === 0 && this.#queue.first !== undefined) {
      this.#removeFirst(this.#queue.first);
    }
    this.#shrink();
  }

  /**
   * Removes the entries of a batch that the receiver has. A batch that is kept whole is not decoded
   * for that, because an entry that the receiver is sent back costs it less.
   */
  removeBatch(batch: ForwardedBatch): void {
    if (this.#size === 0) return;
    for (const n of batch.numbers) this.remove(n);
  }

  /**
   * Takes the next message's entries out, first in, first out: as many as fit, and at least one if
   * there is one. The caller releases them once they cannot be lost any more.
   *
   * @param bytesMax of the entries, unless a single one is longer
   * @param timestampMax later entries go on waiting
   */
  take(bytesMax = this.#entriesBytesMax, timestampMax = Infinity): OutgoingBatch {
    if (
      this.isWhole && this.#areInTime(timestampMax) && this.#wholeBytes <= bytesMax + countsBytes
    ) {
      return this.#takeWholes();
    }
    this.#decodeWholes();
    const batch = new PooledBatch(this.#pool, bytesMax + envelopeBytes);
    const postponed: number[] = [];
    for (let key = this.#queue.first; key !== undefined; key = this.#queue.first) {
      const n = this.#entryOf(key);
      if (n !== noPooled) {
        if (this.#pool.timestampOf(n) > timestampMax) {
          this.#queue.shift();
          this.#claims.left();
          postponed.push(key);
          continue;
        }
        if (!batch.add(n)) break;
        this.#size--;
        this.#bytes -= entryBytesMax(this.#pool, n);
      }
      this.#removeFirst(key);
    }
    this.#isExhausted = this.#queue.first === undefined;
    for (const key of postponed) {
      this.#queue.push(key);
      this.#claims.pushed();
    }
    // They cover what is postponed too.
    if (postponed.length > 0) this.#claims.putBack([]);
    this.#shrink();
    return batch;
  }

  #areInTime(timestampMax: number): boolean {
    return timestampMax === Infinity || this.#wholes.every(({ latest }) => latest <= timestampMax);
  }

  #takeWholes(): OutgoingBatch {
    const wholes = this.#wholes.splice(0);
    for (const _ of wholes) this.#claims.left();
    this.#isExhausted = true;
    return wholes.length === 1 ? wholes[0] : new JoinedBatch(wholes);
  }

  /** A batch without entries. */
  takeNone(): OutgoingBatch {
    return new PooledBatch(this.#pool, 0);
  }

  /** The entries, which stay in the outbox. */
  values(): Iterable<number> {
    this.#decodeWholes();
    return this.#queued();
  }

  /** Removes everything. */
  clear(): void {
    for (const whole of this.#wholes.splice(0)) whole.release();
    for (let key = this.#queue.first; key !== undefined; key = this.#queue.first) {
      const n = this.#entryOf(key);
      if (n !== noPooled) this.#drop(n);
      this.#removeFirst(key);
    }
    this.#claims.clear();
    this.#entries = new Uint32Array(firstKeys);
  }

  /** Enqueues each entry of the batches that were kept whole. */
  #decodeWholes(): void {
    if (!this.isWhole) return;
    for (const whole of this.#wholes.splice(0)) {
      this.#claims.left();
      this.#enqueueEach(whole);
      whole.release();
    }
    // They cover all of their entries.
    this.#claims.putBack([]);
  }

  #enqueueEach(batch: ForwardedBatch): void {
    for (const n of batch.numbers) this.enqueue(n);
  }

  /** The entries in the queue, in its order. */
  *#queued(): Iterable<number> {
    for (const key of this.#queue) {
      const n = this.#entryOf(key);
      if (n !== noPooled) yield n;
    }
  }

  /** Upper bound of the bytes that the first entry of the queue takes in a message. */
  get #firstBytes(): number {
    for (const n of this.#queued()) {
      return entryBytesMax(this.#pool, n) + this.#pool.uidOf(n).length;
    }
    return 0;
  }

  /** The entry of a key that is queued, or `noPooled`. */
  #entryOf(key: number): number {
    const n = key < this.#entries.length ? this.#entries[key] : noPooled;
    return n === removed ? noPooled : n;
  }

  #drop(n: number): void {
    this.#size--;
    this.#bytes -= entryBytesMax(this.#pool, n);
    this.#pool.release(n);
  }

  #removeFirst(key: number): void {
    this.#entries[key] = noPooled;
    this.#queue.shift();
    this.#claims.left();
    this.#pool.releaseKey(key);
  }

  /** Gives back the room that many keys took, when none is left. */
  #shrink(): void {
    const isEmpty = this.#queue.first === undefined;
    if (isEmpty && this.#entries.length > keptKeys) this.#entries = new Uint32Array(firstKeys);
  }

  #grow(key: number): void {
    let length = this.#entries.length;
    while (length <= key) length *= 2;
    const entries = new Uint32Array(length);
    entries.set(this.#entries);
    this.#entries = entries;
  }

  /** Adds what the outbox keeps in the pool. */
  addTo(use: PoolUse): void {
    for (const n of this.#queued()) use.entries.add(n);
    for (const { pooled } of this.#wholes) for (const n of pooled) use.entries.add(n);
    for (const key of this.#queue) use.keys.add(key);
  }

  /** @throws {Error} when an invariant does not hold. */
  assertInvariants(): void {
    const entries = [...this.#queued()];
    const queue = [...this.#queue];
    const keys = new Set(queue);
    assert(!this.isWhole || entries.length === 0, "whole batches are all there is");
    assert(entries.length === this.#size, "an outbox counts its entries");
    const bytes = entries.reduce((sum, n) => sum + entryBytesMax(this.#pool, n), 0);
    assert(bytes === this.#bytes, "an outbox counts its bytes");
    assert(keys.size === queue.length, "a key is in the queue once");
    assert(
      keys.size > 0 || this.#entries.length <= keptKeys,
      "an empty outbox has room for few keys",
    );
    let places = 0;
    for (let key = 0; key < this.#entries.length; key++) {
      const n = this.#entries[key];
      if (n === noPooled) continue;
      places++;
      assert(keys.has(key), "the queue holds the keys that have a place in it");
      if (n === removed) continue;
      assert(this.#pool.keyOf(n) === key, "an entry is queued under its key");
    }
    assert(places === keys.size, "the keys in the queue have a place");
  }
}
