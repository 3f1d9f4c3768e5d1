import type { ActorContext, ActorRef } from "../../actor/mod.ts";
import type { LocalReplicas } from "./local_replicas.ts";
import type { Membership } from "./membership.ts";

/** The server stops: tells when the others have all that was taken here. */
export class Drain {
  #context: ActorContext;
  #replicas: LocalReplicas;
  #members: Membership;
  /** Who is told. */
  #waiting: ActorRef[] = [];

  constructor(context: ActorContext, replicas: LocalReplicas, members: Membership) {
    this.#context = context;
    this.#replicas = replicas;
    this.#members = members;
  }

  /** Has every replica tell what it took. @param replyTo told `true` when all have it */
  begin(replyTo: ActorRef): void {
    this.#waiting.push(replyTo);
    for (const replica of this.#replicas.all) replica.drain = "wanted";
  }

  /** Answers if nothing is pending any more. A peer that cannot be reached is not waited for. */
  goOn(): void {
    if (this.#waiting.length === 0) return;
    const reachable = [...this.#members.peers].filter(({ ref }) => this.#context.link(ref).isUp);
    const isDrained = reachable.every((peer) => peer.isIdle) &&
      this.#replicas.all.every(({ drain }) => drain === "done");
    if (!isDrained && reachable.length > 0) return;
    for (const replyTo of this.#waiting.splice(0)) this.#context.tell(replyTo, true);
  }
}
