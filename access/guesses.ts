import { accessLimits } from "../limits.ts";
import { type Clock, KeyedBuckets, RecentMap, subnetOf } from "../rpc/mod.ts";
import { hashOfToken } from "./token.ts";

/**
 * Bounds how many tokens can be tried from one address, on however many connections. What is tried elsewhere is
 * bounded apart, and so hinders nobody.
 *
 * Only different wrong tokens count: a client that shows the same outdated one for ever learns nothing, and
 * takes nothing away from others behind its address. A token that was let in from an address is let in from
 * there again, whatever else is tried there.
 */
export class Guesses {
  #clock: Pick<Clock, "monotonicMs">;
  #buckets = new KeyedBuckets({
    capacity: accessLimits.wrongTokensFromAddressMax,
    everyMs: accessLimits.wrongTokenMs,
    keysMax: accessLimits.guessingAddressesMax,
  });
  #wrong = new RecentMap<true>(accessLimits.rememberedTokensMax);
  #admitted = new RecentMap<true>(accessLimits.rememberedTokensMax);

  constructor(clock: Pick<Clock, "monotonicMs">) {
    this.#clock = clock;
  }

  /** How long no token is looked at that comes from `host`, milliseconds; 0: the next one is. */
  waitMs(host: string): number {
    return this.#buckets.waitMs(subnetOf(host), this.#clock.monotonicMs());
  }

  /** A token that is known comes from `host`. @returns whether it is let in. */
  admits(host: string, hash: string): boolean {
    const key = keyOf(host, hash);
    if (this.waitMs(host) > 0 && this.#admitted.get(key) === undefined) return false;
    this.#admitted.set(key, true);
    return true;
  }

  /** A token that is not known comes from `host`. */
  wrong(host: string, token: string): void {
    // One that is too long to be hashed is never the same.
    if (token.length <= accessLimits.tokenCharsMax) {
      const key = keyOf(host, hashOfToken(token));
      if (this.#wrong.get(key) !== undefined) return;
      // What was not looked at may be right.
      if (this.waitMs(host) === 0) this.#wrong.set(key, true);
    }
    this.#buckets.take(subnetOf(host), this.#clock.monotonicMs());
  }
}

function keyOf(host: string, hash: string): string {
  return `${subnetOf(host)} ${hash}`;
}
