import type { ActorContext } from "../../actor/mod.ts";
import type { TokenBucket } from "../../rpc/mod.ts";
import type { messageTypes } from "./message_types.ts";
import { SendBudget } from "./send_budget.ts";

/** An actor to itself: the next message to a receiver may be due. */
export interface TickMessage {
  type: typeof messageTypes.tick;
  /** The name that the actor gave the receiver. */
  receiver: string;
}

/**
 * Paces the messages of one actor to another one, on the monotonic clock: the first few of a second are due at
 * once, so that whatever comes alone does not wait, and further ones a fixed time after one another. The actor
 * gathers the changes in between for the next message.
 */
export class SendPacer {
  #context: ActorContext;
  #receiver: string;
  #budget: Budget;
  /** When the next tick comes. */
  #tickMs = Infinity;
  /** Calls it off. */
  #cancelTick = () => {};

  /**
   * @param receiver names the receiver in the ticks
   * @param budget for its messages; default: that of sync
   */
  constructor(
    context: ActorContext,
    receiver: string,
    budget: Budget = syncBudget(context),
  ) {
    this.#context = context;
    this.#budget = budget;
    this.#receiver = receiver;
  }

  /** Whether a message may be sent now. If not, a `TickMessage` comes when it is due. */
  isDue(): boolean {
    const nowMs = this.#context.monotonicMs();
    return this.#isOver(this.#budget.waitMs(nowMs), nowMs);
  }

  /** Has a `TickMessage` come when the next message may be sent, be it at once: something is left to send. */
  awaitDue(): void {
    const nowMs = this.#context.monotonicMs();
    this.tickWithin(this.#budget.waitMs(nowMs), nowMs);
  }

  /**
   * Whether as many messages may be sent now as at once ever, so that one more keeps no other waiting: for what
   * has time. If not, a `TickMessage` comes when it is so, unless more is sent meanwhile.
   */
  isRested(): boolean {
    const nowMs = this.#context.monotonicMs();
    return this.#isOver(this.#budget.fullInMs(nowMs), nowMs);
  }

  /** Whether there is nothing to wait for. If there is, a `TickMessage` comes when the wait is over. */
  #isOver(waitMs: number, nowMs: number): boolean {
    if (waitMs > 0) this.tickWithin(waitMs, nowMs);
    return waitMs === 0;
  }

  /** Requests a `TickMessage` within `delayMs`, unless one comes by then anyway. */
  tickWithin(delayMs: number, nowMs = this.#context.monotonicMs()): void {
    // A tick whose time is over may have come already, a moment early: it does not count.
    if (nowMs < this.#tickMs && this.#tickMs <= nowMs + delayMs) return;
    // The one that would come later would find nothing to do.
    this.#cancelTick();
    this.#tickMs = nowMs + delayMs;
    const tick: TickMessage = { type: "tick", receiver: this.#receiver };
    this.#cancelTick = this.#context.tellAfter(this.#context.self, tick, Math.ceil(delayMs));
  }

  /** To be called with each `TickMessage`. */
  ticked(): void {
    // It may come a moment early, and nobody must then go on waiting for it.
    if (this.#context.monotonicMs() > this.#tickMs - earlyMs) this.#tickMs = Infinity;
  }

  /** To be called with each message sent. */
  sent(): void {
    this.#budget.take(this.#context.monotonicMs());
  }
}

/** Says when the next message may be sent. */
type Budget = Pick<TokenBucket, "waitMs" | "fullInMs" | "take">;

function syncBudget({ limits }: Pick<ActorContext, "limits">): SendBudget {
  const { syncMessagesPerSecond: max, syncMessagesAtOnce: atOnce } = limits;
  return new SendBudget({ max, atOnce });
}

/** By so much a timer may be early. */
const earlyMs = 1;
