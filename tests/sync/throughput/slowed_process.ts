import { pause, realEnvironment } from "../../../rpc/mod.ts";

/** It is halted, and goes on, once in so long: far less than what a server takes for a standstill. */
const periodMs = 50;

/** Halts a process again and again, as if its processor were slower than those of others. */
export class SlowedProcess implements AsyncDisposable {
  #isOver = false;
  #ended: Promise<void>;

  /** @param share of the time in which it runs */
  constructor(pid: number, share: number) {
    this.#ended = this.#slow(pid, share);
  }

  async #slow(pid: number, share: number): Promise<void> {
    while (!this.#isOver) {
      Deno.kill(pid, "SIGSTOP");
      await pause(realEnvironment, (1 - share) * periodMs);
      Deno.kill(pid, "SIGCONT");
      await pause(realEnvironment, share * periodMs);
    }
  }

  /** From then on it runs all the time. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    await this.#ended;
  }
}
