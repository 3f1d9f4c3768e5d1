import { freeMemory } from "./free_memory.ts";
import { spareMemory } from "./spare_memory.ts";
import { encodeAsciiInto, encodeUtf8Into, utf8BytesBound } from "./utf8.ts";

/** A buffer that grew to more than so many times its first size is given back with its content. */
const keptGrowth = 64;

/** After so many contents for which a quarter of the buffer would have done, a buffer that grew is given back. */
const smallContentsMax = 8;

/**
 * Appends MessagePack to one growable buffer.
 *
 * Invariant: `bytes[start..length)` is the content, what is behind it is free. Lengths that are
 * known only later (frames, extensions) are reserved and filled in.
 *
 * Two ways to use it: `clear()` starts over in the same buffer, and what `written()` gave is valid
 * only until then; or `seal()` sets the content aside for good, and the next stands behind it for as
 * long as there is room, so that many small contents share a chunk of memory. A long one has a buffer to
 * itself, beside which the chunk waits for the next.
 */
export class MsgpackWriter {
  /** The buffer; another one takes its place when the content does not fit. */
  bytes: Uint8Array<ArrayBuffer>;
  /** Where the content begins: what is before it is sealed. */
  start = 0;
  /** Where the content ends. */
  length = 0;
  #initialBytes: number;
  /** The chunk that a long content has left, and where its next content begins. */
  #chunk: Uint8Array<ArrayBuffer> | undefined;
  #chunkStart = 0;
  /** Contents in a row that were taken back from a buffer that is long for them. */
  #smallContents = 0;

  /**
   * Makes an empty buffer.
   *
   * @param initialBytes size of the first buffer, and of the one after a long content
   */
  constructor(initialBytes = 256) {
    this.#initialBytes = initialBytes;
    this.bytes = new Uint8Array(initialBytes);
  }

  /** Bytes of the content. */
  get size(): number {
    return this.length - this.start;
  }

  /** Takes back all of the content but its first `size` bytes. */
  truncate(size: number): void {
    this.length = this.start + size;
  }

  /** The content, as a view of the buffer. */
  written(): Uint8Array<ArrayBuffer> {
    return this.bytes.subarray(this.start, this.length);
  }

