import { charsOf } from "../../../simulate/cluster/chars.ts";
import { type EntryBytes, noCounter, noExpiry, noValue } from "../../../kvserver/entry/entry.ts";
import { EntryReader } from "../../../kvserver/entry/entry_reader.ts";
import type { Order } from "../../../kvserver/entry/order.ts";
import { noEntry, type Store } from "../../../kvserver/store/mod.ts";
import { mismatch, MsgpackReader, MsgpackWriter } from "../../../rpc/mod.ts";

/**
 * A store as the tests speak to it. Keys and values are bytes as characters ("latin 1"), so that any
 * bytes can be written down, and in JavaScript's order of strings they are in the order of bytes.
 *
 * @module
 */

/** The UTF-8 bytes of a text, as characters. */
export function utf8Chars(text: string): string {
  return charsOf(new TextEncoder().encode(text));
}

/** Characters as bytes. */
export function bytesOf(chars: string): Uint8Array {
  const bytes = new Uint8Array(chars.length);
  for (let i = 0; i < chars.length; i++) bytes[i] = chars.charCodeAt(i);
  return bytes;
}

/** An entry in the middle of other bytes. */
export function entryBytes(
  key: string,
  value: string | null,
  order: Order & EntryExtras,
): EntryBytes {
  const valueStart = value === null ? noValue : 2 + key.length;
  return {
    bytes: bytesOf(`<${key}=${value ?? ""}>`),
    keyStart: 1,
    keyEnd: 1 + key.length,
    valueStart,
    valueEnd: value === null ? noValue : valueStart + value.length,
    isBin: false,
    counter: noCounter,
    expiresAt: noExpiry,
    ...order,
  };
}

/** What few entries have. */
export interface EntryExtras {
  isBin?: boolean;
  counter?: number;
  expiresAt?: number;
}

/** An entry, its key and value as characters. */
export interface TextEntry extends Order, EntryExtras {
  key: string;
  value: string | null;
}

/** A message of entries, by hand. @param uids that it lists; default: each of the entries', once */
export function messageOf(
  entries: readonly TextEntry[],
  uids = [...new Set(entries.map(({ uid }) => uid))],
): Uint8Array {
  const writer = new MsgpackWriter();
  writer.arrayHeader(uids.length);
  for (const uid of uids) writer.str(uid);
  writer.int(entries.length);
  for (const entry of entries) {
    const { key, value, timestamp, sequence, uid, counter, expiresAt } = entry;
    writer.strBytes(bytesOf(key));
    if (value === null) writer.nil();
    else if (entry.isBin) writer.bin(bytesOf(value));
    else writer.strBytes(bytesOf(value));
    if (expiresAt !== undefined) {
      writer.arrayHeader(2);
      writer.int(counter ?? 0);
      writer.int(expiresAt);
    } else if (counter !== undefined) {
      writer.arrayHeader(1);
      writer.int(counter);
    }
    for (const number of [timestamp, sequence, uids.indexOf(uid)]) writer.int(number);
  }
  return writer.written();
}

/** The entries of a message. */
export function entriesOf(message: Uint8Array): TextEntry[] {
  const entries: TextEntry[] = [];
  const reader = new EntryReader(message);
  while (reader.next()) {
    const { bytes, keyStart, keyEnd, valueStart, valueEnd, timestamp, sequence, uid } = reader;
    const key = charsOf(bytes.subarray(keyStart, keyEnd));
    const value = valueStart === noValue ? null : charsOf(bytes.subarray(valueStart, valueEnd));
    const entry: TextEntry = { key, value, timestamp, sequence, uid };
    if (reader.isBin) entry.isBin = true;
    if (reader.counter !== noCounter) entry.counter = reader.counter;
    if (reader.expiresAt !== noExpiry) entry.expiresAt = reader.expiresAt;
    entries.push(entry);
  }
  return entries;
}

/** Removes the entry of a key, which is ASCII. */
export function remove(store: Store, key: string): void {
  store.remove(store.find(bytesOf(key), 0, key.length));
}

/** Puts. @returns the entry's number. */
export function put(
  store: Store,
  key: string,
  value: string | null,
  nowMs = 1,
  uid = "a:1/00/1",
): number {
  const { bytes, keyStart, keyEnd, valueStart, valueEnd } = entryBytes(key, value, noOrder);
  return store.put(bytes, keyStart, keyEnd, valueStart, valueEnd, nowMs, uid);
}

const noOrder = { timestamp: 0, sequence: 0, uid: "" };

/** Gets; `null` when there is none. */
export function get(store: Store, key: string): string | null {
  const bytes = bytesOf(`<${key}>`);
  const n = store.get(bytes, 1, bytes.length - 1);
  return n === noEntry ? null : valueOf(store, n);
}

/** Puts what expires. @returns the entry's number. */
export function putExpiring(
  store: Store,
  key: string,
  value: string,
  expiresAt: number,
  nowMs = 1,
  uid = "a:1/00/1",
): number {
  const { bytes, keyStart, keyEnd, valueStart, valueEnd } = entryBytes(key, value, noOrder);
  return store.put(
    bytes,
    keyStart,
    keyEnd,
    valueStart,
    valueEnd,
    nowMs,
    uid,
    noCounter,
    false,
    expiresAt,
  );
}

/** The key that an entry writes. */
export function keyOf(store: Store, n: number): string {
  const writer = new MsgpackWriter();
  store.writeKey(writer, n);
  return strIn(writer)!;
}

/** The value that an entry writes; `null` for a tombstone. */
export function valueOf(store: Store, n: number): string | null {
  const writer = new MsgpackWriter();
  store.writeValue(writer, n);
  return strIn(writer);
}

/** The order of what is held of an entry. */
export function orderOf(store: Store, n: number): Order {
  return {
    timestamp: store.timestampOf(n),
    sequence: store.sequenceOf(n),
    uid: store.uidOf(n),
  };
}

function strIn(writer: MsgpackWriter): string | null {
  const reader = new MsgpackReader(writer.written());
  if (reader.nil()) return null;
  const strLength = reader.strHeader();
  const length = strLength === mismatch ? reader.binHeader() : strLength;
  return charsOf(reader.bytes.subarray(reader.at, reader.at + length));
}

/** The keys of a scan that is stopped at the entry behind `limit`, and what it says of the rest. */
export function scan(
  store: Store,
  prefix: string,
  after?: string,
  limit = Infinity,
): [keys: string[], done: boolean] {
  const keys: string[] = [];
  const done = store.scan(
    bytesOf(prefix),
    after === undefined ? undefined : bytesOf(after),
    (n) => {
      if (keys.length === limit) return false;
      keys.push(keyOf(store, n));
      return true;
    },
  );
  return [keys, done];
}

/** Everything in a map, and sorted for each scan. */
export class DumbStore {
  held = new Map<string, { value: string | null; order: Order }>();

  take(key: string, value: string | null, order: Order): void {
    this.held.set(key, { value, order });
  }

  get(key: string): string | null {
    return this.held.get(key)?.value ?? null;
  }

  keys(): string[] {
    return [...this.held.keys()].filter((key) => this.get(key) !== null).sort();
  }

  scan(prefix: string, after: string | undefined): string[] {
    return this.keys().filter((key) =>
      key.startsWith(prefix) && (after === undefined || key > after)
    );
  }

  /** Bytes of keys and values. */
  get bytes(): number {
    let sum = 0;
    for (const [key, { value }] of this.held) sum += key.length + (value?.length ?? 0);
    return sum;
  }
}
