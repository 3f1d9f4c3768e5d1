import { MsgpackReader, MsgpackWriter, notThis } from "../rpc/mod.ts";
import { Entry, keyOf } from "./entry.ts";

/**
 * Entries as bytes in a message between replicas: the uids they name, then key, value, timestamp,
 * sequence and the uid's number of each, one behind the other.
 */
export function encodeEntries(entries: readonly Entry[]): Uint8Array {
  const numbers = new Map<string, number>();
  for (const { uid } of entries) if (!numbers.has(uid)) numbers.set(uid, numbers.size);
  const writer = new MsgpackWriter(64 * entries.length + 64);
  writer.arrayHeader(numbers.size);
  for (const uid of numbers.keys()) writer.str(uid);
  writer.int(entries.length);
  for (const entry of entries) {
    entry.writeKey(writer);
    entry.writeValue(writer);
    writer.int(entry.timestamp);
    writer.int(entry.sequence);
    writer.int(numbers.get(entry.uid)!);
  }
  return writer.written();
}

/** The most bytes that an entry takes in a message, its uid aside. */
export function entryBytesBound(entry: Entry): number {
  return entry.bytes + 5 + 5 + 9 + 5 + 5;
}

/**
 * The entries that `bytes` hold. Their values are copies: one small entry that waits somewhere must
 * not keep a whole message.
 *
 * @throws {TypeError | MsgpackError} when they hold none: another system's bug.
 */
export function decodeEntries(bytes: Uint8Array): Entry[] {
  const reader = new MsgpackReader(bytes);
  const uids = Array.from({ length: expectCount(reader.arrayHeader(), reader) }, () => {
    const uid = reader.str();
    if (uid === undefined) throw malformed();
    return uid;
  });
  return Array.from({ length: expectCount(reader.uint(), reader) }, () => {
    const keyBytes = expect(reader.strHeader());
    const key = keyOf(bytes, reader.at, reader.at += keyBytes);
    const value = readValueBytes(reader);
    const timestamp = expect(reader.uint());
    const sequence = expect(reader.uint());
    const uid = uids[expect(reader.uint())];
    if (uid === undefined) throw malformed();
    return new Entry(key, value, timestamp, sequence, uid);
  });
}

function readValueBytes(reader: MsgpackReader): Uint8Array | null {
  if (reader.nil()) return null;
  const valueBytes = expect(reader.strHeader());
  return reader.bytes.slice(reader.at, reader.at += valueBytes);
}

function expect(value: number): number {
  if (value === notThis) throw malformed();
  return value;
}

/** As many elements cannot be there as there are no bytes for. */
function expectCount(count: number, reader: MsgpackReader): number {
  if (expect(count) > reader.end - reader.at) throw malformed();
  return count;
}

function malformed(): TypeError {
  return new TypeError("Cannot read entries: found something else in a message between replicas");
}
