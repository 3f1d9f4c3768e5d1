import type { Limits } from "../../limits.ts";
import { type Charged, isAllocationFailure, MemoryAccount, RpcError } from "../../rpc/mod.ts";
import { assert } from "./assert.ts";
import { chunkOf, chunkWords, inChunk } from "./chunk.ts";
import { FreeRuns, noRun, runWords } from "./free_runs.ts";

export { chunkOf, inChunk } from "./chunk.ts";

/** Options of a `WordArena`. */
export interface WordArenaOptions {
  /** Size of the first chunk at first, a power of two. */
  firstWords: number;
  /** Words at the beginning that are never given out, so that their places can mean something else. Default 0. */
  reservedWords?: number;
}

/**
 * Words of 32 bits, allocated in runs and freed as such.
 *
 * The words lie in chunks of 1 MiB, so that growing copies nothing. Only the first chunk starts small
 * and doubles, because most arenas of a test stay small. A run lies within one chunk. A free run is given
 * out again, whole or in parts, and a chunk without runs in use is given back. What is free at the end of
 * the chunk that grows is simply no longer given out: so runs that are freed in the opposite order, last
 * in, first out, leave nothing behind.
 *
 * The first word of a run is 0 at first, and must stay below 2^31, because free runs are told by it. The
 * other words may hold anything.
 */
export class WordArena {
  /** The chunks as words; empty where a chunk was given back. */
  readonly words: Uint32Array[] = [];
  /** The same chunks as bytes. */
  readonly bytes: Uint8Array[] = [];
  #free = new FreeRuns(this.words);
  /** Words of each chunk in runs that are in use. */
  #usedIn: number[] = [];
  /** Chunks that were given back. */
  #vacant: number[] = [];
  /** The chunk that grows, and how many of its words were given out. Of the others all were. */
  #open = -1;
  #end = 0;
  #firstWords: number;
  #reservedWords: number;
  #bytesMax: number;
  #memory: Charged;
  /** A chunk that is made ahead. */
  #spare: Uint32Array<ArrayBuffer> | undefined;

  /**
   * @param limits bound the memory
   * @param memory is charged for it
   */
  constructor(
    { firstWords, reservedWords = 0 }: WordArenaOptions,
    { storeKeyBytesMax }: Limits,
    memory: Charged = new MemoryAccount(),
  ) {
    this.#firstWords = firstWords;
    this.#reservedWords = reservedWords;
    this.#bytesMax = storeKeyBytesMax;
    this.#memory = memory;
  }

