import type { Limits } from "../../limits.ts";
import { type Charged, isAllocationFailure, RpcError } from "../../rpc/mod.ts";
import { assert } from "./assert.ts";

/** Words of a segment, as a power of two: 128 KiB. */
const segmentBits = 15;
const segmentWords = 1 << segmentBits;

/** Words of the very first segment at first; they double as it grows. */
const firstWords = 64;

/** A log without values keeps its segment if that has no more words, because the next value may come soon. */
const keptWords = 1024;

/** A longer value gets memory of its own, so that no more than this of a segment is lost at its end. */
export const loggedBytesMax = 4 * segmentWords / 32;

/** One word of so many may be garbage, and one segment more. */
const wordsPerGarbageWord = 4;

/** Added to the length of a run of garbage, in its first word. */
const garbageMark = 0x80000000;

/**
 * A loop of more steps takes longer than the call into the runtime, ten times as long for 4 kB. A loop
 * of fewer steps takes less: an entry on its way to three receivers takes 10 to 15 % less time.
 */
const copyStepsMax = 64;

/**
 * Short values, one behind the other, in segments: a log that is cleaned as it is written (as in
 * Rumble et al., "Log-structured Memory for DRAM-based Storage", 2014).
 *
 * In front of each value stands a word with its owner's number. A value is overwritten by one that is
 * not longer; a longer one is appended, and the old one is garbage. When there is too much garbage, the
 * segment with the most is cleaned: its values are appended anew, and `moved` is called for each. So the
 * log takes at most 4/3 of its values and a few segments, whatever lengths come and go, and no write
 * moves more than one segment. A log without values takes next to nothing.
 */
export class ValueLog {
  #words: Uint32Array[] = [];
  #bytes: Uint8Array[] = [];
  /** Number of values. */
  #size = 0;
  /** Words of garbage in each segment. */
  #garbageIn: number[] = [];
  #garbage = 0;
  /** Segments without values. Their memory is freed, but for the spare one. */
  #empty: number[] = [];
  #spare: Uint32Array | undefined;
  /** The segment that is appended to, and the place of its next word. */
  #open = -1;
  #end = 0;
  #bytesMax: number;
  #memory: Charged;
  #lengthOf: (owner: number) => number;
  #moved: (owner: number, place: number) => void;

  /**
   * @param limits bound the memory
   * @param memory is charged for it
   * @param lengthOf returns the length of an owner's value; owners are numbers below 2^31
   * @param moved is called with an owner whose value has moved, and the new place
   */
  constructor(
    { storeValueBytesMax }: Limits,
    memory: Charged,
    lengthOf: (owner: number) => number,
    moved: (owner: number, place: number) => void,
  ) {
    this.#bytesMax = storeValueBytesMax;
    this.#memory = memory;
    this.#lengthOf = lengthOf;
    this.#moved = moved;
  }

  /** Memory that it takes. */
  get byteLength(): number {
    return this.#words.reduce((sum, words) => sum + words.byteLength, this.#spare?.byteLength ?? 0);
  }

  get #segmentsMax(): number {
    return Math.floor(this.#bytesMax / (4 * segmentWords));
  }

