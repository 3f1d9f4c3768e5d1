import type { Environment } from "../rpc/mod.ts";
import { Ring } from "./ring.ts";

/** Something with a mailbox that the scheduler gives turns to. */
export interface Runnable {
  /** Whether it is in the run queue; the scheduler's own mark, `false` at first. */
  scheduled: boolean;
  /** Handles one message; `false` when there was none. Must not throw. */
  runOne(): boolean;
}

/**
 * Cooperative scheduling on one thread: runnables with messages wait in a run queue that is drained
 * from a microtask. Each gets a quantum of messages, then goes to the back; after a slice of time,
 * be it in the midst of a quantum, the event loop gets its turn, so that neither a busy actor
 * starves the others nor all actors together starve the sockets.
 *
 * Invariant: a runnable is in the queue at most once, and exactly when it may have a message.
 */
export class Scheduler {
  #environment: Environment;
  #quantum: number;
  #runQueue = new Ring<Runnable>();
  /** Whether a drain is under way or due. */
  #active = false;
  /** Whether a runnable has its turn at this moment. */
  #running = false;
  /** The clock as it was last read; read now and then while messages are handled. */
  #clockMs = 0;
  #onIdle: (() => void)[] = [];

  constructor(environment: Environment) {
    this.#environment = environment;
    this.#quantum = environment.limits.schedulerQuantum;
  }

  /**
   * Monotonic milliseconds. Costs nothing while a message is handled: it may then be behind by what
   * this turn has taken so far.
   */
  get nowMs(): number {
    return this.#running ? this.#clockMs : this.#environment.monotonicMs();
  }

  /** Monotonic milliseconds now; `nowMs` is not behind them. */
  readClock(): number {
    return this.#clockMs = this.#environment.monotonicMs();
  }

  /** Says that `runnable` has a message. */
  schedule(runnable: Runnable): void {
    if (runnable.scheduled) return;
    runnable.scheduled = true;
    this.#runQueue.push(runnable);
    if (this.#active) return;
    this.#active = true;
    this.#environment.soon(this.#drain);
  }

  /** Resolves when no turn is due. */
  idle(): Promise<void> {
    if (!this.#active) return Promise.resolve();
    return new Promise((resolve) => this.#onIdle.push(resolve));
  }

  #drain = (): void => {
    const { isYieldQuick, limits } = this.#environment;
    const sliceMs = isYieldQuick?.() === false ? limits.timedSliceMs : limits.schedulerSliceMs;
    const sliceEndMs = this.readClock() + sliceMs;
    this.#running = true;
    while (this.#clockMs < sliceEndMs) {
      const runnable = this.#runQueue.take();
      if (runnable === undefined) break;
      this.#runTurn(runnable, sliceEndMs);
    }
    this.#running = false;
    if (this.#runQueue.size > 0) return void this.#environment.yieldToEvents(this.#drain);
    this.#active = false;
    for (const resolve of this.#onIdle.splice(0)) resolve();
  };

  /**
   * Reading the clock costs as much as a small message. It is read after 1, 2, 4, ... messages: a
   * slice of messages that all take the same ends before it has taken twice its time.
   */
  #runTurn(runnable: Runnable, sliceEndMs: number): void {
    for (let handled = 1; handled <= this.#quantum; handled++) {
      if (!runnable.runOne()) {
        runnable.scheduled = false;
        return;
      }
      if ((handled & (handled - 1)) !== 0) continue;
      if (this.readClock() >= sliceEndMs) break;
    }
    this.#runQueue.push(runnable);
  }
}