  /** Memory that it takes. */
  get byteLength(): number {
    return this.bytes.reduce((sum, { length }) => sum + length, this.#spare?.byteLength ?? 0);
  }

  /** Frees all runs, and gives all memory back. */
  clear(): void {
    this.#memory.charge(-this.byteLength);
    this.words.length =
      this.bytes.length =
      this.#usedIn.length =
      this.#vacant.length =
        0;
    this.#free = new FreeRuns(this.words);
    this.#open = -1;
    this.#end = 0;
    this.#spare = undefined;
  }

  /**
   * Makes sure that so many words, fewer than a chunk has, can be given out.
   *
   * @throws as `allocate` does, also when the system has no memory.
   */
  reserve(count: number): void {
    const length = runWords(count);
    // The first chunk is small, and no spare one takes its place.
    if (this.#chunks === 0) return this.#grow(length);
    if (this.#spare !== undefined || this.#end + length <= this.#openWords) return;
    if (this.#canDouble) return this.#double(length);
    if (this.#free.has(length)) return;
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
    const length = runWords(count);
    // Where nothing was ever freed, as is usual, that is all.
    if (!this.#free.isEmpty || this.#end + length > this.#openWords) return this.#find(length);
    const place = this.#open * chunkWords + this.#end;
    this.#end += length;
    this.#usedIn[this.#open] += length;
    this.words[this.#open][inChunk(place)] = 0;
    return place;
  }

  /** Frees the run of `count` words at a place. Arrays read before may be stale afterwards, as with `allocate`. */
  free(place: number, count: number): void {
    const chunk = chunkOf(place);
    const length = runWords(count);
    this.#usedIn[chunk] -= length;
    const first = chunk * chunkWords;
    const end = first + this.#endOf(chunk);
    // The free runs behind it become one with it.
    let next = place + length;
    while (next < end) {
      const more = this.#free.lengthAt(next);
      if (more === 0) break;
      this.#free.remove(next);
      next += more;
    }
    if (chunk !== this.#open || next < end) this.#free.add(place, next - place);
    else this.#end = place - first;
    if (this.#usedIn[chunk] === 0) this.#giveBack(chunk);
    else this.#halve();
  }

  /**
   * Asserts that each word is in a run that is in use or free, and counted so.
   *
   * @param runs the lengths of the runs in use, by place
   * @throws {Error} when that is not so.
   */
  assertInvariants(runs: ReadonlyMap<number, number>): void {
    const free = new Map<number, number>();
    let found = 0;
    for (const chunk of this.words.keys()) {
      const end = this.#endOf(chunk);
      let used = 0;
      let at = end === 0 ? 0 : this.#startOf(chunk);
      while (at < end) {
        const place = chunk * chunkWords + at;
        const freeLength = this.#free.lengthAt(place);
        const count = runs.get(place);
        assert((count === undefined) === (freeLength > 0), "a run is in use or free");
        if (freeLength > 0) free.set(place, freeLength);
        if (count !== undefined) {
          found++;
          used += runWords(count);
        }
        at += count === undefined ? freeLength : runWords(count);
      }
      assert(at === end, "a run ends in its chunk");
      assert(used === this.#usedIn[chunk], "a chunk counts its words in use");
      assert(used > 0 || end <= this.#startOf(chunk), "a chunk without runs in use is given back");
    }
    assert(found === runs.size, "each run is in a chunk");
    this.#free.assertInvariants(free);
  }

  /** Finds `length` words among the free runs, or in the chunk that grows. */
  #find(length: number): number {
    let place = this.#free.take(length);
    if (place === noRun) {
      if (this.#end + length > this.#openWords) this.#grow(length);
      place = this.#open * chunkWords + this.#end;
      this.#end += length;
    }
    this.#usedIn[chunkOf(place)] += length;
    this.words[chunkOf(place)][inChunk(place)] = 0;
    return place;
  }

  /** Words of the chunk that grows. */
  get #openWords(): number {
    return this.#open < 0 ? 0 : this.words[this.#open].length;
  }

  /** How many chunks there are. */
  get #chunks(): number {
    return this.words.length - this.#vacant.length;
  }

  /** Whether the only chunk may become twice as large. */
  get #canDouble(): boolean {
    return this.#open === 0 && this.#chunks === 1 && this.words[0].length < chunkWords;
  }

  #startOf(chunk: number): number {
    return chunk === 0 ? this.#reservedWords : 0;
  }

  #endOf(chunk: number): number {
    return chunk === this.#open ? this.#end : this.words[chunk].length;
  }

  #grow(length: number): void {
    if (this.#canDouble) return this.#double(length);
    const isFirst = this.#chunks === 0;
    if (!isFirst && this.#spare === undefined) this.#expectRoom();
    let wordCount = isFirst ? this.#firstWords : chunkWords;
    while (wordCount < this.#reservedWords + length) wordCount *= 2;
    const chunk = this.#vacant.at(-1) ?? this.words.length;
    this.#setChunk(chunk, wordCount);
    this.#vacant.pop();
    this.#usedIn[chunk] = 0;
    this.#close();
    this.#open = chunk;
    this.#end = this.#startOf(chunk);
  }

  /** Makes what the open chunk has not given out a free run. */
  #close(): void {
    if (this.#open < 0) return;
    const rest = this.words[this.#open].length - this.#end;
    if (rest > 0) this.#free.add(this.#open * chunkWords + this.#end, rest);
  }

  #double(length: number): void {
    let wordCount = this.words[0].length * 2;
    while (wordCount < this.#end + length) wordCount *= 2;
    this.#setChunk(0, wordCount);
  }

  /** Makes the only chunk smaller when a quarter of it is enough. */
  #halve(): void {
    if (this.#open !== 0 || this.#chunks > 1) return;
    const { length } = this.words[0];
    if (length <= this.#firstWords || this.#end > length / 4) return;
    try {
      this.#setChunk(0, length / 2);
    } catch (error) {
      // Without memory for a smaller chunk the larger one stays.
      if (!isAllocationFailure(error)) throw error;
    }
  }

  /** Gives back a chunk all of whose runs are free, with the spare one. */
  #giveBack(chunk: number): void {
    if (this.#chunks === 1) return this.clear();
    const end = this.#endOf(chunk);
    for (let at = this.#startOf(chunk); at < end;) {
      const place = chunk * chunkWords + at;
      at += this.#free.lengthAt(place);
      this.#free.remove(place);
    }
    this.#memory.charge(-this.words[chunk].byteLength - (this.#spare?.byteLength ?? 0));
    this.#spare = undefined;
    this.words[chunk] = noWords;
    this.bytes[chunk] = noBytes;
    this.#vacant.push(chunk);
    if (chunk !== this.#open) return;
    this.#open = this.words.findLastIndex(({ length }) => length > 0);
    this.#end = this.words[this.#open].length;
  }

  /** @throws {RpcError} `overloaded` when there may be no further chunk. */
  #expectRoom(): void {
    const bytes = this.#chunks * chunkWords * 4;
    if (bytes + chunkWords * 4 > this.#bytesMax) {
      throw new RpcError(
        "overloaded",
        `Cannot hold another key: found ${bytes} bytes of them in this replica, ` +
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
      words.set(replaced.subarray(0, wordCount));
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

const noWords = new Uint32Array();
const noBytes = new Uint8Array();