  /** Number of segments with values. */
  get #used(): number {
    return this.#words.length - this.#empty.length;
  }

  /** The value at a place is `bytesAt(place)[startOf(place)..]`, until something is written. */
  bytesAt(place: number): Uint8Array {
    return this.#bytes[place >>> segmentBits];
  }

  /** Index in `bytesAt(place)` of the first byte of the value. */
  startOf(place: number): number {
    return inSegment(place) * 4;
  }

  /**
   * Writes the value of an owner who has none, a byte at least.
   *
   * @returns its place.
   * @throws {RpcError} `overloaded` at `storeValueBytesMax`; then nothing has changed.
   */
  add(owner: number, bytes: Uint8Array, start: number, end: number): number {
    // One segment is left for cleaning.
    const place = this.#allocate(owner, wordsOf(end - start), this.#segmentsMax - 1);
    this.#fill(place, bytes, start, end);
    this.#size++;
    return place;
  }

  /** Writes a value in place of one of `length` bytes. @returns its place. @throws as `add` does. */
  replace(
    place: number,
    length: number,
    owner: number,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): number {
    const held = wordsOf(length);
    const needed = wordsOf(end - start);
    if (needed > held) {
      const added = this.add(owner, bytes, start, end);
      this.remove(place, length);
      return added;
    }
    this.#fill(place, bytes, start, end);
    if (needed < held) this.#discard(place + needed, held - needed);
    return place;
  }

  /** Removes a value of `length` bytes. */
  remove(place: number, length: number): void {
    this.#discard(place - 1, wordsOf(length) + 1);
    this.#size--;
  }

  /** Cleans a segment if there is too much garbage. Called after each change, once owners know their places. */
  clean(): void {
    if (this.#size === 0) return this.#clear();
    if (!this.#isDirty || !this.#hasSpare()) return;
    // There is more garbage than the open segment can hold, so there are other segments.
    let victim = this.#open === 0 ? 1 : 0;
    for (let i = victim + 1; i < this.#words.length; i++) {
      if (i !== this.#open && this.#garbageIn[i] > this.#garbageIn[victim]) victim = i;
    }
    this.#empty.push(this.#emptied(victim));
  }

  /**
   * Asserts that each value stands behind its owner, and that what is not a value is counted as garbage,
   * of which there is not too much.
   *
   * @param places of the values, by owner
   * @throws {Error} when it does not.
   */
  assertInvariants(places: ReadonlyMap<number, number>): void {
    let values = 0;
    for (const [segment, words] of this.#words.entries()) {
      const end = segment === this.#open ? this.#end : words.length;
      let garbage = 0;
      for (let at = 0; at < end;) {
        const owner = words[at];
        if (owner >= garbageMark) {
          garbage += owner - garbageMark;
          at += owner - garbageMark;
          continue;
        }
        const place = segment * segmentWords + at + 1;
        assert(places.get(owner) === place, "a value in the log is where its owner has it");
        values++;
        at += 1 + wordsOf(this.#lengthOf(owner));
      }
      assert(garbage === this.#garbageIn[segment], "a segment counts its garbage");
    }
    assert(values === places.size, "each value is in the log once");
    assert(values === this.#size, "the values are counted");
    assert(values > 0 || this.byteLength <= 4 * keptWords, "a log without values takes little");
    const garbage = this.#garbageIn.reduce((sum, words) => sum + words, 0);
    assert(garbage === this.#garbage, "the garbage is that of all segments");
    assert(!this.#isDirty, "the log is cleaned when there is too much garbage");
  }

  /** Gives the memory back, because there are no values. */
  #clear(): void {
    this.#end = this.#garbage = 0;
    if (this.#words.length === 1 && this.#words[0].length <= keptWords) {
      this.#garbageIn[0] = 0;
      return;
    }
    this.#memory.charge(-this.byteLength);
    this.#words.length =
      this.#bytes.length =
      this.#garbageIn.length =
      this.#empty.length =
        0;
    this.#spare = undefined;
    this.#open = -1;
  }

  /** Whether there is too much garbage. */
  get #isDirty(): boolean {
    const wordsAllowed = this.#used * (segmentWords / wordsPerGarbageWord) + segmentWords;
    return this.#garbage > wordsAllowed;
  }

  /** Makes a spare segment, if there is none: cleaning must not fail half way. @returns whether there is one. */
  #hasSpare(): boolean {
    try {
      this.#spare ??= this.#make(segmentWords);
      return true;
    } catch (error) {
      if (!isAllocationFailure(error)) throw error;
      return false;
    }
  }

  #make(length: number): Uint32Array {
    const words = new Uint32Array(length);
    this.#memory.charge(words.byteLength);
    return words;
  }

  #fill(place: number, bytes: Uint8Array, start: number, end: number): void {
    copy(bytes, start, end, this.#bytes[place >>> segmentBits], this.startOf(place));
  }

  #discard(place: number, count: number): void {
    const segment = place >>> segmentBits;
    this.#words[segment][inSegment(place)] = garbageMark + count;
    this.#garbageIn[segment] += count;
    this.#garbage += count;
  }

  /** Allocates an owner and a value of `count` words, in at most `segments`. @returns the value's place. */
  #allocate(owner: number, count: number, segments: number): number {
    if (this.#open < 0 || this.#end + 1 + count > this.#words[this.#open].length) {
      this.#makeRoom(1 + count, segments);
    }
    this.#words[this.#open][this.#end] = owner;
    const place = this.#open * segmentWords + this.#end + 1;
    this.#end += 1 + count;
    return place;
  }

  #makeRoom(count: number, segments: number): void {
    if (this.#words.length <= 1) {
      let length = this.#words[0]?.length ?? firstWords;
      while (length < this.#end + count) length *= 2;
      if (length <= segmentWords) return this.#openSegment(0, length);
    }
    const used = this.#used;
    if (used >= segments) {
      throw new RpcError(
        "overloaded",
        `Cannot hold another value: found ${used * segmentWords * 4} bytes of short ones in this ` +
          `replica, allowed are ${this.#bytesMax}`,
      );
    }
    const full = this.#open;
    const rest = segmentWords - this.#end;
    this.#openSegment(this.#empty.at(-1) ?? this.#words.length, segmentWords);
    this.#empty.pop();
    if (rest > 0) this.#discard(full * segmentWords + this.#end, rest);
    this.#end = 0;
  }

  #openSegment(segment: number, length: number): void {
    const words = length === segmentWords && this.#spare || this.#make(length);
    if (words === this.#spare) this.#spare = undefined;
    const replaced = this.#words[segment];
    if (replaced !== undefined) {
      words.set(replaced);
      this.#memory.charge(-replaced.byteLength);
    }
    this.#words[segment] = words;
    this.#bytes[segment] = new Uint8Array(words.buffer);
    this.#garbageIn[segment] ??= 0;
    this.#open = segment;
  }

  /** Appends the values of a segment anew. @returns the segment, which is empty then. */
  #emptied(segment: number): number {
    const words = this.#words[segment];
    for (let at = 0; at < segmentWords;) {
      const owner = words[at];
      if (owner >= garbageMark) {
        at += owner - garbageMark;
        continue;
      }
      const end = at + 1 + wordsOf(this.#lengthOf(owner));
      const place = this.#allocate(owner, end - at - 1, this.#segmentsMax);
      copy(words, at + 1, end, this.#words[this.#open], inSegment(place));
      this.#moved(owner, place);
      at = end;
    }
    this.#garbage -= this.#garbageIn[segment];
    this.#garbageIn[segment] = 0;
    if (this.#spare === undefined) this.#spare = words;
    else this.#memory.charge(-words.byteLength);
    this.#words[segment] = noWords;
    this.#bytes[segment] = noBytes;
    return segment;
  }
}

const noWords = new Uint32Array();
const noBytes = new Uint8Array();

/** Writes `from[start..end)` to `to` at `at`. */
function copy<T extends Uint8Array | Uint32Array>(
  from: T,
  start: number,
  end: number,
  to: T,
  at: number,
): void {
  if (end - start > copyStepsMax) return to.set(from.subarray(start, end), at);
  for (let i = start, j = at; i < end; i++, j++) to[j] = from[i];
}

function inSegment(place: number): number {
  return place & (segmentWords - 1);
}

/** Words that a value takes, without that of its owner. */
function wordsOf(length: number): number {
  return (length + 3) >>> 2;
}
