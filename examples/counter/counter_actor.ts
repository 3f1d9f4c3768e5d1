import type { Actor, ActorContext, ActorRef } from "../../actor/mod.ts";

/** What a counter actor can be told. */
export type CounterMessage =
  | { type: "add"; amount: number }
  /** Asks for the count, which goes to `replyTo` as a number. */
  | { type: "get"; replyTo: ActorRef }
  /** Has the counter add 1 every `intervalMs`, so many `times`; the count then goes to `replyTo`. */
  | { type: "tick"; intervalMs: number; times: number; replyTo: ActorRef };

/**
 * Counts. Its count is its own: nobody can read or change it but by telling it so, and it handles
 * one message at a time, so that there is nothing to lock.
 */
export class CounterActor implements Actor {
  #context: ActorContext;
  #count = 0;

  constructor(context: ActorContext) {
    this.#context = context;
  }

  onMessage(message: CounterMessage): void {
    switch (message.type) {
      case "add":
        this.#count += message.amount;
        break;
      case "get":
        this.#context.tell(message.replyTo, this.#count);
        break;
      case "tick":
        this.#tick(message);
        break;
    }
  }

  /** An actor never waits: it tells itself later what comes next, and is free until then. */
  #tick(message: CounterMessage & { type: "tick" }): void {
    if (message.times === 0) return this.#context.tell(message.replyTo, this.#count);
    this.#count++;
    const next: CounterMessage = { ...message, times: message.times - 1 };
    this.#context.tellAfter(this.#context.self, next, message.intervalMs);
  }
}

/** Makes a counter actor, for `ActorSystem.startActor`. */
export const newCounterActor = (context: ActorContext): CounterActor => new CounterActor(context);
