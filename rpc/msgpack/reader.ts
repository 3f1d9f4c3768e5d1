import { decodeUtf8 } from "./utf8.ts";

/** The bytes are not MessagePack, or end too early. */
export class MsgpackError extends Error {
  static {
    this.prototype.name = "MsgpackError";
  }
}

/**
 * Walks over MessagePack in place.
 *
 * A reading method inspects the next value. A value of the kind that the method reads is consumed;
 * for any other, the method returns `mismatch` and consumes nothing. Truncated or impossible bytes
 * throw `MsgpackError`. Nothing is recursive, so no nesting can exhaust the stack, and a length is
 * believed only as far as bytes are there.
 */
export class MsgpackReader {
  bytes: Uint8Array;
  /** Where the next value starts. */
  at: number;
  /** Where the bytes end that may be read. */
  end: number;

  constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
    this.bytes = bytes;
    this.at = start;
    this.end = end;
  }

  /** Goes on with other bytes. */
  reset(bytes: Uint8Array, start = 0, end = bytes.length): void {
    this.bytes = bytes;
    this.at = start;
    this.end = end;
  }

  get atEnd(): boolean {
    return this.at >= this.end;
  }

  /** The type byte of the next value. */
  peek(): number {
    if (this.at >= this.end) throw truncated();
    return this.bytes[this.at];
  }

  /** Consumes a nil. */
  nil(): boolean {
    if (this.peek() !== 0xc0) return false;
    this.at++;
    return true;
  }

  bool(): boolean | undefined {
    const type = this.peek();
    if (type !== 0xc2 && type !== 0xc3) return undefined;
    this.at++;
    return type === 0xc3;
  }

  /** The number of elements of an array, whose elements come next. */
  arrayHeader(): number {
    const type = this.peek();
    if ((type & 0xf0) === 0x90) return this.at++, type & 0x0f;
    if (type === 0xdc) return this.#lengthAfter(2);
    if (type === 0xdd) return this.#lengthAfter(4);
    return mismatch;
  }

  /** The number of entries of a map, whose keys and values come next in turn. */
  mapHeader(): number {
    const type = this.peek();
    if ((type & 0xf0) === 0x80) return this.at++, type & 0x0f;
    if (type === 0xde) return this.#lengthAfter(2);
    if (type === 0xdf) return this.#lengthAfter(4);
    return mismatch;
  }

  /** The length of a str in bytes, which come next and are all there: `at` is their start. */
  strHeader(): number {
    const type = this.peek();
    let count: number;
    if ((type & 0xe0) === 0xa0) this.at++, count = type & 0x1f;
    else if (type === 0xd9) count = this.#lengthAfter(1);
    else if (type === 0xda) count = this.#lengthAfter(2);
    else if (type === 0xdb) count = this.#lengthAfter(4);
    else return mismatch;
    this.#expect(count);
    return count;
  }

  /** Whether the next value is a bin. */
  isBin(): boolean {
    const type = this.peek();
    return type >= 0xc4 && type <= 0xc6;
  }

  /** The length of a bin in bytes, which come next and are all there. */
  binHeader(): number {
    const type = this.peek();
    if (type < 0xc4 || type > 0xc6) return mismatch;
    const count = this.#lengthAfter(1 << (type - 0xc4));
    this.#expect(count);
    return count;
  }

  /**
   * A str as a string.
   *
   * @throws {TypeError} when its bytes are not UTF-8.
   */
  str(): string | undefined {
    const count = this.strHeader();
    if (count === mismatch) return undefined;
    const start = this.at;
    this.at += count;
    return decodeUtf8(this.bytes, start, this.at);
  }

  /** A bin as a view of these bytes. */
  bin(): Uint8Array | undefined {
    const count = this.binHeader();
    if (count === mismatch) return undefined;
    const start = this.at;
    this.at += count;
    return this.bytes.subarray(start, this.at);
  }

  /**
   * A whole number of 0 or more in any of the encodings of an integer. One that is negative or
   * beyond 2^53 counts as another kind.
   */
  uint(): number {
    const type = this.peek();
    if (type < 0x80) return this.at++, type;
    if (type < 0xcc || type > 0xd3) return mismatch;
    const size = 1 << ((type - 0xcc) & 3);
    const signed = type >= 0xd0;
    const from = this.at + 1;
    if (from + size > this.end) throw truncated();
    let value: number;
    if (size === 1) value = signed ? this.bytes[from] << 24 >> 24 : this.bytes[from];
    else if (size === 2) value = signed ? this.#load16(from) << 16 >> 16 : this.#load16(from);
    else {
      value = signed ? this.#load32(from) | 0 : this.#load32(from);
      if (size === 8) value = value * 0x100000000 + this.#load32(from + 4);
    }
    if (value < 0 || value > Number.MAX_SAFE_INTEGER) return mismatch;
    this.at = from + size;
    return value;
  }

  /** A number in any encoding, or a bigint when it is an integer that a number cannot hold. */
  number(): number | bigint | undefined {
    const type = this.peek();
    if (type >= 0xe0) return this.at++, type - 0x100;
    const positive = this.uint();
    if (positive !== mismatch) return positive;
    const from = this.at + 1;
    if (type < 0xca || type > 0xd3) return undefined;
    if (type === 0xca) return this.#scratch(4), scratch.getFloat32(0);
    if (type === 0xcb) return this.#scratch(8), scratch.getFloat64(0);
    if (type === 0xd0) return this.#advance(2), this.bytes[from] << 24 >> 24;
    if (type === 0xd1) return this.#advance(3), this.#load16(from) << 16 >> 16;
    if (type === 0xd2) return this.#advance(5), this.#load32(from) | 0;
    this.#scratch(8);
    const big = type === 0xd3 ? scratch.getBigInt64(0) : scratch.getBigUint64(0);
    const small = Number(big);
    return Number.isSafeInteger(small) ? small : big;
  }

  /** The length of an extension's content, which comes next; `extType` is its type. */
  extHeader(): number {
    const type = this.peek();
    let count: number;
    if (type >= 0xd4 && type <= 0xd8) this.at++, count = 1 << (type - 0xd4);
    else if (type >= 0xc7 && type <= 0xc9) count = this.#lengthAfter(1 << (type - 0xc7));
    else return mismatch;
    this.#expect(count + 1);
    this.extType = this.bytes[this.at++] << 24 >> 24;
    return count;
  }

  /** The type of the extension whose header was read last. */
  extType = 0;

  /** Consumes one value of any kind, all that is nested in it included. */
  skip(): void {
    // In variables, because a short message may hold millions of values.
    const { bytes, end } = this;
    let at = this.at;
    for (let remaining = 1; remaining > 0; remaining--) {
      if (at >= end) throw truncated();
      const type = bytes[at];
      const length = fixedLengths[type];
      if (length > 0) at += length;
      else if (type < 0xa0) at++, remaining += (type & 0x0f) * (type < 0x90 ? 2 : 1);
      else {
        this.at = at;
        remaining += this.#skipLong(type);
        at = this.at;
      }
    }
    if (at > end) throw truncated();
    this.at = at;
  }

  /** Consumes a value with a length of its own, but for its nested values: returns their number. */
  #skipLong(type: number): number {
    const form = longForms[type - 0xc0];
    if (form === undefined) throw new MsgpackError("the byte 0xc1 starts no value");
    const [lengthBytes, fixedBytes, nestedPerCount] = form;
    const count = this.#lengthAfter(lengthBytes);
    if (nestedPerCount === 0) return this.#advance(count + fixedBytes), 0;
    // Each nested value is at least a byte: what cannot be there need not be walked.
    this.#expect(count * nestedPerCount);
    return count * nestedPerCount;
  }

  /** Consumes the type byte and a length of `size` bytes. */
  #lengthAfter(size: number): number {
    const from = this.at + 1;
    if (from + size > this.end) throw truncated();
    this.at = from + size;
    if (size === 1) return this.bytes[from];
    return size === 2 ? this.#load16(from) : this.#load32(from);
  }

  #advance(count: number): void {
    this.#expect(count);
    this.at += count;
  }

  #expect(count: number): void {
    if (this.at + count > this.end) throw truncated();
  }

  /** Consumes a type byte and `count` bytes, which then stand in `scratch`. */
  #scratch(count: number): void {
    const from = this.at + 1;
    this.#advance(1 + count);
    for (let i = 0; i < count; i++) scratchBytes[i] = this.bytes[from + i];
  }

  #load16(from: number): number {
    return this.bytes[from] << 8 | this.bytes[from + 1];
  }

  #load32(from: number): number {
    const bytes = this.bytes;
    return (bytes[from] << 24 | bytes[from + 1] << 16 | bytes[from + 2] << 8 | bytes[from + 3]) >>>
      0;
  }
}

