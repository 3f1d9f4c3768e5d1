import type { ActorContext, ActorRef } from "../actor/mod.ts";

/** What a counting actor is told. */
export type CountMessage =
  | { type: "count"; i: number }
  | { type: "end"; replyTo: ActorRef };

/** What a counting actor saw. */
export interface CountReport {
  received: number;
  /** Whether they came as they were sent, and none was missing in between. */
  inOrder: boolean;
  /** From the first message to the last. */
  elapsedMs: number;
}

/** Counts messages, and says what came of them. */
export function newCounter(context: ActorContext) {
  let received = 0;
  let inOrder = true;
  let startMs = 0;
  return {
    onMessage(message: CountMessage) {
      if (message.type === "count") {
        if (received === 0) startMs = context.monotonicMs();
        if (message.i !== received++) inOrder = false;
        return;
      }
      const elapsedMs = context.monotonicMs() - startMs;
      context.tell(message.replyTo, { received, inOrder, elapsedMs } satisfies CountReport);
    },
  };
}
