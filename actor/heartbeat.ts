import type { Clock, Limited, Timers } from "../rpc/mod.ts";

/**
 * Asks whether the other end of a connection is still there: one `Ping` at a time, because one answer may
 * be that to several.
 */
export class Heartbeat {
  #environment: Pick<Timers, "after"> & Clock & Limited;
  #ping: () => void;
  /** When a `Ping` was sent that is not answered. */
  #pingedMs: number | undefined;
  /** Ends the wait for an answer that has to come in time; `undefined`: none has to. */
  #cancelPatience: (() => void) | undefined;

  /** @param ping sends a `Ping` */
  constructor(environment: Pick<Timers, "after"> & Clock & Limited, ping: () => void) {
    this.#environment = environment;
    this.#ping = ping;
  }

  /** Asks. No answer changes nothing. */
  beat(): void {
    if (this.#pingedMs !== undefined) return;
    this.#pingedMs = this.#environment.monotonicMs();
    this.#ping();
  }

  /** For how long a `Ping` has not been answered; 0: none waits for its answer. */
  get unansweredMs(): number {
    return this.#pingedMs === undefined ? 0 : this.#environment.monotonicMs() - this.#pingedMs;
  }

  /** Whether an answer has to come in time. */
  get isExpected(): boolean {
    return this.#cancelPatience !== undefined;
  }

  /** From now on an answer has to come in time. @param missed is called when none does */
  expect(missed: () => void): void {
    const { pingPatienceMs } = this.#environment.limits;
    this.#cancelPatience = this.#environment.after(pingPatienceMs, missed);
  }

  /** An answer came. @returns the time since it was asked for; `undefined`: it was not. */
  answered(): number | undefined {
    this.close();
    const pingedMs = this.#pingedMs;
    this.#pingedMs = undefined;
    return pingedMs === undefined ? undefined : this.#environment.monotonicMs() - pingedMs;
  }

  /** No answer has to come any more. */
  close(): void {
    this.#cancelPatience?.();
    this.#cancelPatience = undefined;
  }
}
