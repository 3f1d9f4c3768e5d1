/**
 * Reads the table of entries from the pages of its file, without SQLite, which needs several times as long
 * to make objects of the rows: a server that starts has millions of them to read. (The format:
 * https://sqlite.org/fileformat2.html.)
 *
 * Nothing is believed: a page or a row that is not exactly as SQLite and this program write them ends the
 * reading with an `UnexpectedPageError`, and the table is to be read by SQLite, which finds what is wrong with
 * it, if anything is. Nobody may write the file meanwhile, and there must be nothing in SQLite's own log.
 *
 * @module
 */

import { counterMax, expiresAtMax, noCounter, noExpiry, noValue } from "../entry/entry.ts";
import { sequenceMax, timestampMax } from "../entry/order.ts";
import type { Manifest } from "./manifest.ts";
import { EntryRow } from "./entry_row.ts";
import { type PageFile, type PageWindow, UnexpectedPageError } from "./page_file.ts";
import type { RowBatches } from "./row_batches.ts";

/** A tree of so many levels holds more pages than a file has. */
const levelsMax = 32;

/** What the first byte of a page says. */
const innerPage = 0x02;
const leafPage = 0x0a;

/** Where in a page stands how many cells it has, its last child, and where the places of its cells begin. */
const cellCountAt = 3;
const lastChildAt = 8;
const cellsAt = { [innerPage]: 12, [leafPage]: 8 };

/** Columns of a row that was written before there were extras, and of any other. */
const columnsMin = 6;
const columnsMax = 9;

/** Types of values, as a record's header has them. */
const nullType = 0;
const zeroType = 8;
const oneType = 9;
const firstBlobType = 12;

/** Bytes of an integer, by its type. */
const integerBytes = [0, 1, 2, 3, 4, 6, 8];

/** The rows of the table of entries, in the order of their keys. */
export class EntryPages {
  #file: PageFile;
  #root: number;
  #manifest: Pick<Manifest, "entries" | "checksum">;
  #batches: RowBatches;
  #inner: PageWindow;
  #leaves: PageWindow;
  #overflows: PageWindow;
  #row = new EntryRow();
  /** The record that is read is `#record[#at..#end)`. */
  #record: Uint8Array = new Uint8Array();
  #at = 0;
  #end = 0;
  /** The types of the record's values. */
  #types = new Int32Array(columnsMax);
  /** The most bytes of a record in its cell, and the least of a longer one, which has overflow pages. */
  #localMax: number;
  #localMin: number;

  /**
   * @param root the page of the table's root
   * @param manifest says which rows there must be
   * @param batches takes the rows
   */
  constructor(
    file: PageFile,
    root: number,
    manifest: Pick<Manifest, "entries" | "checksum">,
    batches: RowBatches,
  ) {
    this.#file = file;
    this.#root = root;
    this.#manifest = manifest;
    this.#batches = batches;
    this.#inner = file.window();
    this.#leaves = file.window();
    this.#overflows = file.window();
    this.#localMax = Math.floor((file.pageBytes - 12) * 64 / 255) - 23;
    this.#localMin = Math.floor((file.pageBytes - 12) * 32 / 255) - 23;
  }

  /**
   * Yields the rows as an `EntryBatch` writes them, in chunks.
   *
   * @throws {UnexpectedPageError} when there is anything else.
   */
  *chunks(): Generator<Uint8Array<ArrayBuffer>> {
    yield* this.#below(this.#root, this.#height());
    const last = this.#batches.take();
    if (last !== undefined) yield last;
    const { entries, checksum } = this.#batches;
    const isComplete = entries === this.#manifest.entries && checksum === this.#manifest.checksum;
    if (!isComplete) throw new UnexpectedPageError();
  }

