import { wireLimits } from "../../limits.ts";
import { FrameError, frameHeaderBytes } from "../../rpc/mod.ts";

/** Follows a stream of frames that comes in parts, and knows whether a part ends with a frame. */
export class FrameBoundary {
  /** Bytes of the header that came, and the length that they tell so far. */
  #headerBytes = 0;
  #length = 0;
  /** Bytes of the payload that are to come. */
  #payloadBytes = 0;

  /** Whether a whole frame came last, or nothing at all. */
  get isReached(): boolean {
    return this.#payloadBytes === 0 && this.#headerBytes === 0;
  }

  /** Goes on. @throws {FrameError} when a length is out of bounds. */
  advance(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      if (this.#payloadBytes > 0) {
        const count = Math.min(this.#payloadBytes, bytes.length - at);
        this.#payloadBytes -= count;
        at += count;
      } else this.#takeHeaderByte(bytes[at++]);
    }
  }

  #takeHeaderByte(byte: number): void {
    this.#length = this.#length * 256 + byte;
    if (++this.#headerBytes < frameHeaderBytes) return;
    if (this.#length < 1 || this.#length > wireLimits.frameBytesMax) {
      throw new FrameError(
        `Cannot follow a frame of ${this.#length} bytes: allowed are 1 to ${wireLimits.frameBytesMax}`,
      );
    }
    this.#payloadBytes = this.#length;
    this.#headerBytes = this.#length = 0;
  }
}
