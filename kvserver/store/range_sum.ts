import { hashWords } from "../memory/wide_hash.ts";

/** Bytes of a sum. */
export const sumBytes = 4 * hashWords;

/**
 * What a range of entries sums up to: their number, and the sum of their hashes modulo 2^128. Ranges that
 * hold the same entries have the same sum, in whatever order the entries came.
 */
export class RangeSum {
  count = 0;
  /** The lowest word first. */
  readonly words = new Uint32Array(hashWords);

  /** Makes it the sum of no entries. */
  clear(): void {
    this.count = 0;
    this.words.fill(0);
  }

  /** Adds `count` entries, whose sum is `words[at..at + 4)`. */
  add(count: number, words: Uint32Array, at = 0): void {
    this.count += count;
    const to = this.words;
    let carry = 0;
    for (let i = 0; i < hashWords; i++) {
      const sum = to[i] + words[at + i] + carry;
      to[i] = sum;
      carry = sum > 0xffffffff ? 1 : 0;
    }
  }

  /** Takes away what `other`, a part of it, has. */
  subtract({ count, words }: RangeSum): void {
    this.count -= count;
    let borrow = 0;
    for (let i = 0; i < hashWords; i++) {
      const difference = this.words[i] - words[i] - borrow;
      this.words[i] = difference;
      borrow = difference < 0 ? 1 : 0;
    }
  }

  /** Makes it the same as `other`. */
  set({ count, words }: RangeSum): void {
    this.count = count;
    this.words.set(words);
  }

  /** Writes the sum, big-endian, to the `sumBytes` bytes of `to`. */
  write(to: Uint8Array): void {
    const view = new DataView(to.buffer, to.byteOffset);
    for (let i = 0; i < hashWords; i++) view.setUint32(4 * i, this.words[hashWords - 1 - i]);
  }

  /** Whether both are the sum of the same entries. */
  equals({ count, words }: RangeSum): boolean {
    return count === this.count && words.every((word, i) => word === this.words[i]);
  }
}
