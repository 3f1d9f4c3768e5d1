import type { Limits } from "../../limits.ts";
import { RpcError } from "../../rpc/mod.ts";

/** Words of a chunk, as a power of two: 1 MiB. */
const chunkBits = 18;
const chunkWords = 1 << chunkBits;

/** Word `n` of an arena is `words[chunkOf(n)][inChunk(n)]`. */
export function chunkOf(n: number): number {
  return n >>> chunkBits;
}

/** The index in its chunk of word `n` of an arena. */
export function inChunk(n: number): number {
  return n & (chunkWords - 1);
}

/**
 * Words of 32 bits, allocated in runs, one behind the other, and never freed.
 *
 * The words lie in chunks of 1 MiB, so that growing copies nothing. Only the first chunk starts small
 * and doubles, because most arenas of a test stay small. A run lies within one chunk; the rest of a
 * chunk that has no room for the next run is lost. All words are 0 at first.
 */
export class WordArena {
  /** The chunks as words. */
  readonly words: Uint32Array[] = [];
  /** The same chunks as bytes. */
  readonly bytes: Uint8Array[] = [];
  #end = 0;
  #firstWords: number;
  #bytesMax: number;

  /**
   * @param firstWords size of the first chunk at first, a power of two
   * @param limits bound the memory
   */
  constructor(firstWords: number, { storeKeyBytesMax }: Limits) {
    this.#firstWords = firstWords;
    this.#bytesMax = storeKeyBytesMax;
  }

  /** Memory that it takes. */
  get byteLength(): number {
    return this.bytes.reduce((sum, { length }) => sum + length, 0);
  }

  /**
   * Allocates `count` words. An array read from `words` or `bytes` before may be stale afterwards.
   *
   * @returns the place of the first word.
   * @throws {RpcError} `overloaded` at `storeKeyBytesMax`; then nothing has changed.
   */
  allocate(count: number): number {
    const last = this.words.length - 1;
    if (last < 0 || inChunk(this.#end - 1) + 1 + count > this.words[last].length) {
      this.#grow(count);
    }
    const place = this.#end;
    this.#end += count;
    return place;
  }

  #grow(count: number): void {
    const chunks = this.words.length;
    const room = chunks === 0 ? this.#firstWords : this.words[0].length * 2;
    if (chunks <= 1 && room <= chunkWords && this.#end + count <= chunkWords) {
      let words = room;
      while (words < this.#end + count) words *= 2;
      return this.#setChunk(0, words);
    }
    if (4 * chunkWords * (chunks + 1) > this.#bytesMax) {
      throw new RpcError(
        "overloaded",
        `Cannot hold another key: found ${
          chunks * chunkWords * 4
        } bytes of them in this replica, ` +
          `allowed are ${this.#bytesMax}`,
      );
    }
    this.#setChunk(chunks, chunkWords);
    this.#end = chunks * chunkWords;
  }

  #setChunk(chunk: number, wordCount: number): void {
    const words = new Uint32Array(wordCount);
    if (chunk < this.words.length) words.set(this.words[chunk]);
    this.words[chunk] = words;
    this.bytes[chunk] = new Uint8Array(words.buffer);
  }
}
