import { loadBTree } from "../deps.ts";
import type { MsgpackWriter } from "../rpc/mod.ts";
import { isLater, nextOrder, type Order } from "./order.ts";

const BTree = await loadBTree();

/** What a replica holds of one key. */
export class Entry implements Order {
  /**
   * @param key UTF-8 bytes, each as one character: so JavaScript's order of strings is the order
   * of the bytes, and `"__proto__"` is a key like others
   * @param value UTF-8 bytes; `null` is a tombstone
   */
  constructor(
    readonly key: string,
    readonly value: Uint8Array | null,
    readonly timestamp: number,
    readonly sequence: number,
    readonly uid: string,
  ) {}

  /** Length of key and value together. */
  get bytes(): number {
    return this.key.length + (this.value?.length ?? 0);
  }

  /** Appends the key as a str. */
  writeKey(writer: MsgpackWriter): void {
    writer.strHeader(this.key.length);
    writer.ensure(this.key.length);
    for (let i = 0; i < this.key.length; i++) {
      writer.bytes[writer.length + i] = this.key.charCodeAt(i);
    }
    writer.length += this.key.length;
  }

  /** Appends the value as a str, or nil for a tombstone. */
  writeValue(writer: MsgpackWriter): void {
    if (this.value === null) writer.nil();
    else writer.strBytes(this.value);
  }
}

/**
 * A replica: the last write of every key, found by key and in the order of the keys' bytes.
 *
 * Keys and values come and go as bytes; a key is `bytes[start..end)`, so that none needs to be
 * copied out of the message it came in. Values are kept as copies. A Get costs one look-up, a List
 * or Scan O(log n + result).
 */
export class Store {
  #entries = new Map<string, Entry>();
  /** The same entries in order. */
  #ordered = new BTree<string, Entry>(undefined, (a, b) => a < b ? -1 : a > b ? 1 : 0);
  #size = 0;

  /** Number of keys that have a value. */
  get size(): number {
    return this.#size;
  }

  /** The entry of a key that has a value. */
  get(bytes: Uint8Array, start: number, end: number): Entry | undefined {
    const entry = this.#entries.get(keyOf(bytes, start, end));
    return entry?.value === null ? undefined : entry;
  }

  /**
   * Takes a Put by the actor `uid`, which is later than whatever this replica holds of the key.
   *
   * @param key `bytes[keyStart..keyEnd)`
   * @param value copied, or `null` to leave a tombstone
   * @returns the new entry, to be merged into the other replicas
   */
  put(
    bytes: Uint8Array,
    keyStart: number,
    keyEnd: number,
    value: Uint8Array | null,
    nowMs: number,
    uid: string,
  ): Entry {
    const key = keyOf(bytes, keyStart, keyEnd);
    const order = nextOrder(this.#entries.get(key), nowMs, uid);
    const copy = value?.slice() ?? null;
    const entry = new Entry(key, copy, order.timestamp, order.sequence, order.uid);
    this.#set(entry);
    return entry;
  }

  /** Takes another replica's entry if it is later than what is held. @returns whether it was. */
  merge(entry: Entry): boolean {
    if (!isLater(entry, this.#entries.get(entry.key))) return false;
    this.#set(entry);
    return true;
  }

  /**
   * Visits, in order, the entries whose keys begin with `prefix` and come after the key `after`,
   * until `visit` returns `false`. `visit` must not write to the store.
   *
   * @returns whether there were no more.
   */
  scan(
    prefix: Uint8Array,
    after: Uint8Array | undefined,
    visit: (entry: Entry) => boolean,
  ): boolean {
    const prefixKey = keyOf(prefix, 0, prefix.length);
    const afterKey = after && keyOf(after, 0, after.length);
    const from = afterKey !== undefined && afterKey > prefixKey ? afterKey : prefixKey;
    for (const [key, entry] of this.#ordered.entries(from)) {
      if (!key.startsWith(prefixKey)) return true;
      if (key !== afterKey && entry.value !== null && !visit(entry)) return false;
    }
    return true;
  }

  /**
   * The entries behind the key `after`, in order, tombstones included: for handing the whole state
   * to another replica, part by part.
   */
  *entriesAfter(after?: string): Generator<Entry> {
    for (const [key, entry] of this.#ordered.entries(after)) if (key !== after) yield entry;
  }

  #set(entry: Entry): void {
    const held = this.#entries.get(entry.key);
    if (held !== undefined && held.value !== null) this.#size--;
    if (entry.value !== null) this.#size++;
    this.#entries.set(entry.key, entry);
    this.#ordered.set(entry.key, entry);
  }
}

/** The bytes of a key as characters, each of one byte. A key is short enough for one call. */
export function keyOf(bytes: Uint8Array, start: number, end: number): string {
  return String.fromCharCode.apply(null, bytes.subarray(start, end) as unknown as number[]);
}
