import type { ActorContext } from "../../actor/mod.ts";
import { Ticks } from "../messages/ticks.ts";
import type { OnPassed, Store } from "../store/mod.ts";

/** Names its ticks among those of the query actor. */
export const expiryTicks = "expiry";

/**
 * Has a replica go by the clock of its server. What is shown is exact: the store is told the time before
 * each message is handled. The counts follow in turns, of a bounded number of expiries each, also while
 * nobody asks anything. A replica in which nothing expires costs no look at the clock.
 */
export class ExpiryClock {
  #context: ActorContext;
  #store: Store;
  #onPassed: OnPassed;
  #ticks: Ticks;
  /** Whether there are expiries that the counts have not taken in. */
  #isBehind = false;

  /** @param onPassed is called with each entry that the counts take in or leave out */
  constructor(context: ActorContext, store: Store, onPassed: OnPassed) {
    this.#context = context;
    this.#store = store;
    this.#onPassed = onPassed;
    this.#ticks = new Ticks(context, expiryTicks);
  }

  /** To be called before each message is handled. */
  passTime(): void {
    if (this.#store.expiring === 0) return;
    const { expiriesPerTurn } = this.#context.limits;
    this.#isBehind = !this.#store.passTime(this.#context.now(), expiriesPerTurn, this.#onPassed);
  }

  /**
   * Requests a tick for the next expiry, and within `expiryTickMaxMs` in any case, because the clock may be
   * set; to be called after each message.
   */
  awaitNext(): void {
    if (this.#store.expiring === 0) return;
    const { nextExpiryMs = Infinity } = this.#store;
    const delayMs = this.#isBehind ? 0 : nextExpiryMs - this.#context.now();
    const { expiryTickMaxMs } = this.#context.limits;
    this.#ticks.within(Math.min(Math.max(delayMs, 1), expiryTickMaxMs));
  }

  /** To be called with each of its ticks. */
  ticked(): void {
    this.#ticks.ticked();
  }
}
