import type { ActorContext, ActorRef } from "../../actor/mod.ts";
import type { LocalReplicas } from "./local_replicas.ts";
import type { Membership } from "./membership.ts";

/** Hands everything over when the server stops, and replies when the peers have acknowledged it. */
export class Drain {
  #context: ActorContext;
  #replicas: LocalReplicas;
  #members: Membership;
  /** Are told when everything is handed over. */
  #replyTo: ActorRef[] = [];

  constructor(context: ActorContext, replicas: LocalReplicas, members: Membership) {
    this.#context = context;
    this.#replicas = replicas;
    this.#members = members;
  }

  /** Asks every query actor for all that it accepted. @param replyTo told `true` in the end */
  begin(replyTo: ActorRef): void {
    this.#replyTo.push(replyTo);
    for (const replica of this.#replicas.all) replica.requestDrain();
  }

  /** Replies once everything is handed over. A peer that cannot be reached is not waited for. */
  replyIfDrained(): void {
    if (this.#replyTo.length === 0) return;
    const reachable = [...this.#members.peers].filter(({ ref }) => this.#context.link(ref).isUp);
    const isDrained = reachable.every((peer) => peer.isIdle) &&
      this.#replicas.all.every((replica) => replica.isDrained);
    if (!isDrained && reachable.length > 0) return;
    for (const replyTo of this.#replyTo.splice(0)) this.#context.tell(replyTo, true);
  }
}
