import { doorLimits } from "../../../limits.ts";
import { type Clock, KeyedBuckets, RecentMap, subnetOf } from "../../../rpc/mod.ts";

/** Counts wrong passwords by name and by address, so that nobody finds one by trying. */
export class Attempts {
  readonly #clock: Pick<Clock, "monotonicMs">;
  readonly #buckets = new KeyedBuckets({
    capacity: doorLimits.wrongPasswordsMax,
    everyMs: doorLimits.wrongPasswordMs,
    keysMax: doorLimits.wrongPasswordKeysMax,
  });
  /** The names that came in from an address, by both. */
  readonly #admitted = new RecentMap<true>(doorLimits.wrongPasswordKeysMax);

  constructor(clock: Pick<Clock, "monotonicMs">) {
    this.#clock = clock;
  }

  /** How long a further try for `name` from `host` has to wait; 0: it may be made. */
  waitMs(name: string, host: string): number {
    const nowMs = this.#clock.monotonicMs();
    const keys = keysOf(name, host);
    const hostMs = this.#buckets.waitMs(keys.host, nowMs);
    // Whoever tries the name elsewhere keeps its owner out of nothing.
    if (this.#admitted.get(keys.both) !== undefined) return hostMs;
    return Math.max(hostMs, this.#buckets.waitMs(keys.name, nowMs));
  }

  /** A password was wrong. */
  wrong(name: string, host: string): void {
    const nowMs = this.#clock.monotonicMs();
    const keys = keysOf(name, host);
    this.#buckets.take(keys.host, nowMs);
    this.#buckets.take(keys.name, nowMs);
  }

  /** A password was right. */
  right(name: string, host: string): void {
    this.#admitted.set(keysOf(name, host).both, true);
  }
}

function keysOf(name: string, host: string) {
  const subnet = subnetOf(host);
  return { name: `name ${name}`, host: `host ${subnet}`, both: `${name} ${subnet}` };
}
