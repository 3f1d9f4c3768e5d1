import { defaultLimits, type Limits, wireLimits } from "../limits.ts";
import { freeMemory } from "./msgpack/free_memory.ts";
import { spareMemory } from "./msgpack/spare_memory.ts";

const { frameBytesMax } = wireLimits;

/** Bytes of the length that stands before each frame's payload. */
export const frameHeaderBytes = 4;

/**
 * Bytes that are free before what a `FrameReader` gives, in its buffer: whoever passes it on may write there
 * what stands before it in a message, and need not copy it.
 */
export const frameHeadroomBytes = 192;

/** A frame whose length is out of bounds: the stream cannot be followed any further. */
export class FrameError extends Error {
  static {
    this.prototype.name = "FrameError";
  }
}

/** Finds the requests of a protocol that has no frames in a stream of bytes. */
export interface RequestCutter {
  /**
   * Finds the end of the whole requests at the beginning of `bytes[start..end)`. What stands behind them
   * is given again when more has come, perhaps in another place.
   *
   * @returns `start` when not even one request is whole.
   * @throws {Error} when the stream cannot be followed any further.
   */
  cut(bytes: Uint8Array, start: number, end: number): number;
  /** Bytes that the request has at least whose first part was given last. Default: nothing is known. */
  readonly wantedBytes?: number;
}

/** How large a receive buffer is. */
export type ReceiveBufferLimits = Pick<Limits, "receiveBufferFirstBytes" | "receiveBufferBytes">;

/** After so many small reads the buffer shrinks: one alone may be the end of a burst. */
const smallReadsMax = 8;

/**
 * Cuts a stream of bytes into frames: a big-endian u32 length, then so many bytes.
 *
 * Bytes go in through `space()` and `received()`, whole frames come out of `take()` without being
 * copied. Knows no socket.
 *
 * Invariant: `#buffer[#start..#end)` is what was received and not yet taken; it begins with a
 * frame's header. `frameHeadroomBytes` before it hold nothing.
 *
 * The buffer is as large as the peer needs it. It begins small, because most connections are idle
 * most of the time. Reads that fill it make it grow to what a busy connection needs, and a run of
 * small reads makes it shrink again. Beyond that it grows only when more than half of it is bytes of
 * one frame, so a peer that announces a long frame makes it grow no faster than it sends; but a spare
 * buffer that holds the whole frame is taken at once. A long buffer is given back with the frame: an idle
 * connection has none.
 */
export class FrameReader {
  #firstBytes: number;
  #busyBytes: number;
  #frameBytesMax: number;
  #buffer: Uint8Array<ArrayBuffer>;
  #start = frameHeadroomBytes;
  #end = frameHeadroomBytes;
  /** Cuts the stream where it has no frames. */
  #cutter: RequestCutter | undefined;
  /** Whether the last read filled the space it was given. */
  #isFilled = false;
  /** Reads in a row for which a quarter of the buffer would have done. */
  #smallReads = 0;

  /** @param frameMax bytes of a frame at the most, where those that come are short */
  constructor(limits: ReceiveBufferLimits = defaultLimits, frameMax = frameBytesMax) {
    this.#frameBytesMax = frameMax;
    this.#firstBytes = limits.receiveBufferFirstBytes;
    this.#busyBytes = limits.receiveBufferBytes;
    this.#buffer = new Uint8Array(this.#firstBytes);
  }

  /** Memory of the buffer. */
  get byteLength(): number {
    return this.#buffer.length;
  }

  /** Whether a part of a frame was received, and not all of it. */
  get hasPart(): boolean {
    return this.#end > this.#start;
  }

  /** Has the stream cut by `cutter` from now on: it has no frames. */
  cutBy(cutter: RequestCutter): void {
    this.#cutter = cutter;
  }

  /** Where the next bytes received go; never empty. Ends the validity of what `take()` gave. */
  space(): Uint8Array {
    if (this.#start === this.#end) {
      this.#start = this.#end = frameHeadroomBytes;
      const size = this.#fittingSize();
      if (size !== this.#buffer.length) {
        this.#replaceWith(spareMemory.take(size, size) ?? new Uint8Array(size));
      }
    } else if (this.#buffer.length - this.#end < this.#buffer.length / 4) {
      this.#makeSpace();
    }
    return this.#buffer.subarray(this.#end);
  }

