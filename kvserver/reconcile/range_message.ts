/**
 * The messages of a comparison. Ranges cover all keys, in their order, and each says what its sender holds
 * in it:
 *
 *     salt (8 bytes), then of each range
 *       form     uint: 0 when the range has no upper bound, else 1 + the bytes of the bound's rest; times 4,
 *                and the kind
 *       common   uint, with a bound: so many bytes of the bound before begin it
 *       rest     the other bytes of the bound
 *     and by the kind
 *       0 equal    nothing is to be said of it
 *       1 sum      the fingerprint (8 bytes) of all entries in it
 *       2 list     their number (uint), and of each its key's and its own fingerprint (4 bytes each)
 *       3 answer   to a list: the number of keys whose entries are wanted (uint), their fingerprints
 *                  (4 bytes each); the number of keys that both hold (uint), and of each its fingerprint
 *                  (4 bytes) and the write that the sender holds: timestamp, sequence, counter, and the place
 *                  of the uid (uints) among those of the message; a new uid stands behind its place (str); the
 *                  number of keys whose entries are to go, because the sender has seen them and they are not
 *                  what it holds (uint), and of each its fingerprint (4 bytes) and the counter (uint)
 *
 * Numbers of fixed length are big-endian. The last range may be left away when it is equal.
 *
 * @module
 */

import { wireLimits } from "../../limits.ts";
import { mismatch, MsgpackReader, MsgpackWriter } from "../../rpc/mod.ts";
import { counterMax } from "../entry/entry.ts";
import { isUid, type Order, sequenceMax, timestampMax } from "../entry/order.ts";
import type { Dot } from "../versions/version_vector.ts";
import type { Fingerprints, Salt } from "./fingerprint.ts";

const equalKind = 0;
const sumKind = 1;
const listKind = 2;
const answerKind = 3;

/** Bytes of a range's form and of what is shared, besides its bound. */
export const rangeHeadBytes = 8;

/** Of an entry in a list: the fingerprints of its key, and of all of it. */
export interface ListedEntry {
  readonly key: number;
  readonly entry: number;
}

/** A write, by which two entries of a key are compared. */
export type ComparedWrite = Order & Dot;

/** An answer to a list. All keys are named by their fingerprints. */
export interface RangeAnswer {
  /** Keys whose entries are wanted. */
  readonly wanted: readonly number[];
  /** By key, what the sender holds of it. */
  readonly held: ReadonlyMap<number, ComparedWrite>;
  /** By key, the counter of the write of the receiver that is to go. */
  readonly dropped: ReadonlyMap<number, number>;
}

/** What a range of a message says. */
export type RangeContent =
  | { readonly kind: "equal" }
  | { readonly kind: "sum"; readonly low: number; readonly high: number }
  | { readonly kind: "list"; readonly entries: readonly ListedEntry[] }
  | RangeAnswer & { readonly kind: "answer" };

/** A range of a message. It begins where the one before ends. */
export interface MessageRange {
  /** The least key behind the range; absent: there is none. */
  readonly upper: Uint8Array | undefined;
  readonly content: RangeContent;
}

/** A message that was read. */
export interface RangeMessage {
  readonly salt: Salt;
  readonly ranges: readonly MessageRange[];
}

/** Writes a message, range by range. */
export class RangeMessageWriter {
  #writer = new MsgpackWriter();
  /** The bound of the last range that was written. */
  #bound: Uint8Array = new Uint8Array();
  /** The upper bound of ranges that are equal, and not written yet; `null`: there are none. */
  #equalTo: Uint8Array | undefined | null = null;
  #uids = new Map<string, number>();
  #ranges = 0;

  constructor({ low, high }: Salt) {
    this.#word(low);
    this.#word(high);
  }

  /** Bytes that were written. */
  get size(): number {
    return this.#writer.size;
  }

  /** Whether no range says anything. */
  get isEmpty(): boolean {
    return this.#ranges === 0;
  }

  /** Where to come back to, to write something else from there on. */
  get place(): RangeMessagePlace {
    const { size } = this.#writer;
    return {
      size,
      bound: this.#bound,
      equalTo: this.#equalTo,
      uids: this.#uids.size,
      ranges: this.#ranges,
    };
  }

