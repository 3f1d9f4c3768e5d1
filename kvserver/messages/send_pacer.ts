import type { ActorContext } from "../../actor/mod.ts";
import type { TokenBucket } from "../../rpc/mod.ts";
import { SendBudget } from "./send_budget.ts";
import type { Ticking } from "./ticks.ts";

/**
 * Paces the messages of one actor to another one, on the monotonic clock: the first few of a second are due at
 * once, so that whatever comes alone does not wait, and further ones a fixed time after one another. The actor
 * gathers the changes in between for the next message.
 */
export class SendPacer {
  #context: Pick<ActorContext, "monotonicMs" | "limits">;
  #ticks: Ticking;
  #budget: Budget;

  /**
   * @param ticks come when a message is due
   * @param budget for the messages; default: that of sync
   */
  constructor(
    context: Pick<ActorContext, "monotonicMs" | "limits">,
    ticks: Ticking,
    budget: Budget = syncBudget(context),
  ) {
    this.#context = context;
    this.#budget = budget;
    this.#ticks = ticks;
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
    this.#ticks.within(delayMs, nowMs);
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
