/**
 * The records of an SQLite file, read without SQLite from whatever pages are there: for a file that
 * SQLite refuses to read. (The format: https://sqlite.org/fileformat2.html.)
 *
 * @module
 */

/** A value of a record: an integer that a number cannot hold is NaN. */
export type SqliteValue = null | number | Uint8Array | string;

/** A record that stands somewhere in a page. It may be an old one, or none that was ever written. */
export interface FoundRecord {
  /** The byte of the file at which its cell begins, as far as it is in the file itself. */
  at: number;
  /** The rowid, if it is a row of a table that has them. */
  rowid: number;
  values: SqliteValue[];
}

/** Pages of a file, those in SQLite's log beside it in place of those in the file. */
export class SqlitePages {
  readonly pageBytes: number;
  #file: Uint8Array;
  /** Newer pages, by their numbers. */
  #newer = new Map<number, Uint8Array>();

  /** @param log SQLite's log (`-wal`); empty when there is none */
  constructor(file: Uint8Array, log: Uint8Array) {
    this.#file = file;
    this.pageBytes = pageBytesOf(file);
    const view = new DataView(log.buffer, log.byteOffset, log.length);
    const frameBytes = frameHeaderBytes + this.pageBytes;
    for (let at = logHeaderBytes; at + frameBytes <= log.length; at += frameBytes) {
      const page = log.subarray(at + frameHeaderBytes, at + frameBytes);
      this.#newer.set(view.getUint32(at), page);
    }
  }

  /**
   * Yields the records of rows and of entries of an index.
   *
   * @param everywhere whether a record is looked for at each byte of a page, and not only where the page
   * says that there is one: to be used when the caller can tell records from what looks like one
   */
  *records(everywhere: boolean): Generator<FoundRecord> {
    const last = Math.ceil(this.#file.length / this.pageBytes);
    for (let number = 1; number <= last; number++) yield* this.#recordsOf(number, everywhere);
    for (const number of this.#newer.keys()) {
      if (number > last) yield* this.#recordsOf(number, everywhere);
    }
  }

  *#recordsOf(number: number, everywhere: boolean): Generator<FoundRecord> {
    const page = this.#page(number);
    // What was never written is zeros: looking into each byte of it takes far longer than seeing that.
    if (page === undefined || isBlank(page)) return;
    const start = number === 1 ? fileHeaderBytes : 0;
    for (const at of everywhere ? allCells(page, start) : listedCells(page, start)) {
      for (const hasRowid of [false, true]) {
        const record = this.#recordAt(page, at, hasRowid);
        if (record === undefined) continue;
        yield { at: (number - 1) * this.pageBytes + at, ...record };
      }
    }
  }

  #page(number: number): Uint8Array | undefined {
    const newer = this.#newer.get(number);
    if (newer !== undefined) return newer;
    const start = (number - 1) * this.pageBytes;
    const page = this.#file.subarray(start, start + this.pageBytes);
    return page.length === this.pageBytes ? page : undefined;
  }

  #recordAt(page: Uint8Array, at: number, hasRowid: boolean): Omit<FoundRecord, "at"> | undefined {
    const length = varint(page, at);
    if (length === undefined || length.value < 2 || length.value > recordBytesMax) return undefined;
    const rowid = hasRowid ? varint(page, length.end) : { value: 0, end: length.end };
    if (rowid === undefined) return undefined;
    // Cheap, and false of nearly everything that is no record.
    const header = page[rowid.end];
    if (header < 3 || header > headerBytesMax || header > length.value) return undefined;
    const payload = this.#payload(page, rowid.end, length.value, hasRowid);
    const values = payload === undefined ? undefined : valuesOf(payload);
    return values === undefined ? undefined : { rowid: rowid.value, values };
  }

  /** A record's bytes, of which a long one has a part on pages of its own. */
  #payload(
    page: Uint8Array,
    at: number,
    length: number,
    hasRowid: boolean,
  ): Uint8Array | undefined {
    const usable = this.pageBytes;
    const localMax = hasRowid ? usable - 35 : Math.floor((usable - 12) * 64 / 255) - 23;
    if (length <= localMax) {
      return at + length <= page.length ? page.subarray(at, at + length) : undefined;
    }
    const localMin = Math.floor((usable - 12) * 32 / 255) - 23;
    const wanted = localMin + (length - localMin) % (usable - 4);
    const local = wanted <= localMax ? wanted : localMin;
    if (at + local + 4 > page.length) return undefined;
    const payload = new Uint8Array(length);
    payload.set(page.subarray(at, at + local));
    let next = uint32(page, at + local);
    for (let filled = local; filled < length;) {
      const overflow = next === 0 ? undefined : this.#page(next);
      if (overflow === undefined) return undefined;
      const part = overflow.subarray(4, 4 + length - filled);
      payload.set(part, filled);
      filled += part.length;
      next = uint32(overflow, 0);
    }
    return payload;
  }
}

