import { doorLimits } from "../../../limits.ts";
import { type Clock, TokenBucket } from "../../../rpc/mod.ts";

/** Counts wrong passwords by name and by address, so that nobody finds one by trying. */
export class Attempts {
  readonly #clock: Pick<Clock, "monotonicMs">;
  /** The one that was used last is the last one. */
  readonly #buckets = new Map<string, TokenBucket>();

  constructor(clock: Pick<Clock, "monotonicMs">) {
    this.#clock = clock;
  }

  /** How long a further try for `name` from `host` has to wait; 0: it may be made. */
  waitMs(name: string, host: string): number {
    const nowMs = this.#clock.monotonicMs();
    return Math.max(...this.#of(name, host).map((bucket) => bucket.waitMs(nowMs)));
  }

  /** A password was wrong. */
  wrong(name: string, host: string): void {
    const nowMs = this.#clock.monotonicMs();
    for (const bucket of this.#of(name, host)) {
      if (bucket.waitMs(nowMs) === 0) bucket.take(nowMs);
    }
  }

  #of(name: string, host: string): TokenBucket[] {
    return [`name ${name}`, `host ${host}`].map((key) => {
      const { wrongPasswordsMax, wrongPasswordMs, wrongPasswordKeysMax } = doorLimits;
      const bucket = this.#buckets.get(key) ?? new TokenBucket(wrongPasswordsMax, wrongPasswordMs);
      this.#buckets.delete(key);
      this.#buckets.set(key, bucket);
      if (this.#buckets.size > wrongPasswordKeysMax) {
        this.#buckets.delete(this.#buckets.keys().next().value!);
      }
      return bucket;
    });
  }
}
