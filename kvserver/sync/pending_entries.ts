import { syncMessageBytesMax } from "../../limits.ts";
import { entryBytesMax, envelopeBytes } from "../entry_batch.ts";
import { NumberQueue } from "../number_queue.ts";
import { type EntryPool, noPooled } from "./entry_pool.ts";
import { type LeavingEntries, PooledBatch } from "./leaving_entries.ts";
import type { PassedMessage } from "./passed_message.ts";

/** In place of an entry: its key is in the queue, but nothing of it is owed any more. */
const forgotten = 0xffffffff;

/** Keys that there is room for at first, and again after many were owed. */
const firstKeys = 64;

/**
 * The entries that one receiver is owed, coalesced: of each key only the newest, however often it
 * was put since the last message.
 *
 * A message that comes while nothing is owed is not looked into until another entry is owed as well:
 * mostly it leaves before that, as it came.
 */
export class PendingEntries {
  #pool: EntryPool;
  /** What is owed is this message, and nothing else. */
  #whole: PassedMessage | undefined;
  /** By key: the entry that is owed, `forgotten`, or `noPooled` when the key is not in the queue. */
  #entries = new Uint32Array(firstKeys);
  /** Keys, in the order in which they came to be owed. */
  #queue = new NumberQueue();
  #size = 0;
  #bytes = 0;

  /** @param pool where the entries are */
  constructor(pool: EntryPool) {
    this.#pool = pool;
  }

  /** Bound of what they take in messages. */
  get bytes(): number {
    return this.#bytes + (this.#whole?.bytes.length ?? 0);
  }

  /** Number of entries. */
  get size(): number {
    return this.#size + (this.#whole?.size ?? 0);
  }

  /** Bound of what the next message with some of them takes. */
  get messageBytes(): number {
    return envelopeBytes +
      Math.max(syncMessageBytesMax, this.#whole?.bytes.length ?? this.#firstBytes);
  }

  /** Owes an entry, unless a later one of its key is owed already. */
  add(n: number): void {
    this.#lookInto();
    const key = this.#pool.keyOf(n);
    const held = this.#entryOf(key);
    if (held === noPooled) {
      if (key >= this.#entries.length) this.#grow(key);
      if (this.#entries[key] === noPooled) {
        this.#queue.push(key);
        this.#pool.useKey(key);
      }
    } else {
      // In place: a key that is put again and again neither overtakes the others nor falls behind.
      if (!this.#pool.isLater(n, held)) return;
      this.#drop(held);
    }
    this.#pool.use(n);
    this.#entries[key] = n;
    this.#size++;
    this.#bytes += entryBytesMax(this.#pool, n);
  }

  /** Owes the entries of a message. */
  addMessage(message: PassedMessage): void {
    if (message.size === 0) return;
    if (this.size > 0 || !message.isWorthKeeping) return this.#addAll(message);
    this.#whole = message;
    message.hold();
  }

  /** Owes an entry of a key no longer, nor an earlier one: the receiver has this one. */
  forget(n: number): void {
    this.#lookInto();
    const key = this.#pool.keyOf(n);
    const held = this.#entryOf(key);
    if (held === noPooled || this.#pool.isLater(held, n)) return;
    this.#entries[key] = forgotten;
    this.#drop(held);
  }

  /**
   * Owes none of the entries of a message that the receiver has: but for those of a message that was
   * not looked into, which does no harm.
   */
  forgetAll(message: PassedMessage): void {
    if (this.#size === 0) return;
    for (const n of message.numbers) this.forget(n);
  }

  /**
   * Takes out, oldest first, as many as a message may hold: at least one, if there is one. The caller
   * releases them when they have left for good.
   */
  take(bytesMax = syncMessageBytesMax): LeavingEntries {
    const whole = this.#whole;
    if (whole !== undefined && whole.bytes.length <= bytesMax) {
      this.#whole = undefined;
      return whole;
    }
    this.#lookInto();
    const batch = new PooledBatch(this.#pool, bytesMax);
    for (let key = this.#queue.first; key !== undefined; key = this.#queue.first) {
      const n = this.#entryOf(key);
      if (n !== noPooled) {
        if (!batch.add(n)) break;
        this.#size--;
        this.#bytes -= entryBytesMax(this.#pool, n);
      }
      this.#removeFirst(key);
    }
    return batch;
  }

  /** All of them, which stay owed. */
  *values(): Iterable<number> {
    this.#lookInto();
    for (const key of this.#queue) {
      const n = this.#entryOf(key);
      if (n !== noPooled) yield n;
    }
  }

  /** Owes nothing any more. */
  clear(): void {
    this.#whole?.release();
    this.#whole = undefined;
    for (let key = this.#queue.first; key !== undefined; key = this.#queue.first) {
      const n = this.#entryOf(key);
      if (n !== noPooled) this.#drop(n);
      this.#removeFirst(key);
    }
    this.#entries = new Uint32Array(firstKeys);
  }

  /** Owes the entries of the message that was kept as it came each by itself. */
  #lookInto(): void {
    const whole = this.#whole;
    if (whole === undefined) return;
    this.#whole = undefined;
    this.#addAll(whole);
    whole.release();
  }

  #addAll(message: PassedMessage): void {
    for (const n of message.numbers) this.add(n);
  }

  /** What the first entry takes in a message. */
  get #firstBytes(): number {
    const [n] = this.values();
    if (n === undefined) return 0;
    return entryBytesMax(this.#pool, n) + this.#pool.uidOf(n).length;
  }

  /** The entry of a key that is owed, or `noPooled`. */
  #entryOf(key: number): number {
    const n = key < this.#entries.length ? this.#entries[key] : noPooled;
    return n === forgotten ? noPooled : n;
  }

  #drop(n: number): void {
    this.#size--;
    this.#bytes -= entryBytesMax(this.#pool, n);
    this.#pool.release(n);
  }

  #removeFirst(key: number): void {
    this.#entries[key] = noPooled;
    this.#queue.shift();
    this.#pool.releaseKey(key);
  }

  #grow(key: number): void {
    let length = this.#entries.length;
    while (length <= key) length *= 2;
    const entries = new Uint32Array(length);
    entries.set(this.#entries);
    this.#entries = entries;
  }
}
