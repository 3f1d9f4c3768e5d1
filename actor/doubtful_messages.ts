import type { Timers } from "../rpc/mod.ts";

/**
 * Messages that were written to a connection which may have ended before, unseen: the kernel takes
 * bytes for a peer that is no more. One look at the sockets shows it, and until then they are in doubt.
 */
export class DoubtfulMessages {
  #timers: Pick<Timers, "after">;
  // How many were ever given to a write, were taken by the network, and are out of doubt.
  #given = 0;
  #taken = 0;
  #past = 0;
  #cancelLook: (() => void) | undefined;

  constructor(timers: Pick<Timers, "after">) {
    this.#timers = timers;
  }

  /** So many more are given to a write. */
  add(count: number): void {
    this.#given += count;
  }

  /** That write is done. */
  written(): void {
    this.#taken = this.#given;
    if (this.#past < this.#taken) this.#cancelLook ??= this.#look(this.#taken);
  }

  /** The connection has ended. @returns how many were in doubt. */
  end(): number {
    this.#cancelLook?.();
    this.#cancelLook = undefined;
    const lost = this.#given - this.#past;
    this.#past = this.#taken = this.#given;
    return lost;
  }

  #look(taken: number): () => void {
    return this.#timers.after(0, () => {
      this.#past = taken;
      this.#cancelLook = taken < this.#taken ? this.#look(this.#taken) : undefined;
    });
  }
}
