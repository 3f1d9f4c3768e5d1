import type { ActorContext, ActorRef } from "../../actor/mod.ts";
import type { ForgottenServer } from "../messages/known_servers.ts";
import type { Ticking } from "../messages/ticks.ts";
import type { MetMessage } from "./peer_message.ts";
import { UnmetServers } from "./unmet_servers.ts";

/** What is known of the servers that are named. */
export interface Acquaintance {
  /** Whether a server is a peer. */
  isPeer(ref: ActorRef): boolean;
  /** Whether a server may become a peer and is none. */
  isToBeMet(ref: ActorRef): boolean;
  /** The same, or it has ended as it seems, and nobody has taken its place. */
  isToBeMetAgain(ref: ActorRef): boolean;
  /** Whether it is another life of a server that is known and no peer, and no server that is known elsewhere. */
  isSuccessor(ref: ActorRef): boolean;
  /** The host of who named a server. */
  hostOf(namer: ActorRef): string;
}

/**
 * Greets the servers that peers name: each becomes a peer only when it was greeted. Those that could not be
 * reached are met again later, and so are those that are peers no more.
 */
export class Meetings {
  #context: ActorContext;
  #ticks: Ticking;
  #acquaintance: Acquaintance;
  #unmet: UnmetServers;

  /** @param ticks come when one is to be met again */
  constructor(context: ActorContext, ticks: Ticking, acquaintance: Acquaintance) {
    this.#context = context;
    this.#ticks = ticks;
    this.#acquaintance = acquaintance;
    this.#unmet = new UnmetServers(context.limits);
  }

  /** Greets a server that the peer `by` named. A `MetMessage` says what becomes of that. */
  begin(ref: ActorRef, by: ActorRef): void {
    this.#unmet.meets(ref);
    this.#context.meet(
      ref,
      by,
      (outcome, found) => {
        const message: MetMessage = { type: "met", ref, by, outcome };
        if (found !== undefined) message.found = found;
        return message;
      },
    );
  }

  /**
   * A server was greeted, or is met again later, unless it is over.
   *
   * @returns whether it was, and still is to become a peer
   */
  end({ ref, by, outcome, found }: MetMessage): boolean {
    const { isPeer, isToBeMet, isToBeMetAgain, isSuccessor } = this.#acquaintance;
    if (!this.#unmet.isMeeting(ref)) {
      if (outcome === "met" && !isPeer(ref)) this.#context.unlink(ref);
      return false;
    }
    if (outcome === "met") return true;
    const isOver = outcome === "another" && isToBeMet(ref);
    if (isOver || !isToBeMetAgain(ref)) this.#unmet.delete(ref);
    else this.missed(ref, by);
    if (found === undefined) return false;
    // Not at once: the address may lead here and there.
    const other = { ...ref, incarnation: found };
    if (isSuccessor(other) && !this.#unmet.has(other)) this.missed(other, by);
    return false;
  }

  /** A server could not be greeted, or is a peer no more: it is met again. @param by who named it, or itself */
  missed(ref: ActorRef, by: ActorRef): void {
    const nowMs = this.#context.monotonicMs();
    this.#unmet.missed(ref, { by, host: this.#acquaintance.hostOf(by) }, nowMs);
    this.#ticks.within(this.#context.limits.unmetPauseMinMs, nowMs);
  }

  /** Meets those again whose pause is over. To be called in each step. */
  again(): void {
    if (this.#unmet.size === 0) return;
    const nowMs = this.#context.monotonicMs();
    for (const { ref, by } of this.#unmet.takeDue(nowMs, this.#acquaintance.isPeer)) {
      if (this.#acquaintance.isToBeMetAgain(ref)) this.begin(ref, by);
      else this.#unmet.delete(ref);
    }
    const { dueMs } = this.#unmet;
    if (dueMs < Infinity) this.#ticks.within(dueMs - nowMs, nowMs);
  }

  /** A server is not met any more: it is a peer, or over. */
  cancel(ref: ActorRef): void {
    this.#unmet.delete(ref);
  }

  /** Meets these lives of a server no more; none at all, when none is named. */
  forget(server: ForgottenServer): void {
    this.#unmet.forget(server);
  }

  /** Meets those no more that were missed first so long ago, and that no peer names. */
  forgetMissedFor(durationMs: number): void {
    const nowMs = this.#context.monotonicMs();
    this.#unmet.forgetMissedFor(durationMs, nowMs, this.#acquaintance.isPeer);
  }
}
