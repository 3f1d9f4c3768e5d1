import { wireLimits } from "../../limits.ts";
import { freeMemory } from "./free_memory.ts";

const { spareBufferBytesMin, spareBytesMax } = wireLimits;

/**
 * Long buffers that are done with, kept for whoever needs such a one next: new memory has to be cleared
 * and mapped page by page, which takes longer than to copy something into it. No more is kept than a bound;
 * past it the buffer that was of no use for longest is freed.
 */
export class SpareMemory {
  #kept: ArrayBuffer[] = [];
  #bytes = 0;
  #bytesMax: number;

  /** @param bytesMax how much is kept */
  constructor(bytesMax = spareBytesMax) {
    this.#bytesMax = bytesMax;
  }

  /** Bytes that are kept. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Takes the buffer that was given last of those that are long enough.
   *
   * @param bytesMax no longer one: default: twice as long
   * @returns it, with any content; `undefined` when there is none.
   */
  take(bytesMin: number, bytesMax = 2 * bytesMin): Uint8Array<ArrayBuffer> | undefined {
    for (let i = this.#kept.length - 1; i >= 0; i--) {
      const { byteLength } = this.#kept[i];
      if (byteLength < bytesMin || byteLength > bytesMax) continue;
      const [buffer] = this.#kept.splice(i, 1);
      this.#bytes -= byteLength;
      return new Uint8Array(buffer);
    }
  }

  /** Takes a buffer of at least so many bytes, with any content, or makes one. */
  takeOrMake(bytesMin: number): Uint8Array<ArrayBuffer> {
    if (bytesMin < spareBufferBytesMin) return new Uint8Array(bytesMin);
    return this.take(bytesMin) ?? new Uint8Array(roomyBytes(bytesMin));
  }

  /**
   * Gives a buffer that is done with. Nobody may use it any more, nor another view of it: all that there
   * are of it become empty. Nor may the runtime still read into it, or write from it.
   */
  give(memory: Uint8Array): void {
    const { buffer } = memory;
    const { byteLength } = buffer;
    const isKept = byteLength >= spareBufferBytesMin && byteLength <= this.#bytesMax;
    if (!isKept || !(buffer instanceof ArrayBuffer)) return freeMemory(memory);
    // Node 20, where only the client runs, cannot take it from its views.
    const own = buffer.transfer?.();
    if (own === undefined) return;
    this.#kept.push(own);
    this.#bytes += byteLength;
    while (this.#bytes > this.#bytesMax) this.#bytes -= this.#freeOldest();
  }

  /** Frees all that is kept, because memory is short. */
  free(): void {
    while (this.#kept.length > 0) this.#bytes -= this.#freeOldest();
  }

  #freeOldest(): number {
    const oldest = new Uint8Array(this.#kept.shift()!);
    const { byteLength } = oldest;
    freeMemory(oldest);
    return byteLength;
  }
}

/** Up to an eighth more, so that the next content of about the same length has room too. */
function roomyBytes(bytes: number): number {
  const step = 2 ** (28 - Math.clz32(bytes));
  return Math.ceil(bytes / step) * step;
}

/** That of this thread. */
export const spareMemory = new SpareMemory();