  /** Takes the content back; gives a buffer back that a long one had made large, if that seems to be rare. */
  clear(): void {
    const { size, bytes } = this;
    this.length = this.start;
    if (!this.#isLong) return;
    this.#smallContents = size > bytes.length / 4 ? 0 : this.#smallContents + 1;
    const isKept = bytes.length <= this.#initialBytes * keptGrowth;
    if (isKept && this.#smallContents < smallContentsMax) return;
    freeMemory(bytes);
    this.#returnToChunk();
  }

  /** As `clear`, but gives each buffer back that the content had made larger than the first one. */
  discard(): void {
    this.length = this.start;
    if (!this.#isLong) return;
    spareMemory.give(this.bytes);
    this.#returnToChunk();
  }

  /**
   * Sets the content aside: `bytes[start..length)`, as they were before, never move nor change any
   * more, and a content of its own begins. A buffer that grew for a long one is not shared.
   */
  seal(): void {
    this.start = this.length;
    if (this.#isLong) this.#returnToChunk();
  }

  /** Makes room for `count` more bytes. */
  ensure(count: number): void {
    if (this.length + count > this.bytes.length) this.#grow(count);
  }

  /**
   * Makes room for `count` more bytes in a buffer that the content has to itself: for a content that is long
   * enough for its memory to be given back alone, and not with a chunk that is garbage some time.
   */
  ensureAlone(count: number): void {
    this.ensure(this.#isLong ? count : Math.max(count, this.#initialBytes + 1 - this.size));
  }

  /** Whether the content has a buffer to itself, a longer one than the first. */
  get #isLong(): boolean {
    return this.bytes.length > this.#initialBytes;
  }

  /** Only the content moves: what is sealed stays where it is. */
  #grow(count: number): void {
    const { bytes: left, start, size } = this;
    const needed = size + count;
    const wasLong = this.#isLong;
    // What fills the buffer may grow on. Other contents only need a chunk of their own.
    const usual = size > left.length / 2 ? left.length * 2 : this.#initialBytes;
    this.bytes = spareMemory.takeOrMake(Math.max(needed, usual));
    this.bytes.set(left.subarray(start, start + size));
    this.start = 0;
    this.length = size;
    if (wasLong) spareMemory.give(left);
    else if (this.#isLong) [this.#chunk, this.#chunkStart] = [left, start];
  }

  /** Goes on behind what was sealed there. */
  #returnToChunk(): void {
    this.bytes = this.#chunk!;
    this.start = this.length = this.#chunkStart;
    this.#chunk = undefined;
    this.#smallContents = 0;
  }

  /** Appends nil. */
  nil(): void {
    this.#byte(0xc0);
  }

  /** Appends a boolean. */
  bool(value: boolean): void {
    this.#byte(value ? 0xc3 : 0xc2);
  }

  /** Appends a safe integer in its shortest form. */
  int(value: number): void {
    this.ensure(9);
    if (value >= 0) {
      if (value < 0x80) this.bytes[this.length++] = value;
      else if (value < 0x100) this.#put8(0xcc, value);
      else if (value < 0x10000) this.#put16(0xcd, value);
      else if (value < 0x100000000) this.#put32(0xce, value);
      else this.#put64(0xcf, value);
    } else if (value >= -0x20) this.bytes[this.length++] = value & 0xff;
    else if (value >= -0x80) this.#put8(0xd0, value & 0xff);
    else if (value >= -0x8000) this.#put16(0xd1, value & 0xffff);
    else if (value >= -0x80000000) this.#put32(0xd2, value >>> 0);
    else this.#put64(0xd3, value);
  }

  /** Appends a 64-bit integer, always nine bytes: unsigned unless it is negative. */
  bigint(value: bigint): void {
    scratch.setBigUint64(0, BigInt.asUintN(64, value));
    this.#eight(value < 0n ? 0xd3 : 0xcf);
  }

  /** Appends a 64-bit float, always nine bytes. */
  float(value: number): void {
    scratch.setFloat64(0, value);
    this.#eight(0xcb);
  }

  /**
   * Appends a str in its shortest form.
   *
   * @returns whether it was written: `false`, and nothing is, when `text` has a lone surrogate.
   */
  str(text: string): boolean {
    const count = text.length;
    if (count < 32) {
      this.ensure(1 + count);
      if (encodeAsciiInto(text, this.bytes, this.length + 1)) {
        this.bytes[this.length] = 0xa0 | count;
        this.length += 1 + count;
        return true;
      }
    }
    return this.#longStr(text);
  }

  #longStr(text: string): boolean {
    this.ensure(5 + utf8BytesBound(text));
    const start = this.length;
    // The header's size depends on the length in bytes, which is known only afterwards: text is
    // written behind the header that its bound needs, and moved when a shorter one does.
    const guess = strHeaderBytes(text.length);
    const count = encodeUtf8Into(text, this.bytes, start + guess);
    if (count < 0) return false;
    const header = strHeaderBytes(count);
    if (header !== guess) {
      this.bytes.copyWithin(start + header, start + guess, start + guess + count);
    }
    this.strHeader(count);
    this.length += count;
    return true;
  }

  /** Appends a str whose UTF-8 bytes are `from[start..end)`. */
  strBytes(from: Uint8Array, start = 0, end = from.length): void {
    this.strHeader(end - start);
    this.#append(from, start, end);
  }

  /** Appends a bin of `from[start..end)`. */
  bin(from: Uint8Array, start = 0, end = from.length): void {
    this.binHeader(end - start);
    this.#append(from, start, end);
  }

  /** Appends the header of a bin, whose `count` bytes the caller appends. */
  binHeader(count: number): void {
    this.ensure(5);
    if (count < 0x100) this.#put8(0xc4, count);
    else if (count < 0x10000) this.#put16(0xc5, count);
    else this.#put32(0xc6, count);
  }

  /** Appends the header of a str, whose `count` UTF-8 bytes the caller appends. */
  strHeader(count: number): void {
    this.ensure(5);
    if (count < 32) this.bytes[this.length++] = 0xa0 | count;
    else if (count < 0x100) this.#put8(0xd9, count);
    else if (count < 0x10000) this.#put16(0xda, count);
    else this.#put32(0xdb, count);
  }

  /** Appends the header of an array, whose `count` items the caller appends. */
  arrayHeader(count: number): void {
    this.ensure(5);
    if (count < 16) this.bytes[this.length++] = 0x90 | count;
    else if (count < 0x10000) this.#put16(0xdc, count);
    else this.#put32(0xdd, count);
  }

  /** Appends the header of a map, whose `count` keys and values the caller appends in turn. */
  mapHeader(count: number): void {
    this.ensure(5);
    if (count < 16) this.bytes[this.length++] = 0x80 | count;
    else if (count < 0x10000) this.#put16(0xde, count);
    else this.#put32(0xdf, count);
  }

  // Places count from the start of the content, which may move while it grows.

  /** Reserves a container header of five bytes; `fillHeader32` fills it in. @returns its place. */
  reserveHeader32(): number {
    this.ensure(5);
    this.length += 5;
    return this.size - 5;
  }

  /** Makes the header at `place` one of a map (`0xdf`) or an array (`0xdd`) of `count`. */
  fillHeader32(place: number, type: 0xdd | 0xdf, count: number): void {
    this.bytes[this.start + place] = type;
    this.#fill32(place + 1, count);
  }

  /** Opens a bin whose length `endBin` fills in. @returns its place. */
  beginBin(): number {
    this.ensure(5);
    this.bytes[this.length] = 0xc6;
    this.length += 5;
    return this.size;
  }

  /** Closes the bin opened at `place`. */
  endBin(place: number): void {
    this.#fill32(place - 4, this.size - place);
  }

  /** Opens a map whose header `endMap` fills in. @returns its place. */
  beginMap(): number {
    this.ensure(1);
    this.length++;
    return this.size;
  }

  /** Closes the map opened at `place`, which has `count` entries. */
  endMap(place: number, count: number): void {
    if (count < 16) this.bytes[this.start + place - 1] = 0x80 | count;
    else this.#endLongMap(place, count);
  }

  /** The header is longer than the byte reserved: the entries make room. */
  #endLongMap(place: number, count: number): void {
    const more = count < 0x10000 ? 2 : 4;
    this.ensure(more);
    const from = this.start + place;
    const end = this.length;
    this.bytes.copyWithin(from + more, from, end);
    this.length = from - 1;
    this.mapHeader(count);
    this.length = end + more;
  }

  /** Opens an extension of `type` whose length `endExt` fills in. @returns its place. */
  beginExt(type: number): number {
    this.ensure(6);
    this.bytes[this.length] = 0xc9;
    this.bytes[this.length + 5] = type;
    this.length += 6;
    return this.size;
  }

  /** Closes the extension opened at `place`. */
  endExt(place: number): void {
    this.#fill32(place - 5, this.size - place);
  }

  /** Opens a frame: four bytes whose value `endFrame` fills in. @returns its place. */
  beginFrame(): number {
    this.ensure(4);
    this.length += 4;
    return this.size;
  }

  /**
   * Closes the frame opened at `place`.
   *
   * @param following bytes of the payload that follow, and are sent by another way
   * @returns the payload's length in bytes.
   */
  endFrame(place: number, following = 0): number {
    const count = this.size - place + following;
    this.#fill32(place - 4, count);
    return count;
  }

  /** Appends bytes that are MessagePack already. */
  raw(bytes: Uint8Array, start = 0, end = bytes.length): void {
    this.#append(bytes, start, end);
  }

  #append(from: Uint8Array, start: number, end: number): void {
    const count = end - start;
    this.ensure(count);
    if (count <= 32) {
      // A short copy by hand beats the call into the runtime.
      const to = this.bytes;
      for (let i = start, at = this.length; i < end; i++, at++) to[at] = from[i];
    } else {
      this.bytes.set(
        start === 0 && end === from.length ? from : from.subarray(start, end),
        this.length,
      );
    }
    this.length += count;
  }