  /** The size that the last reads call for, when the buffer is empty. */
  #fittingSize(): number {
    const size = this.#buffer.length;
    if (size > this.#busyBytes) return this.#busyBytes;
    if (this.#isFilled) return Math.min(size * 4, this.#busyBytes);
    if (this.#smallReads < smallReadsMax) return size;
    this.#smallReads = 0;
    return Math.max(size / 4, this.#firstBytes);
  }

  #makeSpace(): void {
    const { length } = this.#buffer;
    const heldBytes = this.#end - this.#start;
    const wanted = frameHeadroomBytes + this.#wantedBytes(heldBytes);
    if (heldBytes > length / 2 && wanted > length) this.#moveTo(this.#longer(wanted, heldBytes));
    else if (this.#isFilled && length < this.#busyBytes) {
      this.#moveTo(new Uint8Array(Math.min(length * 2, this.#busyBytes)));
    } else if (this.#start > frameHeadroomBytes) this.#moveTo(this.#buffer);
  }

  /** @param wanted bytes that would hold the frame, the first `heldBytes` of which are there */
  #longer(wanted: number, heldBytes: number): Uint8Array<ArrayBuffer> {
    const whole = wanted > this.#busyBytes ? spareMemory.take(wanted) : undefined;
    const size = Math.max(this.#buffer.length * 2, 3 * heldBytes);
    return whole ?? spareMemory.takeOrMake(Math.min(wanted, size));
  }

  #moveTo(buffer: Uint8Array<ArrayBuffer>): void {
    buffer.set(this.#buffer.subarray(this.#start, this.#end), frameHeadroomBytes);
    this.#end += frameHeadroomBytes - this.#start;
    this.#start = frameHeadroomBytes;
    if (buffer !== this.#buffer) this.#replaceWith(buffer);
  }

  /** How long the frame is that is there in part. */
  #wantedBytes(heldBytes: number): number {
    if (this.#cutter !== undefined) return this.#cutter.wantedBytes ?? Infinity;
    if (heldBytes < frameHeaderBytes) return Infinity;
    return frameHeaderBytes + frameLength(this.#buffer, this.#start);
  }

  /** Nobody uses the buffer any more when its frames are done with and nothing is read into it. */
  #replaceWith(buffer: Uint8Array<ArrayBuffer>): void {
    spareMemory.give(this.#buffer);
    this.#buffer = buffer;
  }

  /**
   * Gives the buffer back. Nothing is received any more.
   *
   * @param isInUse whether somebody still uses frames that `take()` gave: then the memory is freed with them
   */
  close(isInUse = false): void {
    // A read that is under way still has the memory, though nobody sees it: so it is not for others.
    if (!isInUse) freeMemory(this.#buffer);
    this.#buffer = new Uint8Array();
    this.#start = this.#end = 0;
  }

  /** Says that the first `count` bytes of `space()` were filled. */
  received(count: number): void {
    this.#end += count;
    this.#isFilled = this.#end === this.#buffer.length;
    if (count > this.#buffer.length / 4) this.#smallReads = 0;
    else this.#smallReads++;
  }

  /**
   * All frames that are there whole, their headers included, one behind the other (or all requests, where
   * there are no frames); `undefined` when there is none. A view that is valid until `space()` is called.
   *
   * @throws {FrameError} when the next frame's length is out of bounds. Whole frames before it are
   * given first. So does the cutter, if there is one.
   */
  take(): Uint8Array | undefined {
    const end = this.#cutter === undefined
      ? this.#endOfFrames()
      : this.#cutter.cut(this.#buffer, this.#start, this.#end);
    if (end === this.#start) return undefined;
    const frames = this.#buffer.subarray(this.#start, end);
    this.#start = end;
    return frames;
  }

  /** Where the whole frames end that were received; `#start` when there is none. */
  #endOfFrames(): number {
    let at = this.#start;
    while (at + frameHeaderBytes <= this.#end) {
      const length = frameLength(this.#buffer, at);
      if (length < 1 || length > this.#frameBytesMax) {
        if (at > this.#start) break;
        throw new FrameError(
          `Cannot read a frame of ${length} bytes: allowed are 1 to ${this.#frameBytesMax}`,
        );
      }
      if (at + frameHeaderBytes + length > this.#end) break;
      at += frameHeaderBytes + length;
    }
    return at;
  }
}

/** The payload length that the frame header at `at` states. */
export function frameLength(bytes: Uint8Array, at: number): number {
  return ((bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]) >>> 0;
}
