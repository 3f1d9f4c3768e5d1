import type { Limits } from "../../limits.ts";
import { MemoryAccount } from "../../rpc/mod.ts";
import { hashedWords, hashOf } from "../memory/key_hash.ts";
import { noEntry, type Records } from "./records.ts";
import { assert } from "../memory/assert.ts";
import { chunkOf, inChunk, WordArena } from "../memory/word_arena.ts";

/** Entries of a bucket at the most. By chance so many share one in no store that fits a machine. */
const chainMax = 24;

/** Buckets of an empty index, a power of two. */
const firstBuckets = 16;

/** There are at most so many buckets per entry: fewer merges where keys come and go. */
const bucketsPerEntry = 2;

/**
 * Finds entries by their key's hash: linear hashing (Litwin, 1980), with about as many buckets as entries.
 *
 * Each new entry adds one bucket and moves half of one other into it, so growing never takes long:
 * there is no table to be built anew, nor two of them for a while. Each removed one takes back such steps.
 *
 * A bucket holds at most `chainMax` entries, which only keys crafted to collide exceed. The entries past
 * that are not found here, and `isCrowded` says that there are some.
 */
export class KeyIndex {
  #records: Records;
  /** The first entry of each bucket, a run of one word each, in the order of the buckets. */
  #heads: WordArena;
  #buckets = firstBuckets;
  /** The least 2^i - 1 that is not below the number of any bucket. */
  #mask = firstBuckets - 1;
  #size = 0;
  /** So many buckets are kept, however few entries there are. */
  #bucketsMin = firstBuckets;
  /** How many entries each of the first buckets has, while many are expected: else they are counted when asked. */
  #lengths = noLengths;
  /** Entries that were added in a run and are in no bucket yet, what they are hashed to, and how many they are. */
  #waiting = noNumbers;
  #hashes = noNumbers;
  #unlinked = 0;
  /** Entries that were read so that the memory around them is at hand. */
  #touched = noNumbers;
  /** Entries that are in no bucket. */
  #missing = 0;

  /** @param limits bound the memory @param memory is charged for it */
  constructor(records: Records, limits: Limits, memory = new MemoryAccount()) {
    this.#records = records;
    this.#heads = new WordArena({ firstWords: firstBuckets }, limits, memory);
    for (let bucket = 0; bucket < firstBuckets; bucket++) this.#heads.allocate(1);
  }

  /** Whether there are entries that are not found here. */
  get isCrowded(): boolean {
    return this.#missing > 0;
  }

  /** Memory that it takes, the words in the records aside. */
  get byteLength(): number {
    return this.#heads.byteLength;
  }

