import { defaultLimits, wireLimits } from "../limits.ts";

const { frameBytesMax } = wireLimits;

/** Bytes of the length that stands before each frame's payload. */
export const frameHeaderBytes = 4;

/** A frame whose length is out of bounds: the stream cannot be followed any further. */
export class FrameError extends Error {
  static {
    this.prototype.name = "FrameError";
  }
}

/**
 * Cuts a stream of bytes into frames: a big-endian u32 length, then so many bytes.
 *
 * Bytes go in through `space()` and `received()`, whole frames come out of `take()` without being
 * copied. Knows no socket.
 *
 * Invariant: `#buffer[#start..#end)` is what was received and not yet taken; it begins with a
 * frame's header. The buffer doubles only when more than half of it is such bytes, so a peer that
 * announces a long frame makes it grow no faster than it sends.
 */
export class FrameReader {
  #firstBytes: number;
  #buffer: Uint8Array<ArrayBuffer>;
  #start = 0;
  #end = 0;

  /** @param firstBytes first size of the buffer, and what it shrinks back to after a long frame */
  constructor(firstBytes = defaultLimits.receiveBufferBytes) {
    this.#firstBytes = firstBytes;
    this.#buffer = new Uint8Array(firstBytes);
  }

  /** Where the next bytes received go; never empty. Ends the validity of what `take()` gave. */
  space(): Uint8Array {
    if (this.#start === this.#end) {
      this.#start = this.#end = 0;
      if (this.#buffer.length > this.#firstBytes) {
        this.#buffer = new Uint8Array(this.#firstBytes);
      }
    } else if (this.#buffer.length - this.#end < this.#buffer.length / 4) {
      this.#makeSpace();
    }
    return this.#buffer.subarray(this.#end);
  }

  #makeSpace(): void {
    const held = this.#buffer.subarray(this.#start, this.#end);
    if (held.length > this.#buffer.length / 2) {
      this.#buffer = new Uint8Array(this.#buffer.length * 2);
      this.#buffer.set(held);
    } else this.#buffer.copyWithin(0, this.#start, this.#end);
    this.#start = 0;
    this.#end = held.length;
  }

  /** Says that the first `count` bytes of `space()` were filled. */
  received(count: number): void {
    this.#end += count;
  }

  /**
   * All frames that are there whole, their headers included, one behind the other; `undefined` when
   * there is none. A view that is valid until `space()` is called.
   *
   * @throws {FrameError} when the next frame's length is out of bounds. Whole frames before it are
   * given first.
   */
  take(): Uint8Array | undefined {
    let at = this.#start;
    while (at + frameHeaderBytes <= this.#end) {
      const length = frameLength(this.#buffer, at);
      if (length < 1 || length > frameBytesMax) {
        if (at > this.#start) break;
        throw new FrameError(
          `Cannot read a frame of ${length} bytes: allowed are 1 to ${frameBytesMax}`,
        );
      }
      if (at + frameHeaderBytes + length > this.#end) break;
      at += frameHeaderBytes + length;
    }
    if (at === this.#start) return undefined;
    const frames = this.#buffer.subarray(this.#start, at);
    this.#start = at;
    return frames;
  }
}

/** The payload length that the frame header at `at` states. */
export function frameLength(bytes: Uint8Array, at: number): number {
  return ((bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]) >>> 0;
}