  #byte(value: number): void {
    this.ensure(1);
    this.bytes[this.length++] = value;
  }

  #put8(type: number, value: number): void {
    this.bytes[this.length++] = type;
    this.bytes[this.length++] = value;
  }

  #put16(type: number, value: number): void {
    this.bytes[this.length++] = type;
    this.bytes[this.length++] = value >>> 8;
    this.bytes[this.length++] = value;
  }

  #put32(type: number, value: number): void {
    this.bytes[this.length++] = type;
    store32(this.bytes, this.length, value);
    this.length += 4;
  }

  #put64(type: number, value: number): void {
    this.#put32(type, Math.floor(value / 0x100000000));
    store32(this.bytes, this.length, value);
    this.length += 4;
  }

  /** A type byte and what stands in `scratch`. */
  #eight(type: number): void {
    this.ensure(9);
    this.bytes[this.length++] = type;
    for (let i = 0; i < 8; i++) this.bytes[this.length++] = scratchBytes[i];
  }

  #fill32(place: number, value: number): void {
    store32(this.bytes, this.start + place, value);
  }
}

/** Where the platform puts eight bytes together: a view of each buffer would cost more. */
const scratch = new DataView(new ArrayBuffer(8));
const scratchBytes = new Uint8Array(scratch.buffer);

/** Big-endian, the lowest 32 bits of a safe integer. */
function store32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}

function strHeaderBytes(count: number): number {
  return count < 32 ? 1 : count < 0x100 ? 2 : count < 0x10000 ? 3 : 5;
}
