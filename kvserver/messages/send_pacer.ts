import type { ActorContext } from "../../actor/mod.ts";
import type { messageTypes } from "./message_types.ts";

/** An actor to itself: the next message to a receiver may be due. */
export interface TickMessage {
  type: typeof messageTypes.tick;
  /** The name that the actor gave the receiver. */
  receiver: string;
}

/**
 * Paces the messages of one actor to another one: the first is due at once, each further one a fixed
 * time after the one before, on the monotonic clock. The actor gathers the changes in between for the
 * next message.
 */
export class SendPacer {
  #context: ActorContext;
  #receiver: string;
  #paceMs: number;
  #dueMs = -Infinity;
  #tickMs = Infinity;

  /**
   * @param receiver names the receiver in the ticks
   * @param paceMs least time between two messages
   */
  constructor(context: ActorContext, receiver: string, paceMs = context.limits.syncPaceMs) {
    this.#context = context;
    this.#paceMs = paceMs;
    this.#receiver = receiver;
  }

  /** Whether a message may be sent now. If not, a `TickMessage` comes when it is due. */
  isDue(): boolean {
    const waitMs = this.#dueMs - this.#context.monotonicMs();
    if (waitMs <= 0) return true;
    this.tickWithin(waitMs);
    return false;
  }

  /** Requests a `TickMessage` within `delayMs`, unless one comes by then anyway. */
  tickWithin(delayMs: number): void {
    const nowMs = this.#context.monotonicMs();
    // A tick whose time is over may have come already, a moment early: it does not count.
    if (nowMs < this.#tickMs && this.#tickMs <= nowMs + delayMs) return;
    this.#tickMs = nowMs + delayMs;
    const tick: TickMessage = { type: "tick", receiver: this.#receiver };
    this.#context.tellAfter(this.#context.self, tick, Math.ceil(delayMs));
  }

  /** To be called with each `TickMessage`. */
  ticked(): void {
    // It may come a moment early, and nobody must then go on waiting for it.
    if (this.#context.monotonicMs() > this.#tickMs - earlyMs) this.#tickMs = Infinity;
  }

  /** To be called with each message sent. */
  sent(): void {
    this.#dueMs = this.#context.monotonicMs() + this.#paceMs;
  }
}

/** By so much a timer may be early. */
const earlyMs = 1;
