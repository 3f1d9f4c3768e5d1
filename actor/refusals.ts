import type { Clock, Limited, Timers } from "../rpc/mod.ts";

/** What was refused: a greeting; or what came on a connection that was greeted. */
export type Refused = "greeting" | "connection";

/** Why a system does not accept this one. */
interface Refusal {
  readonly reason: string;
  readonly refused: Refused;
  /** Ends the wait for the time from which it no longer counts. */
  readonly cancel: () => void;
}

/**
 * The systems that do not accept this one: they speak another version, belong to another cluster, want another
 * token or another certificate. Each is dialed again and again; one that has said nothing of the kind for
 * `refusalMs` counts no more, because it may be gone.
 */
export class Refusals {
  /** Called with how many there are, whenever that changes. */
  onChange: (count: number) => void = () => {};
  #environment: Timers & Clock & Limited;
  #byAddress = new Map<string, Refusal>();

  /** There are none at first. @param environment its timers end what counts no more */
  constructor(environment: Timers & Clock & Limited) {
    this.#environment = environment;
  }

  /** How many systems do not accept this one. */
  get count(): number {
    return this.#byAddress.size;
  }

  /** The system at `address` does not accept this one. @returns whether that is news. */
  note(address: string, reason: string, refused: Refused): boolean {
    const { refusalsMax, refusalMs } = this.#environment.limits;
    const known = this.#byAddress.get(address);
    if (known === undefined && this.count >= refusalsMax) return false;
    known?.cancel();
    const cancel = this.#environment.after(refusalMs, () => this.#remove(address));
    this.#byAddress.set(address, { reason, refused, cancel });
    if (known === undefined) this.onChange(this.count);
    return known?.reason !== reason;
  }

  /** The system at `address` has greeted this one. It may still refuse what comes then. */
  greeted(address: string): void {
    if (this.#byAddress.get(address)?.refused === "greeting") this.#remove(address);
  }

  /** The system at `address` is heard, so it accepts this one. */
  heard(address: string): void {
    if (this.#byAddress.has(address)) this.#remove(address);
  }

  /** Forgets all. */
  close(): void {
    for (const { cancel } of this.#byAddress.values()) cancel();
    this.#byAddress.clear();
  }

  #remove(address: string): void {
    this.#byAddress.get(address)?.cancel();
    this.#byAddress.delete(address);
    this.onChange(this.count);
  }
}
