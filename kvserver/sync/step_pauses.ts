import type { ActorContext } from "../../actor/mod.ts";

/**
 * Pauses between the steps of a sync actor. Each step looks at all peers, so beside hundreds of them it takes
 * longer than a message, and hundreds of messages come in the time of one. A pause behind each long step lets
 * many messages share the next one; short ones follow upon every message.
 */
export class StepPauses {
  #context: ActorContext;
  #overMs = -Infinity;

  constructor(context: ActorContext) {
    this.#context = context;
  }

  /** For how much longer no step need follow upon a message; 0: one is due. */
  leftMs(): number {
    return Math.max(0, this.#overMs - this.#context.monotonicMs());
  }

  /** A step is done. @param startMs when it began */
  stepped(startMs: number): void {
    const { longStepMs, stepPauseRatio, stepPauseMsMax } = this.#context.limits;
    const nowMs = this.#context.monotonicMs();
    const tookMs = nowMs - startMs;
    const pauseMs = tookMs < longStepMs ? 0 : Math.min(tookMs * stepPauseRatio, stepPauseMsMax);
    this.#overMs = nowMs + pauseMs;
  }
}
