import { Charge, type Charged, MemoryAccount } from "../../rpc/mod.ts";
import { assert } from "./assert.ts";
import type { WideHash } from "./wide_hash.ts";

/**
 * Values that are too long to be copied by a cleaner, each in memory of its own, which is freed with the
 * value.
 */
export class LargeValues {
  #buffers: (Uint8Array | undefined)[] = [];
  #free: number[] = [];
  /** By place: the hash of the value, once it was asked for. */
  #hashes: (Uint32Array | undefined)[] = [];
  #charge: Charge;

  /** @param memory is charged for them */
  constructor(memory: Charged = new MemoryAccount()) {
    this.#charge = new Charge(memory);
  }

  /** Memory that they take. */
  get byteLength(): number {
    return this.#charge.bytes + 8 * (this.#buffers.length + this.#hashes.length);
  }

  /** The bytes whose beginning is the value. */
  bytesAt(place: number): Uint8Array {
    return this.#buffers[place]!;
  }

  /** The hash of the value, which is kept, because making it takes long. @param length of the value */
  hashOf(place: number, length: number, hash: WideHash): Uint32Array {
    let words = this.#hashes[place];
    if (words === undefined) {
      hash.begin();
      hash.bytes(this.bytesAt(place), 0, length);
      hash.end();
      this.#hashes[place] = words = hash.words.slice();
    }
    return words;
  }

  /** Writes a value. @returns its place. */
  add(bytes: Uint8Array, start: number, end: number): number {
    // First: when there is no memory for it, nothing has changed.
    const buffer = bytes.slice(start, end);
    const place = this.#free.pop() ?? this.#buffers.length;
    this.#buffers[place] = buffer;
    this.#charge.add(end - start);
    return place;
  }

  /** Writes a value in place of another one. @returns its place. */
  replace(place: number, bytes: Uint8Array, start: number, end: number): number {
    const held = this.#buffers[place]!;
    this.#hashes[place] = undefined;
    const length = end - start;
    // A value of about the same length reuses the memory, and none keeps much more than it needs.
    if (length <= held.length && length >= held.length * 3 / 4) {
      held.set(bytes.subarray(start, end));
    } else {
      this.#buffers[place] = bytes.slice(start, end);
      this.#charge.add(length - held.length);
    }
    return place;
  }

  /** Removes a value. */
  remove(place: number): void {
    this.#charge.add(-this.#buffers[place]!.length);
    this.#buffers[place] = undefined;
    this.#hashes[place] = undefined;
    this.#free.push(place);
    if (this.#free.length < this.#buffers.length) return;
    this.#buffers = [];
    this.#hashes = [];
    this.#free = [];
  }

  /**
   * @param places of all values
   * @throws {Error} when memory is kept for others, or counted wrongly.
   */
  assertInvariants(places: readonly number[]): void {
    const kept = this.#buffers.filter((buffer) => buffer !== undefined);
    assert(kept.length === places.length, "memory is kept for the values there are, and no others");
    for (const place of places) {
      assert(this.#buffers[place] !== undefined, "a value has its memory");
    }
    const bytes = kept.reduce((sum, { length }) => sum + length, 0);
    assert(bytes === this.#charge.bytes, "the memory of large values is counted");
  }
}
