import type { Timers } from "../rpc/mod.ts";

/**
 * Counts the messages that were written to a connection whose end may not be known yet, because the
 * kernel accepts bytes for a peer that is gone. The next turn of the event loop reports the end. A
 * message is unconfirmed until such a turn follows its write.
 */
export class UnconfirmedWrites {
  #timers: Pick<Timers, "after">;
  // How many messages were ever given to a write, accepted by the network, and confirmed.
  #given = 0;
  #written = 0;
  #confirmed = 0;
  #cancelTurn: (() => void) | undefined;

  constructor(timers: Pick<Timers, "after">) {
    this.#timers = timers;
  }

  /** Counts messages that are given to a write. */
  add(count: number): void {
    this.#given += count;
  }

  /** Counts every message so far as written, because the write is done. */
  written(): void {
    this.#written = this.#given;
    if (this.#confirmed < this.#written) this.#cancelTurn ??= this.#confirmNextTurn(this.#written);
  }

  /** Starts anew, because the connection has ended. @returns how many messages were unconfirmed. */
  end(): number {
    this.#cancelTurn?.();
    this.#cancelTurn = undefined;
    const lost = this.#given - this.#confirmed;
    this.#confirmed = this.#written = this.#given;
    return lost;
  }

  #confirmNextTurn(written: number): () => void {
    return this.#timers.after(0, () => {
      this.#confirmed = written;
      this.#cancelTurn = written < this.#written ? this.#confirmNextTurn(this.#written) : undefined;
    });
  }
}
