import type { Limits } from "../../limits.ts";
import { MemoryAccount, RpcError } from "../../rpc/mod.ts";

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
  #memory: MemoryAccount;
  /** A chunk that is made ahead. */
  #spare: Uint32Array<ArrayBuffer> | undefined;

  /**
   * @param firstWords size of the first chunk at first, a power of two
   * @param limits bound the memory
   * @param memory is charged for it
   */
  constructor(firstWords: number, { storeKeyBytesMax }: Limits, memory = new MemoryAccount()) {
    this.#firstWords = firstWords;
    this.#bytesMax = storeKeyBytesMax;
    this.#memory = memory;
  }

  /** Memory that it takes. */
  get byteLength(): number {
    return this.bytes.reduce((sum, { length }) => sum + length, this.#spare?.byteLength ?? 0);
  }

  /** Gives all memory back. It is not to be used any more. */
  release(): void {
    this.#memory.charge(-this.byteLength);
    this.words.length = this.bytes.length = 0;
    this.#spare = undefined;
  }

  /**
   * Makes sure that so many words, fewer than a chunk has, can be given out, in runs that divide a chunk.
   *
   * @throws as `allocate` does, also when the system has no memory.
   */
  reserve(count: number): void {
    const last = this.words.length - 1;
    if (
      this.#spare !== undefined || inChunk(this.#end - 1) + 1 + count <= this.words[last].length
    ) {
      return;
    }
    if (last === 0 && this.words[0].length < chunkWords) {
      let words = this.words[0].length * 2;
      while (words < this.#end + count && words < chunkWords) words *= 2;
      return this.#setChunk(0, words);
    }
    this.#expectRoom();
    this.#spare = this.#make(chunkWords);
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
    if (this.#spare === undefined) this.#expectRoom();
    this.#setChunk(chunks, chunkWords);
    this.#end = chunks * chunkWords;
  }

  /** @throws {RpcError} `overloaded` when there may be no further chunk. */
  #expectRoom(): void {
    const chunks = this.words.length;
    if (4 * chunkWords * (chunks + 1) > this.#bytesMax) {
      throw new RpcError(
        "overloaded",
        `Cannot hold another key: found ${
          chunks * chunkWords * 4
        } bytes of them in this replica, ` +
          `allowed are ${this.#bytesMax}`,
      );
    }
  }

  #setChunk(chunk: number, wordCount: number): void {
    const isSpare = wordCount === chunkWords && this.#spare !== undefined;
    const words = isSpare ? this.#spare! : this.#make(wordCount);
    if (isSpare) this.#spare = undefined;
    const replaced = this.words[chunk];
    if (replaced !== undefined) {
      words.set(replaced);
      this.#memory.charge(-replaced.byteLength);
    }
    this.words[chunk] = words;
    this.bytes[chunk] = new Uint8Array(words.buffer);
  }

  #make(wordCount: number): Uint32Array<ArrayBuffer> {
    const words = new Uint32Array(wordCount);
    this.#memory.charge(words.byteLength);
    return words;
  }
}
