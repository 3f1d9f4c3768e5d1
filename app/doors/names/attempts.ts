import { doorLimits } from "../../../limits.ts";
import { type Clock, KeyedBuckets, subnetOf } from "../../../rpc/mod.ts";

/** Counts wrong passwords by name and by address, so that nobody finds one by trying. */
export class Attempts {
  readonly #clock: Pick<Clock, "monotonicMs">;
  readonly #buckets = new KeyedBuckets({
    capacity: doorLimits.wrongPasswordsMax,
    everyMs: doorLimits.wrongPasswordMs,
    keysMax: doorLimits.wrongPasswordKeysMax,
  });

  constructor(clock: Pick<Clock, "monotonicMs">) {
    this.#clock = clock;
  }

  /** How long a further try for `name` from `host` has to wait; 0: it may be made. */
  waitMs(name: string, host: string): number {
    const nowMs = this.#clock.monotonicMs();
    return Math.max(...keysOf(name, host).map((key) => this.#buckets.waitMs(key, nowMs)));
  }

  /** A password was wrong. */
  wrong(name: string, host: string): void {
    const nowMs = this.#clock.monotonicMs();
    for (const key of keysOf(name, host)) this.#buckets.take(key, nowMs);
  }
}

function keysOf(name: string, host: string): readonly string[] {
  return [`name ${name}`, `host ${subnetOf(host)}`];
}
