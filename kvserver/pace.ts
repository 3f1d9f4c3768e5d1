import type { ActorContext } from "../actor/mod.ts";
import { syncPaceMs } from "../limits.ts";

/** What an actor tells itself when a receiver may be told again. */
export interface TickMessage {
  type: "tick";
  /** The receiver, in the actor's own words. */
  receiver: string;
}

/**
 * The pace at which one actor tells another one: the first message at once, each further one at
 * least so long after the one before, on the monotonic clock. What comes up in between is
 * gathered for the next.
 */
export class Pace {
  #context: ActorContext;
  #receiver: string;
  #paceMs: number;
  #dueMs = -Infinity;
  #tickMs = Infinity;

  /**
   * @param receiver what the actor calls the receiver in its own ticks
   * @param paceMs least time between two messages
   */
  constructor(context: ActorContext, receiver: string, paceMs = syncPaceMs) {
    this.#context = context;
    this.#paceMs = paceMs;
    this.#receiver = receiver;
  }

  /** Whether a message may be sent now. If not, a `TickMessage` comes when it may. */
  isDue(): boolean {
    const waitMs = this.#dueMs - this.#context.monotonicMs();
    if (waitMs <= 0) return true;
    this.tickWithin(waitMs);
    return false;
  }

  /** Has a `TickMessage` come in so many milliseconds, or earlier if one is on its way. */
  tickWithin(delayMs: number): void {
    const nowMs = this.#context.monotonicMs();
    // One that should have come already may have, a moment early; it is not waited for.
    if (nowMs < this.#tickMs && this.#tickMs <= nowMs + delayMs) return;
    this.#tickMs = nowMs + delayMs;
    const tick: TickMessage = { type: "tick", receiver: this.#receiver };
    this.#context.tellAfter(this.#context.self, tick, Math.ceil(delayMs));
  }

  /** To be called with each `TickMessage`. */
  ticked(): void {
    if (this.#context.monotonicMs() >= this.#tickMs) this.#tickMs = Infinity;
  }

  /** To be called with each message sent. */
  sent(): void {
    this.#dueMs = this.#context.monotonicMs() + this.#paceMs;
  }
}
