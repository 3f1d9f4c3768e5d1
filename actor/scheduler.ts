import { schedulerQuantum, schedulerSliceMs } from "../limits.ts";
import type { Environment } from "../rpc/mod.ts";
import { Mailbox } from "./mailbox.ts";

/** Something with a mailbox that the scheduler gives turns to. */
export interface Runnable {
  /** Whether it is in the run queue; the scheduler's own mark, `false` at first. */
  scheduled: boolean;
  /** Handles one message; `false` when there was none. Must not throw. */
  runOne(): boolean;
}

/**
 * Cooperative scheduling on one thread: runnables with messages wait in a run queue that is drained
 * from a microtask. Each gets a quantum of messages, then goes to the back; after a slice of time
 * the event loop gets its turn, so that neither a busy actor starves the others nor all actors
 * together starve the sockets.
 *
 * Invariant: a runnable is in the queue at most once, and exactly when it may have a message.
 */
export class Scheduler {
  #environment: Environment;
  #runQueue = new Mailbox<Runnable>();
  /** Whether a drain is under way or due. */
  #active = false;
  /** When the present turn began, in monotonic milliseconds: a clock that costs nothing to read. */
  turnMs: number;

  constructor(environment: Environment) {
    this.#environment = environment;
    this.turnMs = environment.monotonicMs();
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

  #drain = (): void => {
    this.turnMs = this.#environment.monotonicMs();
    const sliceEndMs = this.turnMs + schedulerSliceMs;
    while (this.turnMs < sliceEndMs) {
      const runnable = this.#runQueue.take();
      if (runnable === undefined) {
        this.#active = false;
        return;
      }
      this.#runQuantum(runnable);
      this.turnMs = this.#environment.monotonicMs();
    }
    this.#environment.yieldToEvents(this.#drain);
  };

  #runQuantum(runnable: Runnable): void {
    for (let i = 0; i < schedulerQuantum; i++) {
      if (!runnable.runOne()) {
        runnable.scheduled = false;
        return;
      }
    }
    this.#runQueue.push(runnable);
  }
}