  /** Levels of inner pages above the leaves. */
  #height(): number {
    let number = this.#root;
    for (let height = 0; height < levelsMax; height++) {
      const page = this.#file.read(number, 1);
      if (page[0] === leafPage) return height;
      if (page[0] !== innerPage) break;
      const isEmpty = uint16(page, cellCountAt) === 0;
      number = uint32(page, isEmpty ? lastChildAt : uint16(page, cellsAt[innerPage]));
    }
    throw new UnexpectedPageError();
  }

  *#below(number: number, height: number): Generator<Uint8Array<ArrayBuffer>> {
    const window = height === 0 ? this.#leaves : this.#inner;
    window.find(number);
    const { bytes, start } = window;
    const type = height === 0 ? leafPage : innerPage;
    // Pages that point to each other would be read for ever.
    const isExpected = bytes[start] === type && this.#batches.entries <= this.#manifest.entries;
    if (!isExpected) throw new UnexpectedPageError();
    const count = uint16(bytes, start + cellCountAt);
    const end = start + this.#file.pageBytes;
    let place = start + cellsAt[type];
    for (let i = 0; i < count; i++, place += 2) {
      let cell = start + uint16(bytes, place);
      if (height > 0) {
        yield* this.#below(uint32(bytes, cell), height - 1);
        cell += 4;
      }
      this.#readRow(bytes, cell, end);
      if (this.#batches.isFullFor(this.#row)) yield this.#batches.take()!;
      if (this.#batches.add(this.#row) !== undefined) throw new UnexpectedPageError();
    }
    if (height > 0) yield* this.#below(uint32(bytes, start + lastChildAt), height - 1);
  }

  /** Reads the row of the cell at `cell`. @param end of its page */
  #readRow(bytes: Uint8Array, cell: number, end: number): void {
    this.#record = bytes;
    this.#at = cell;
    this.#end = end;
    const length = this.#varint();
    if (length <= this.#localMax) this.#end = this.#at + length;
    else this.#gather(length);
    if (this.#end > end && this.#record === bytes) throw new UnexpectedPageError();
    const from = this.#at;
    const headerEnd = from + this.#varint();
    const types = this.#types;
    let columns = 0;
    for (; this.#at < headerEnd; columns++) {
      if (columns === columnsMax) throw new UnexpectedPageError();
      types[columns] = this.#varint();
    }
    if (columns < columnsMin || this.#at !== headerEnd) throw new UnexpectedPageError();
    while (columns < columnsMax) types[columns++] = nullType;
    this.#readValues();
    if (this.#at !== this.#end) throw new UnexpectedPageError();
  }

  /** Puts a record together that has a part in its cell and the rest on pages of its own. */
  #gather(length: number): void {
    const usable = this.#file.pageBytes;
    const wanted = this.#localMin + (length - this.#localMin) % (usable - 4);
    const local = wanted <= this.#localMax ? wanted : this.#localMin;
    if (this.#at + local + 4 > this.#end || length > this.#file.bytes) {
      throw new UnexpectedPageError();
    }
    const record = new Uint8Array(length);
    record.set(this.#record.subarray(this.#at, this.#at + local));
    let next = uint32(this.#record, this.#at + local);
    const overflows = this.#overflows;
    for (let filled = local; filled < length;) {
      overflows.find(next);
      const { bytes, start } = overflows;
      const count = Math.min(usable - 4, length - filled);
      record.set(bytes.subarray(start + 4, start + 4 + count), filled);
      filled += count;
      next = uint32(bytes, start);
    }
    if (next !== 0) throw new UnexpectedPageError();
    this.#record = record;
    this.#at = 0;
    this.#end = length;
  }

  #readValues(): void {
    const row = this.#row;
    const types = this.#types;
    row.keyIn = row.valueIn = this.#record;
    row.keyStart = this.#at;
    row.keyEnd = this.#at += blobBytes(types[0]);
    row.valueStart = row.valueEnd = noValue;
    if (types[1] !== nullType) {
      row.valueStart = this.#at;
      row.valueEnd = this.#at += blobBytes(types[1]);
    }
    row.timestamp = this.#integer(types[2], 0, timestampMax);
    row.sequence = this.#integer(types[3], 0, sequenceMax);
    row.actor = this.#integer(types[4], 0, Number.MAX_SAFE_INTEGER);
    row.checksum = this.#integer(types[5], 0, 0xffffffff);
    row.counter = types[6] === nullType ? noCounter : this.#integer(types[6], 1, counterMax);
    row.expiresAt = types[7] === nullType ? noExpiry : this.#integer(types[7], 1, expiresAtMax);
    row.isBin = types[8] !== nullType && this.#integer(types[8], 1, 1) === 1;
  }

  #integer(type: number, min: number, max: number): number {
    let value: number;
    if (type === zeroType || type === oneType) value = type - zeroType;
    else {
      const count = integerBytes[type];
      if (count === undefined || count === 0 || this.#at + count > this.#end) {
        throw new UnexpectedPageError();
      }
      value = signed(this.#record, this.#at, count);
      this.#at += count;
    }
    if (value < min || value > max) throw new UnexpectedPageError();
    return value;
  }

  /** SQLite's integer of variable length, as far as one of ours goes. */
  #varint(): number {
    // Nearly all are of one byte.
    const first = this.#record[this.#at];
    if (first < 0x80 && this.#at < this.#end) return this.#at++, first;
    let value = 0;
    for (let i = 0; i < 6; i++) {
      if (this.#at >= this.#end) break;
      const byte = this.#record[this.#at++];
      value = value * 128 + (byte & 0x7f);
      if (byte < 0x80) return value;
    }
    throw new UnexpectedPageError();
  }
}

function blobBytes(type: number): number {
  if (type < firstBlobType || (type & 1) !== 0) throw new UnexpectedPageError();
  return (type - firstBlobType) >> 1;
}

/** An integer of so many bytes, the first of which has the sign. */
function signed(bytes: Uint8Array, at: number, count: number): number {
  if (count > 4) {
    const low = uint32(bytes, at + count - 4);
    return signed(bytes, at, count - 4) * 0x100000000 + low;
  }
  let value = bytes[at] << 24 >> 24;
  for (let i = 1; i < count; i++) value = value << 8 | bytes[at + i];
  return value;
}

function uint16(bytes: Uint8Array, at: number): number {
  return bytes[at] << 8 | bytes[at + 1];
}

function uint32(bytes: Uint8Array, at: number): number {
  return uint16(bytes, at) * 0x10000 + uint16(bytes, at + 2);
}