function isBlank(page: Uint8Array): boolean {
  for (let i = 0; i < page.length; i++) if (page[i] !== 0) return false;
  return true;
}

const fileHeaderBytes = 100;
const logHeaderBytes = 32;
const frameHeaderBytes = 24;
const defaultPageBytes = 4096;
/** More than any record of ours takes. */
const recordBytesMax = 16 * 1024 * 1024;
const headerBytesMax = 32;

function pageBytesOf(file: Uint8Array): number {
  const size = file.length < fileHeaderBytes ? 0 : file[16] << 8 | file[17];
  return size >= 512 && (size & (size - 1)) === 0 ? size : defaultPageBytes;
}

/** By the type of a page: the bytes of its header, and of what stands in front of each of its cells. */
const pageTypes = new Map([[0x02, [12, 4]], [0x0a, [8, 0]], [0x0d, [8, 0]]]);

/** Where the cells of a page begin, as it says itself. */
function* listedCells(page: Uint8Array, start: number): Generator<number> {
  const type = pageTypes.get(page[start]);
  if (type === undefined) return;
  const [headerBytes, before] = type;
  const count = page[start + 3] << 8 | page[start + 4];
  for (let i = 0; i < count; i++) {
    const at = start + headerBytes + 2 * i;
    if (at + 2 > page.length) return;
    yield (page[at] << 8 | page[at + 1]) + before;
  }
}

function* allCells(page: Uint8Array, start: number): Generator<number> {
  for (let at = start; at < page.length; at++) yield at;
}

function uint32(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset + at, 4).getUint32(0);
}

/** SQLite's integer of variable length, as far as a number holds it. */
function varint(bytes: Uint8Array, at: number): { value: number; end: number } | undefined {
  let value = 0;
  for (let i = 0; i < 8; i++) {
    const byte = bytes[at + i];
    if (byte === undefined) return undefined;
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) return { value, end: at + i + 1 };
  }
  return undefined;
}

/** The values of a record; `undefined` when it is none. */
function valuesOf(payload: Uint8Array): SqliteValue[] | undefined {
  const header = varint(payload, 0);
  if (header === undefined || header.value > payload.length) return undefined;
  const types: number[] = [];
  for (let at = header.end; at < header.value;) {
    const type = varint(payload, at);
    if (type === undefined || type.end > header.value) return undefined;
    types.push(type.value);
    at = type.end;
  }
  const values: SqliteValue[] = [];
  let at = header.value;
  for (const type of types) {
    const bytes = bytesOf(type);
    if (bytes === undefined || at + bytes > payload.length) return undefined;
    values.push(valueOf(type, payload.subarray(at, at + bytes)));
    at += bytes;
  }
  return at === payload.length ? values : undefined;
}

const integerBytes = [0, 1, 2, 3, 4, 6, 8];

function bytesOf(type: number): number | undefined {
  if (type >= 12) return (type - 12) >> 1;
  if (type === 8 || type === 9) return 0;
  return integerBytes[type];
}

function valueOf(type: number, bytes: Uint8Array): SqliteValue {
  if (type >= 12) return type % 2 === 0 ? bytes : new TextDecoder().decode(bytes);
  if (type === 0) return null;
  if (type >= 8) return type - 8;
  let value = 0n;
  for (const byte of bytes) value = value << 8n | BigInt(byte);
  const signed = Number(BigInt.asIntN(8 * bytes.length, value));
  return Number.isSafeInteger(signed) ? signed : NaN;
}