/** What a reading method returns when the next value is of another kind. */
export const mismatch = -1;

/** From 0xc0 on: [bytes of the length, further bytes, nested values per count]. */
const longForms: (readonly [number, number, number] | undefined)[] = [
  [0, 0, 0], // c0 nil
  undefined, // c1
  [0, 0, 0], // c2 false
  [0, 0, 0], // c3 true
  [1, 0, 0], // c4 bin 8
  [2, 0, 0], // c5 bin 16
  [4, 0, 0], // c6 bin 32
  [1, 1, 0], // c7 ext 8
  [2, 1, 0], // c8 ext 16
  [4, 1, 0], // c9 ext 32
  [0, 4, 0], // ca float 32
  [0, 8, 0], // cb float 64
  [0, 1, 0], // cc uint 8
  [0, 2, 0], // cd uint 16
  [0, 4, 0], // ce uint 32
  [0, 8, 0], // cf uint 64
  [0, 1, 0], // d0 int 8
  [0, 2, 0], // d1 int 16
  [0, 4, 0], // d2 int 32
  [0, 8, 0], // d3 int 64
  [0, 2, 0], // d4 fixext 1
  [0, 3, 0], // d5 fixext 2
  [0, 5, 0], // d6 fixext 4
  [0, 9, 0], // d7 fixext 8
  [0, 17, 0], // d8 fixext 16
  [1, 0, 0], // d9 str 8
  [2, 0, 0], // da str 16
  [4, 0, 0], // db str 32
  [2, 0, 1], // dc array 16
  [4, 0, 1], // dd array 32
  [2, 0, 2], // de map 16
  [4, 0, 2], // df map 32
];

/** By its first byte: all bytes of a value that says with that byte how many it has; 0: it does not. */
const fixedLengths = Uint8Array.from({ length: 256 }, (_, type) => {
  if (type < 0x80 || type >= 0xe0) return 1;
  if (type < 0xa0) return 0;
  if (type < 0xc0) return 1 + (type & 0x1f);
  const [lengthBytes, fixedBytes] = longForms[type - 0xc0] ?? [1, 0];
  return lengthBytes === 0 ? 1 + fixedBytes : 0;
});

function truncated(): MsgpackError {
  return new MsgpackError("the bytes end inside a value");
}

/** Where the platform takes eight bytes apart: a view of each buffer would cost more. */
const scratch = new DataView(new ArrayBuffer(8));
const scratchBytes = new Uint8Array(scratch.buffer);
