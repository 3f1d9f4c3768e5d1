import { assert } from "./assert.ts";
import { chunkOf, inChunk } from "./chunk.ts";

/** In place of a run: there is none. */
export const noRun = 0xffffffff;

/** Added to the length of a free run, in its first word. */
const freeMark = 0x80000000;

// The words of a free run. A shorter one is in no list, and is found only by the run in front of it.
const lengthWord = 0;
const nextWord = 1;
const previousWord = 2;
const listedWordsMin = 3;

/** Lengths up to here have a class each; of the longer ones sixteen classes share a power of two. */
const exactBelow = 64;
const classesPerPower = 16;
const classCount = 288;

/**
 * Words that a run of `count` takes: as many, or a sixteenth more at the most. So every free run of a
 * class is long enough for every run of that class.
 */
export function runWords(count: number): number {
  if (count < exactBelow) return count;
  const step = (1 << (31 - Math.clz32(count))) / classesPerPower;
  return Math.ceil(count / step) * step;
}

/**
 * The runs of words in the chunks of an arena that nobody uses, in lists by length: two-level segregated
 * fit (Masmano et al., "TLSF: a new dynamic memory allocator for real-time systems", 2004). The lists are
 * linked in the free words themselves, so that freeing needs no memory, and nothing takes longer than a
 * few steps.
 *
 * Runs are told from those in use by their first word, which of a run in use is below 2^31.
 */
export class FreeRuns {
  #words: readonly Uint32Array[];
  /** The first run of each class, or `noRun`. */
  #first = new Array<number>(classCount).fill(noRun);
  /** A bit for each class that has a run. */
  #filled = new Array<number>(classCount / 32).fill(0);
  #size = 0;

  /** @param words the chunks of the arena */
  constructor(words: readonly Uint32Array[]) {
    this.#words = words;
  }

  /** The length of the free run at a place; 0 when the run there is in use. */
  lengthAt(place: number): number {
    const word = this.#words[chunkOf(place)][inChunk(place)];
    return word >= freeMark ? word - freeMark : 0;
  }

  /** Adds a run. */
  add(place: number, length: number): void {
    this.#set(place, lengthWord, freeMark + length);
    if (length < listedWordsMin) return;
    const index = classOf(length);
    const next = this.#first[index];
    this.#set(place, nextWord, next);
    this.#set(place, previousWord, noRun);
    if (next !== noRun) this.#set(next, previousWord, place);
    this.#first[index] = place;
    this.#filled[index >>> 5] |= 1 << (index & 31);
    this.#size++;
  }

  /** Removes the free run at a place. */
  remove(place: number): void {
    const length = this.lengthAt(place);
    if (length < listedWordsMin) return;
    const index = classOf(length);
    const next = this.#get(place, nextWord);
    const previous = this.#get(place, previousWord);
    if (next !== noRun) this.#set(next, previousWord, previous);
    if (previous !== noRun) this.#set(previous, nextWord, next);
    else if ((this.#first[index] = next) === noRun) {
      this.#filled[index >>> 5] &= ~(1 << (index & 31));
    }
    this.#size--;
  }

  /** Removes a run of `length` words, what `runWords` returns, from one that is as long or longer. */
  take(length: number): number {
    const place = this.#fitting(length);
    if (place === noRun) return noRun;
    const held = this.lengthAt(place);
    this.remove(place);
    if (held > length) this.add(place + length, held - length);
    return place;
  }

  /** Whether there is no run to be taken. */
  get isEmpty(): boolean {
    return this.#size === 0;
  }

  /** Whether `take(length)` would find a run. */
  has(length: number): boolean {
    return this.#fitting(length) !== noRun;
  }

  /** Asserts that exactly these runs are free. @throws {Error} when they are not. */
  assertInvariants(runs: ReadonlyMap<number, number>): void {
    const listed = new Set<number>();
    for (const [index, first] of this.#first.entries()) {
      const isFilled = (this.#filled[index >>> 5] & 1 << (index & 31)) !== 0;
      assert(isFilled === (first !== noRun), "a class that has a run is marked");
      let previous = noRun;
      for (let at = first; at !== noRun; at = this.#get(at, nextWord)) {
        assert(!listed.has(at), "a free run is in one list, once");
        assert(this.#get(at, previousWord) === previous, "a free run knows the one before it");
        assert(classOf(this.lengthAt(at)) === index, "a free run is in the list of its class");
        assert(runs.get(at) === this.lengthAt(at), "a listed run is free");
        listed.add(at);
        previous = at;
      }
    }
    assert(listed.size === this.#size, "the lists count their runs");
    for (const [place, length] of runs) {
      assert(length < listedWordsMin || listed.has(place), "a free run is listed");
    }
  }

  /** The first run of the least class whose runs are long enough. */
  #fitting(length: number): number {
    const index = classOf(length);
    let at = index >>> 5;
    let bits = this.#filled[at] & (-1 << (index & 31));
    while (bits === 0) {
      if (++at === this.#filled.length) return noRun;
      bits = this.#filled[at];
    }
    return this.#first[at * 32 + 31 - Math.clz32(bits & -bits)];
  }

  #get(place: number, word: number): number {
    return this.#words[chunkOf(place)][inChunk(place) + word];
  }

  #set(place: number, word: number, value: number): void {
    this.#words[chunkOf(place)][inChunk(place) + word] = value;
  }
}

/** The class of the runs that are at least as long as the least of the class, and shorter than the next. */
function classOf(length: number): number {
  if (length < exactBelow) return length;
  const power = 31 - Math.clz32(length);
  const part = Math.floor(length * classesPerPower / 2 ** power) - classesPerPower;
  return exactBelow + (power - 6) * classesPerPower + part;
}
