import { encodeUtf8Into, utf8BytesBound } from "./utf8.ts";

/**
 * Appends MessagePack to one growable buffer.
 *
 * Invariant: `bytes[0..length)` are written, the rest is free. Lengths that are known only later
 * (frames, extensions) are reserved and filled in.
 *
 * The buffer is reused after `clear()`: what `written()` gave is valid only until then.
 */
export class MsgpackWriter {
  /** The buffer; replaced by a longer one when it is full. */
  bytes: Uint8Array<ArrayBuffer>;
  /** How much of it is written. */
  length = 0;
  #view: DataView;
  #initialBytes: number;

  /** @param initialBytes size of the first buffer, and of the one after a long content was cleared */
  constructor(initialBytes = 256) {
    this.#initialBytes = initialBytes;
    this.bytes = new Uint8Array(initialBytes);
    this.#view = new DataView(this.bytes.buffer);
  }

  /** All that is written, as a view of the buffer. */
  written(): Uint8Array<ArrayBuffer> {
    return this.bytes.subarray(0, this.length);
  }

  /** Starts over; gives a buffer back that a rare long content had made large. */
  clear(): void {
    this.length = 0;
    if (this.bytes.length > this.#initialBytes * 64) this.#replaceBuffer(this.#initialBytes);
  }

  /** Makes room for `count` more bytes. */
  ensure(count: number): void {
    const needed = this.length + count;
    if (needed > this.bytes.length) this.#replaceBuffer(Math.max(needed, this.bytes.length * 2));
  }

  #replaceBuffer(size: number): void {
    const bytes = new Uint8Array(size);
    bytes.set(this.written());
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer);
  }

  nil(): void {
    this.#byte(0xc0);
  }

  bool(value: boolean): void {
    this.#byte(value ? 0xc3 : 0xc2);
  }

  /** A safe integer, in its shortest form. */
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

  /** A 64-bit integer, always nine bytes: unsigned unless it is negative. */
  bigint(value: bigint): void {
    this.ensure(9);
    this.bytes[this.length] = value < 0n ? 0xd3 : 0xcf;
    this.#view.setBigUint64(this.length + 1, BigInt.asUintN(64, value));
    this.length += 9;
  }

  float(value: number): void {
    this.ensure(9);
    this.bytes[this.length] = 0xcb;
    this.#view.setFloat64(this.length + 1, value);
    this.length += 9;
  }

  /** @returns whether it was written: `false`, and nothing is, when `text` has a lone surrogate. */
  str(text: string): boolean {
    const start = this.length;
    const bound = utf8BytesBound(text);
    this.ensure(5 + bound);
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

  /** A str whose UTF-8 bytes are `from[start..end)`. */
  strBytes(from: Uint8Array, start = 0, end = from.length): void {
    this.strHeader(end - start);
    this.#append(from, start, end);
  }

  bin(value: Uint8Array): void {
    this.ensure(5);
    const count = value.length;
    if (count < 0x100) this.#put8(0xc4, count);
    else if (count < 0x10000) this.#put16(0xc5, count);
    else this.#put32(0xc6, count);
    this.#append(value, 0, count);
  }

  strHeader(count: number): void {
    this.ensure(5);
    if (count < 32) this.bytes[this.length++] = 0xa0 | count;
    else if (count < 0x100) this.#put8(0xd9, count);
    else if (count < 0x10000) this.#put16(0xda, count);
    else this.#put32(0xdb, count);
  }

  arrayHeader(count: number): void {
    this.ensure(5);
    if (count < 16) this.bytes[this.length++] = 0x90 | count;
    else if (count < 0x10000) this.#put16(0xdc, count);
    else this.#put32(0xdd, count);
  }

  mapHeader(count: number): void {
    this.ensure(5);
    if (count < 16) this.bytes[this.length++] = 0x80 | count;
    else if (count < 0x10000) this.#put16(0xde, count);
    else this.#put32(0xdf, count);
  }

  /** Reserves a container header of five bytes; `fillHeader32` fills it in. @returns its place. */
  reserveHeader32(): number {
    this.ensure(5);
    this.length += 5;
    return this.length - 5;
  }

  /** Makes the header at `place` one of a map (`0xdf`) or an array (`0xdd`) of `count`. */
  fillHeader32(place: number, type: 0xdd | 0xdf, count: number): void {
    this.bytes[place] = type;
    this.#view.setUint32(place + 1, count);
  }

  /** Opens an extension of `type` whose length `endExt` fills in. @returns its place. */
  beginExt(type: number): number {
    this.ensure(6);
    this.bytes[this.length] = 0xc9;
    this.bytes[this.length + 5] = type;
    this.length += 6;
    return this.length;
  }

  endExt(place: number): void {
    this.#view.setUint32(place - 5, this.length - place);
  }

  /** Opens a frame: four bytes whose value `endFrame` fills in. @returns its place. */
  beginFrame(): number {
    this.ensure(4);
    this.length += 4;
    return this.length;
  }

  /** Closes the frame opened at `place`. @returns the payload's length in bytes. */
  endFrame(place: number): number {
    const count = this.length - place;
    this.#view.setUint32(place - 4, count);
    return count;
  }

  /** Appends bytes that are MessagePack already. */
  raw(bytes: Uint8Array): void {
    this.#append(bytes, 0, bytes.length);
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
    this.bytes[this.length] = type;
    this.bytes[this.length + 1] = value;
    this.length += 2;
  }

  #put16(type: number, value: number): void {
    this.bytes[this.length] = type;
    this.#view.setUint16(this.length + 1, value);
    this.length += 3;
  }

  #put32(type: number, value: number): void {
    this.bytes[this.length] = type;
    this.#view.setUint32(this.length + 1, value);
    this.length += 5;
  }

  #put64(type: number, value: number): void {
    this.bytes[this.length] = type;
    this.#view.setUint32(this.length + 1, Math.floor(value / 0x100000000) >>> 0);
    this.#view.setUint32(this.length + 5, value >>> 0);
    this.length += 9;
  }
}

function strHeaderBytes(count: number): number {
  return count < 32 ? 1 : count < 0x100 ? 2 : count < 0x10000 ? 3 : 5;
}
