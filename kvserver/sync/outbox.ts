import type { Limits } from "../../limits.ts";
import { entryBytesMax, envelopeBytes } from "../entry/entry_batch.ts";
import { NumberQueue } from "../memory/number_queue.ts";
import { assert } from "../memory/assert.ts";
import type { Claim } from "../versions/claim.ts";
import { Claims } from "../versions/claims.ts";
import { type EntryPool, noPooled, type PoolUse } from "./entry_pool.ts";
import type { ForwardedBatch } from "./forwarded_batch.ts";
import { type OutgoingBatch, PooledBatch } from "./outgoing_batch.ts";

/** In place of an entry: the key keeps its place in the queue, but no entry of it is to be sent. */
const removed = 0xffffffff;

/** Bytes of a batch beside its entries and their uids, at the most. */
const countsBytes = 16;

/** Keys that a new outbox has room for. */
const firstKeys = 64;

/** Keys that an empty one has room for at the most. */
const keptKeys = 8 * 1024;

/**
 * The entries that one receiver is still to be sent, coalesced by key: of each key only the latest,
 * however often it was put since the last message.
 *
 * A batch that is forwarded to an empty outbox is kept whole, as the bytes that it came as, because
 * mostly it leaves before anything else is enqueued. Only then is it decoded.
 *
 * Claims wait behind the entries that they cover.
 */
export class Outbox {
  #pool: EntryPool;
  /** Bytes of the entries in a message. */
  #entriesBytesMax: number;
  /** The batch that is all there is in the outbox; absent: the entries are in the queue. */
  #whole: ForwardedBatch | undefined;
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

  /** @param pool holds the entries */
  constructor(pool: EntryPool, { syncMessageBytesMax }: Limits) {
    this.#pool = pool;
    this.#entriesBytesMax = syncMessageBytesMax - envelopeBytes;
  }

  /** Upper bound of the bytes that the entries take in messages. */
  get bytes(): number {
    return this.#bytes + (this.#whole?.bytes.length ?? 0);
  }

  /** Number of entries. */
  get size(): number {
    return this.#size + (this.#whole?.size ?? 0);
  }

  /** Whether what waits is one batch as it came: anything more has its entries decoded. */
  get isWhole(): boolean {
    return this.#whole !== undefined;
  }

  /** Whether the last message took all that may leave now: what is left is to wait longer. */
  get isExhausted(): boolean {
    return this.#isExhausted;
  }

  /** Whether claims may leave now. */
  get hasClaims(): boolean {
    return this.#claims.isDue;
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
    return envelopeBytes + Math.max(entriesBytes, this.#whole?.bytes.length ?? this.#firstBytes);
  }

  /** Enqueues an entry, unless a later one of its key is queued. */
  enqueue(n: number): void {
    this.#decodeWhole();
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
    if (this.size > 0 || !batch.isWorthKeeping) return this.#enqueueEach(batch);
    this.#whole = batch;
    this.#claims.pushed();
    batch.hold();
  }

  /** Removes the entry of the same key unless it is later than `n`, because the receiver has `n`. */
  remove(n: number): void {
    this.#decodeWhole();
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
    const whole = this.#whole;
    const isInTime = timestampMax === Infinity || (whole?.latest ?? 0) <= timestampMax;
    const fits = (whole?.bytes.length ?? 0) <= bytesMax + countsBytes;
    if (whole !== undefined && fits && isInTime) {
      this.#whole = undefined;
      this.#claims.left();
      this.#isExhausted = this.#size === 0;
      return whole;
    }
    this.#decodeWhole();
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

  /** A batch without entries. */
  takeNone(): OutgoingBatch {
    return new PooledBatch(this.#pool, 0);
  }

  /** The entries, which stay in the outbox. */
  values(): Iterable<number> {
    this.#decodeWhole();
    return this.#queued();
  }

  /** Removes everything. */
  clear(): void {
    this.#whole?.release();
    this.#whole = undefined;
    for (let key = this.#queue.first; key !== undefined; key = this.#queue.first) {
      const n = this.#entryOf(key);
      if (n !== noPooled) this.#drop(n);
      this.#removeFirst(key);
    }
    this.#claims.clear();
    this.#entries = new Uint32Array(firstKeys);
  }

  /** Enqueues each entry of the batch that was kept whole. */
  #decodeWhole(): void {
    const whole = this.#whole;
    if (whole === undefined) return;
    this.#whole = undefined;
    this.#claims.left();
    this.#enqueueEach(whole);
    // They cover all of its entries.
    this.#claims.putBack([]);
    whole.release();
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
    for (const n of this.#whole?.pooled ?? []) use.entries.add(n);
    for (const key of this.#queue) use.keys.add(key);
  }

  /** @throws {Error} when an invariant does not hold. */
  assertInvariants(): void {
    const entries = [...this.#queued()];
    const queue = [...this.#queue];
    const keys = new Set(queue);
    assert(this.#whole === undefined || entries.length === 0, "a whole batch is all there is");
    assert(entries.length === this.#size, "an outbox counts its entries");
    const bytes = entries.reduce((sum, n) => sum + entryBytesMax(this.#pool, n), 0);
    assert(bytes === this.#bytes, "an outbox counts its bytes");
    assert(keys.size === queue.length, "a key is in the queue once");
    assert(
      keys.size > 0 || this.#entries.length <= keptKeys,
      "an empty outbox has room for few keys",
    );
    for (const [key, n] of this.#entries.entries()) {
      assert(
        keys.has(key) === (n !== noPooled),
        "the queue holds the keys that have a place in it",
      );
      if (this.#entryOf(key) === noPooled) continue;
      assert(this.#pool.keyOf(n) === key, "an entry is queued under its key");
    }
  }
}
