import { WideHash } from "../memory/wide_hash.ts";
import type { RangeSum, Store } from "../store/mod.ts";

/** What a comparison mixes into all that it sends: 64 random bits. */
export interface Salt {
  readonly low: number;
  readonly high: number;
}

/**
 * What stands for ranges, entries and keys in the messages of one comparison: as few bytes as will do,
 * because the salt is another one in each comparison. What is taken for equal in one by chance, or because
 * somebody made it so, is not in the next.
 */
export class Fingerprints {
  /** The fingerprint of the range that was asked for last. */
  low = 0;
  high = 0;
  #salt: Salt;
  #hash = new WideHash();

  constructor(salt: Salt) {
    this.#salt = salt;
  }

  /** Makes the fingerprint of a range: 64 bits. */
  ofRange({ count, words }: RangeSum): void {
    const hash = this.#hash;
    hash.begin();
    hash.block(this.#salt.low, this.#salt.high, count, 0);
    hash.block(words[0], words[1], words[2], words[3]);
    hash.end();
    this.low = hash.words[0];
    this.high = hash.words[1];
  }

  /** 32 bits that stand for an entry beside those of its key. */
  ofEntry(store: Store, n: number): number {
    const words = store.hashOf(n);
    const hash = this.#hash;
    hash.begin();
    hash.block(this.#salt.low, this.#salt.high, 0, 1);
    hash.block(words[0], words[1], words[2], words[3]);
    hash.end();
    return hash.words[0];
  }

  /** 32 bits that stand for a key in a short range. */
  ofKey(store: Store, n: number): number {
    const hash = this.#hash;
    hash.begin();
    hash.block(this.#salt.low, this.#salt.high, store.keyLength(n), 2);
    store.hashKey(n, hash);
    hash.end();
    return hash.words[0];
  }
}