  /** The entry of the key `bytes[start..end)`, or `noEntry`. */
  find(bytes: Uint8Array, start: number, end: number): number {
    if (this.#unlinked > 0) this.#linkAll();
    const bucket = this.#bucketOf(hashOf(bytes, start, end));
    const records = this.#records;
    let n = this.#heads.words[chunkOf(bucket)][inChunk(bucket)];
    while (n !== noEntry && !records.hasKeyOf(n, hashedWords, bytes, start, end)) {
      n = records.next(n);
    }
    return n;
  }

  /**
   * Makes ready for so many entries in all: buckets that are there already are not split, for which each
   * entry in them is looked at, wherever it lies. Buckets that are not needed go when fewer are expected.
   *
   * @throws as `WordArena.reserve` does: as many buckets are ready then as there is memory for.
   */
  expect(entries: number): void {
    const areReady = entries > 0 && entries <= this.#lengths.length;
    if (areReady) return;
    this.#linkAll();
    this.#bucketsMin = Math.max(firstBuckets, entries);
    while (this.#buckets < entries) {
      this.#heads.reserve(1);
      this.#split();
    }
    this.#shrink();
    this.#countLengths(entries);
  }

  /** Makes sure that there is memory to take in one more entry. @throws as `WordArena.reserve` does. */
  reserve(): void {
    this.#heads.reserve(this.#unlinked + 1);
  }

  /**
   * Adds an entry whose key is not in the index.
   *
   * @param isOfRun whether others are likely to be added before anything is looked for
   */
  add(n: number, isOfRun = false): void {
    this.#size++;
    if (isOfRun) return this.#linkLater(n);
    this.#linkAll();
    this.#link(n, this.#bucketOf(this.#hashOf(n)));
    this.#grow();
  }

  /** Removes an entry that is in the index. */
  remove(n: number): void {
    this.#linkAll();
    this.#unlink(n, this.#bucketOf(this.#hashOf(n)));
    this.#size--;
    this.#shrink();
  }

  /**
   * Asserts that each entry stands in the bucket of its hash, and that only entries of a full bucket are
   * missing.
   *
   * @param numbers of all entries
   * @throws {Error} when that is not so.
   */
  assertInvariants(numbers: readonly number[]): void {
    this.#linkAll();
    assert(this.#size === numbers.length, "the index has counted all entries");
    const found = new Set<number>();
    for (let bucket = 0; bucket < this.#buckets; bucket++) {
      let length = 0;
      let n = this.#heads.words[chunkOf(bucket)][inChunk(bucket)];
      for (; n !== noEntry; n = this.#records.next(n)) {
        assert(this.#bucketOf(this.#hashOf(n)) === bucket, "an entry is in the bucket of its hash");
        found.add(n);
        length++;
      }
      assert(length <= chainMax, "a bucket holds no more entries than it may");
    }
    const missing = numbers.filter((n) => !found.has(n)).length;
    assert(missing === this.#missing, "the entries in no bucket are counted");
    assert(found.size + missing === numbers.length, "no other entries are in the buckets");
    assert(this.#buckets <= this.#bucketsMax, "there are not many more buckets than entries");
    const buckets = Array.from({ length: this.#buckets }, (_, bucket) => bucket);
    this.#heads.assertInvariants(new Map(buckets.map((bucket) => [bucket, 1])));
  }

  #linkLater(n: number): void {
    if (this.#waiting.length === 0) {
      this.#waiting = new Uint32Array(waitingMax);
      this.#hashes = new Uint32Array(waitingMax);
      this.#touched = new Uint32Array(waitingMax);
    }
    this.#waiting[this.#unlinked++] = n;
    if (this.#unlinked === waitingMax) this.#linkAll();
  }

  /**
   * Links those that wait. A processor fetches the memory of many buckets at once, where nothing else is to be
   * done between them; one by one it would wait for each.
   */
  #linkAll(): void {
    const count = this.#unlinked;
    if (count === 0) return;
    this.#unlinked = 0;
    const hashes = this.#hashes;
    for (let i = 0; i < count; i++) hashes[i] = this.#hashOf(this.#waiting[i]);
    if (this.#lengths.length === 0) this.#touch(count, (i) => this.#bucketOf(hashes[i]));
    for (let i = 0; i < count; i++) this.#link(this.#waiting[i], this.#bucketOf(hashes[i]));
    const added = Math.min(this.#size - this.#buckets, waitingMax);
    if (added > 0) this.#touch(added, (i) => splitInto(this.#buckets + i));
    this.#grow();
  }

  /** Reads the first entries of so many buckets. */
  #touch(count: number, bucketAt: (i: number) => number): void {
    const touched = this.#touched;
    for (let i = 0; i < count; i++) {
      const bucket = bucketAt(i);
      touched[i] = this.#heads.words[chunkOf(bucket)][inChunk(bucket)];
    }
    for (let i = 0; i < count; i++) touched[i] = this.#records.next(touched[i]);
    for (let i = 0; i < count; i++) touched[i] = this.#records.next(touched[i]);
  }

  /** Adds the buckets that are due. */
  #grow(): void {
    while (this.#buckets < this.#size) this.#split();
  }

  #link(n: number, bucket: number): void {
    const head = this.#heads.words[chunkOf(bucket)][inChunk(bucket)];
    if (this.#lengthOf(bucket) >= chainMax) {
      this.#missing++;
      return;
    }
    if (bucket < this.#lengths.length) this.#lengths[bucket]++;
    this.#records.setNext(n, head);
    this.#heads.words[chunkOf(bucket)][inChunk(bucket)] = n;
  }

  /** How many entries a bucket has. */
  #lengthOf(bucket: number): number {
    if (bucket < this.#lengths.length) return this.#lengths[bucket];
    let length = 0;
    let n = this.#heads.words[chunkOf(bucket)][inChunk(bucket)];
    for (; n !== noEntry; n = this.#records.next(n)) length++;
    return length;
  }

  #countLengths(buckets: number): void {
    const lengths = buckets === 0 ? noLengths : new Uint8Array(buckets);
    for (let bucket = 0; bucket < Math.min(buckets, this.#buckets); bucket++) {
      lengths[bucket] = this.#lengthOf(bucket);
    }
    this.#lengths = lengths;
  }

  /** Adds a bucket. Its entries have been in the bucket whose number differs in the highest bit. */
  #split(): void {
    const added = this.#heads.allocate(1);
    this.#buckets++;
    if (added > this.#mask) this.#mask = this.#mask * 2 + 1;
    this.#rehash(splitInto(added));
  }

  get #bucketsMax(): number {
    return Math.max(this.#bucketsMin, bucketsPerEntry * this.#size);
  }

  /** Removes buckets that there are too many of. */
  #shrink(): void {
    while (this.#buckets > this.#bucketsMax) this.#merge();
  }

  /** Removes the last bucket. Its entries go to the one whose number differs in the highest bit. */
  #merge(): void {
    const last = --this.#buckets;
    if (last - 1 <= this.#mask >>> 1) this.#mask >>>= 1;
    this.#rehash(last);
    this.#heads.free(last, 1);
  }

  /** Moves the entries of a bucket to where they belong now. */
  #rehash(bucket: number): void {
    const words = this.#heads.words[chunkOf(bucket)];
    let n = words[inChunk(bucket)];
    if (n === noEntry) return;
    words[inChunk(bucket)] = noEntry;
    if (bucket < this.#lengths.length) this.#lengths[bucket] = 0;
    while (n !== noEntry) {
      const next = this.#records.next(n);
      this.#link(n, this.#bucketOf(this.#hashOf(n)));
      n = next;
    }
  }

  #unlink(n: number, bucket: number): void {
    const words = this.#heads.words[chunkOf(bucket)];
    const next = this.#records.next(n);
    let before = words[inChunk(bucket)];
    if (before === n) {
      words[inChunk(bucket)] = next;
      return this.#shorten(bucket);
    }
    while (before !== noEntry && this.#records.next(before) !== n) {
      before = this.#records.next(before);
    }
    if (before === noEntry) {
      this.#missing--;
      return;
    }
    this.#records.setNext(before, next);
    this.#shorten(bucket);
  }

  #shorten(bucket: number): void {
    if (bucket < this.#lengths.length) this.#lengths[bucket]--;
  }

  #bucketOf(hash: number): number {
    const bucket = (hash & this.#mask) >>> 0;
    return bucket < this.#buckets ? bucket : bucket & (this.#mask >>> 1);
  }

  #hashOf(n: number): number {
    const start = this.#records.keyStart(n);
    return hashOf(this.#records.bytesAt(n), start, start + this.#records.keyLength(n));
  }
}

/** The bucket whose entries a further one shares: the number without its highest bit. */
function splitInto(added: number): number {
  return added ^ (1 << (31 - Math.clz32(added)));
}

/** So many entries wait for their buckets. */
const waitingMax = 256;

const noNumbers = new Uint32Array();
const noLengths = new Uint8Array();
