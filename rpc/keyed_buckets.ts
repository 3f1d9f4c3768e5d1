import { RecentMap } from "./recent_map.ts";
import { TokenBucket } from "./token_bucket.ts";

/** How much each key may take, and how many keys are remembered. */
export interface KeyedBucketsOptions {
  /** Tokens that the bucket of a key holds. */
  readonly capacity: number;
  /** A token comes in so much time. */
  readonly everyMs: number;
  /** Keys that are remembered; past it, the one that took longest ago begins anew. */
  readonly keysMax: number;
}

/** Limits rates by key: a token bucket for each, which is full at first. */
export class KeyedBuckets {
  #options: KeyedBucketsOptions;
  #buckets: RecentMap<TokenBucket>;

  constructor(options: KeyedBucketsOptions) {
    this.#options = options;
    this.#buckets = new RecentMap(options.keysMax);
  }

  /** How long it takes until there is a token for `key`; 0: it is there. */
  waitMs(key: string, nowMs: number): number {
    return this.#buckets.get(key)?.waitMs(nowMs) ?? 0;
  }

  /** Takes a token of `key`, unless there is none. */
  take(key: string, nowMs: number): void {
    let bucket = this.#buckets.get(key);
    if (bucket === undefined) {
      bucket = new TokenBucket(this.#options.capacity, this.#options.everyMs);
      this.#buckets.set(key, bucket);
    }
    if (bucket.waitMs(nowMs) === 0) bucket.take(nowMs);
  }
}