  /** Goes back to a place. */
  back({ size, bound, equalTo, uids, ranges }: RangeMessagePlace): void {
    this.#writer.truncate(size);
    this.#bound = bound;
    this.#equalTo = equalTo;
    this.#ranges = ranges;
    for (const uid of [...this.#uids.keys()].slice(uids)) this.#uids.delete(uid);
  }

  equal(upper: Uint8Array | undefined): void {
    this.#equalTo = upper;
  }

  sum(upper: Uint8Array | undefined, { low, high }: Pick<Fingerprints, "low" | "high">): void {
    this.#begin(upper, sumKind);
    this.#word(low);
    this.#word(high);
  }

  list(upper: Uint8Array | undefined, entries: readonly ListedEntry[]): void {
    this.#begin(upper, listKind);
    this.#writer.int(entries.length);
    for (const { key, entry } of entries) {
      this.#word(key);
      this.#word(entry);
    }
  }

  answer(upper: Uint8Array | undefined, { wanted, held, dropped }: RangeAnswer): void {
    this.#begin(upper, answerKind);
    const writer = this.#writer;
    writer.int(wanted.length);
    for (const key of wanted) this.#word(key);
    writer.int(held.size);
    for (const [key, { timestamp, sequence, uid, counter }] of held) {
      this.#word(key);
      writer.int(timestamp);
      writer.int(sequence);
      writer.int(counter);
      const place = this.#uids.get(uid);
      writer.int(place ?? this.#uids.size);
      if (place !== undefined) continue;
      writer.str(uid);
      this.#uids.set(uid, this.#uids.size);
    }
    writer.int(dropped.size);
    for (const [key, counter] of dropped) {
      this.#word(key);
      writer.int(counter);
    }
  }

  /** The message. Nothing need be said of what is equal at its end. */
  written(): Uint8Array<ArrayBuffer> {
    return this.#writer.written();
  }

  #begin(upper: Uint8Array | undefined, kind: number): void {
    if (this.#equalTo !== null) this.#bounded(this.#equalTo, equalKind);
    this.#equalTo = null;
    this.#bounded(upper, kind);
    this.#ranges++;
  }

  #bounded(upper: Uint8Array | undefined, kind: number): void {
    const writer = this.#writer;
    if (upper === undefined) return writer.int(kind);
    const common = commonBytes(this.#bound, upper);
    writer.int((1 + upper.length - common) * 4 + kind);
    writer.int(common);
    writer.raw(upper, common);
    this.#bound = upper;
  }

  #word(word: number): void {
    scratch[0] = word >>> 24;
    scratch[1] = word >>> 16;
    scratch[2] = word >>> 8;
    scratch[3] = word;
    this.#writer.raw(scratch);
  }
}

/** A place in a message that is written. */
export interface RangeMessagePlace {
  readonly size: number;
  readonly bound: Uint8Array;
  readonly equalTo: Uint8Array | undefined | null;
  readonly uids: number;
  readonly ranges: number;
}

const scratch = new Uint8Array(4);

/**
 * Reads a message, whole.
 *
 * @throws {TypeError | MsgpackError} when it is malformed.
 */
export function readRangeMessage(bytes: Uint8Array): RangeMessage {
  const reader = new WordReader(bytes);
  const salt = { low: reader.word(), high: reader.word() };
  const ranges: MessageRange[] = [];
  const uids: string[] = [];
  let bound: Uint8Array = new Uint8Array();
  for (let upper: Uint8Array | undefined = bound; !reader.atEnd;) {
    if (upper === undefined) throw malformed();
    const form = reader.number();
    upper = form < 4 ? undefined : readBound(reader, bound, (form >>> 2) - 1);
    ranges.push({ upper, content: readContent(reader, form & 3, uids) });
    if (upper !== undefined) bound = upper;
  }
  return { salt, ranges };
}

/** Each bound is above the one before. */
function readBound(reader: WordReader, before: Uint8Array, restBytes: number): Uint8Array {
  const common = reader.number(before.length);
  if (restBytes === 0 || common + restBytes > wireLimits.keyBytesMax) throw malformed();
  const bound = new Uint8Array(common + restBytes);
  bound.set(before.subarray(0, common));
  bound.set(reader.rest(restBytes), common);
  if (common < before.length && bound[common] <= before[common]) throw malformed();
  return bound;
}

function readContent(reader: WordReader, kind: number, uids: string[]): RangeContent {
  if (kind === equalKind) return { kind: "equal" };
  if (kind === sumKind) return { kind: "sum", low: reader.word(), high: reader.word() };
  if (kind === listKind) {
    const count = reader.count(8);
    const entries = Array.from(
      { length: count },
      () => ({ key: reader.word(), entry: reader.word() }),
    );
    return { kind: "list", entries };
  }
  const wanted = Array.from({ length: reader.count(4) }, () => reader.word());
  const held = new Map<number, ComparedWrite>();
  for (let left = reader.count(8); left > 0; left--) {
    const key = reader.word();
    held.set(key, {
      timestamp: reader.number(timestampMax),
      sequence: reader.number(sequenceMax),
      counter: reader.number(counterMax),
      uid: readUid(reader, uids),
    });
  }
  const dropped = new Map<number, number>();
  for (let left = reader.count(5); left > 0; left--) {
    dropped.set(reader.word(), reader.number(counterMax));
  }
  return { kind: "answer", wanted, held, dropped };
}

function readUid(reader: WordReader, uids: string[]): string {
  const place = reader.number(uids.length);
  if (place < uids.length) return uids[place];
  const uid = reader.text();
  if (!isUid(uid)) throw malformed();
  uids.push(uid);
  return uid;
}

/** Reads what a message consists of. Each method throws when there is something else. */
class WordReader {
  #reader: MsgpackReader;

  constructor(bytes: Uint8Array) {
    this.#reader = new MsgpackReader(bytes);
  }

  get atEnd(): boolean {
    return this.#reader.atEnd;
  }

  word(): number {
    const { bytes, at } = this.#advance(4);
    return (bytes[at] << 24 | bytes[at + 1] << 16 | bytes[at + 2] << 8 | bytes[at + 3]) >>> 0;
  }

  rest(count: number): Uint8Array {
    const { bytes, at } = this.#advance(count);
    return bytes.subarray(at, at + count);
  }

  number(max = 0xffffffff): number {
    const number = this.#reader.uint();
    if (number === mismatch || number > max) throw malformed();
    return number;
  }

  /** A number of elements, of so many bytes each at the least. */
  count(elementBytes: number): number {
    const count = this.number();
    if (count * elementBytes > this.#reader.end - this.#reader.at) throw malformed();
    return count;
  }

  text(): string {
    const text = this.#reader.str();
    if (text === undefined) throw malformed();
    return text;
  }

  #advance(count: number): { bytes: Uint8Array; at: number } {
    const { bytes, at, end } = this.#reader;
    if (at + count > end) throw malformed();
    this.#reader.at += count;
    return { bytes, at };
  }
}

function commonBytes(a: Uint8Array, b: Uint8Array): number {
  let common = 0;
  while (common < a.length && common < b.length && a[common] === b[common]) common++;
  return common;
}

function malformed(): TypeError {
  return new TypeError("Cannot read ranges: found something else in a message between replicas");
}
