import type { ActorContext } from "../../actor/mod.ts";
import type { messageTypes } from "./message_types.ts";

/** An actor to itself: it is time to look at what waits. */
export interface TickMessage {
  type: typeof messageTypes.tick;
  /** The name that the actor gave what waits. */
  receiver: string;
}

/** Has an actor come back to something later, by a message to itself. */
export interface Ticking {
  /** Requests a `TickMessage` within `delayMs`, unless one comes by then anyway. */
  within(delayMs: number, nowMs?: number): void;
}

/** By so much a timer may be early. */
const earlyMs = 1;

/** Ticks of one name: none is requested while one is on its way that comes as early. */
export class Ticks implements Ticking {
  #context: ActorContext;
  #message: TickMessage;
  /** When the next tick comes. */
  #dueMs = Infinity;
  /** Calls it off. */
  #cancel = () => {};

  /** @param receiver names what waits in the ticks */
  constructor(context: ActorContext, receiver: string) {
    this.#context = context;
    this.#message = { type: "tick", receiver };
  }

  within(delayMs: number, nowMs = this.#context.monotonicMs()): void {
    // A tick whose time is over may have come already, a moment early: it does not count.
    if (nowMs < this.#dueMs && this.#dueMs <= nowMs + delayMs) return;
    // The one that would come later would find nothing to do.
    this.#cancel();
    this.#dueMs = nowMs + delayMs;
    this.#cancel = this.#context.tellAfter(
      this.#context.self,
      this.#message,
      Math.ceil(delayMs),
    );
  }

  /** To be called with each `TickMessage` of the name. */
  ticked(): void {
    // It may come a moment early, and nobody must then go on waiting for it.
    if (this.#context.monotonicMs() > this.#dueMs - earlyMs) this.#dueMs = Infinity;
  }
}

/**
 * Ticks of an actor that looks at all that waits whenever anything comes: what was requested meanwhile is
 * requested at the end of that, the earliest of it alone. So however much waits, there is one tick.
 */
export class SharedTicks implements Ticking {
  #context: ActorContext;
  #ticks: Ticks;
  #wantedMs = Infinity;

  /** @param name of the ticks */
  constructor(context: ActorContext, name: string) {
    this.#context = context;
    this.#ticks = new Ticks(context, name);
  }

  within(delayMs: number, nowMs = this.#context.monotonicMs()): void {
    this.#wantedMs = Math.min(this.#wantedMs, nowMs + delayMs);
  }

  /** To be called with each `TickMessage`. */
  ticked(): void {
    this.#ticks.ticked();
  }

  /** Requests the earliest tick that was wanted since the last time: all who want one have said so again. */
  request(): void {
    if (this.#wantedMs === Infinity) return;
    const nowMs = this.#context.monotonicMs();
    this.#ticks.within(Math.max(0, this.#wantedMs - nowMs), nowMs);
    this.#wantedMs = Infinity;
  }
}
