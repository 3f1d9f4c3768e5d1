import { syncMessageBytesMax } from "../limits.ts";
import { entryBytesBound } from "./entry_codec.ts";
import { isLater } from "./order.ts";
import type { Entry } from "./entry.ts";

/** Room that a message needs beside its entries. */
const envelopeBytes = 32 * 1024;

/**
 * The entries that one receiver is owed, coalesced: of each key only the newest, however often it
 * was put since the last message.
 */
export class PendingEntries {
  #entries = new Map<string, Entry>();

  #bytes = 0;

  /** Bound of what they take in messages. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Number of keys. */
  get size(): number {
    return this.#entries.size;
  }

  /** Bound of what the next message with some of them takes. */
  get messageBytes(): number {
    const [oldest] = this.#entries.values();
    const bytes = oldest === undefined ? 0 : entryBytesBound(oldest) + oldest.uid.length;
    return envelopeBytes + Math.max(syncMessageBytesMax, bytes);
  }

  /** Owes an entry, unless a later one of its key is owed already. */
  add(entry: Entry): void {
    const held = this.#entries.get(entry.key);
    if (!isLater(entry, held)) return;
    // In place: a key that is put again and again neither overtakes the others nor falls behind.
    if (held !== undefined) this.#bytes -= entryBytesBound(held);
    this.#entries.set(entry.key, entry);
    this.#bytes += entryBytesBound(entry);
  }

  /** Owes an entry of a key no longer, nor an earlier one: the receiver has this one. */
  forget(entry: Entry): void {
    const held = this.#entries.get(entry.key);
    if (held !== undefined && !isLater(held, entry)) this.#delete(held);
  }

  /** Takes out, oldest first, as many as a message may hold: at least one, if there is one. */
  take(bytesMax = syncMessageBytesMax): Entry[] {
    const taken: Entry[] = [];
    const uids = new Set<string>();
    let bytes = envelopeBytes;
    for (const entry of this.#entries.values()) {
      bytes += entryBytesBound(entry) + (uids.has(entry.uid) ? 0 : entry.uid.length + 5);
      if (bytes > bytesMax && taken.length > 0) break;
      uids.add(entry.uid);
      taken.push(entry);
      this.#delete(entry);
    }
    return taken;
  }

  /** All of them, which stay owed. */
  values(): Iterable<Entry> {
    return this.#entries.values();
  }

  /** Owes nothing any more. */
  clear(): void {
    this.#entries.clear();
    this.#bytes = 0;
  }

  #delete(entry: Entry): void {
    this.#entries.delete(entry.key);
    this.#bytes -= entryBytesBound(entry);
  }
}
