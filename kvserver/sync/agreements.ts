import type { ActorContext } from "../../actor/mod.ts";
import type { Agreement } from "./agreement.ts";
import type { Membership } from "./membership.ts";
import type { Peer } from "./peer.ts";
import type { SiblingComparison } from "./sibling_comparison.ts";

/** Whether the replicas of this server hold the same, and those of its peers what its first one holds. */
export class Agreements {
  #context: ActorContext;
  #members: Membership;
  #siblings: SiblingComparison;

  constructor(context: ActorContext, members: Membership, siblings: SiblingComparison) {
    this.#context = context;
    this.#members = members;
    this.#siblings = siblings;
  }

  /** For how long two replicas have differed that reach each other, the two that have for longest; 0: none do. */
  get differingMs(): number {
    const nowMs = this.#context.monotonicMs();
    let mostMs = 0;
    for (const agreement of this.#siblings.agreements) {
      mostMs = Math.max(mostMs, agreement.differingMs(nowMs));
    }
    for (const peer of this.#members.peers) {
      const ms = peer.comparison.agreement.differingMs(nowMs);
      if (ms > mostMs && this.#isReached(peer)) mostMs = ms;
    }
    return mostMs;
  }

  #isReached({ ref }: Peer): boolean {
    return this.#context.link(ref).isUp;
  }

  /** Says in the log which replicas have differed for long, and which no longer do. */
  observe(): void {
    for (const agreement of this.#siblings.agreements) this.#observe(agreement);
    for (const peer of this.#members.peers) {
      if (this.#isReached(peer)) this.#observe(peer.comparison.agreement, peer.ref.address);
    }
  }

  /** @param peer address of the peer; default: it is about two replicas of this server */
  #observe(agreement: Agreement, peer?: string): void {
    const nowMs = this.#context.monotonicMs();
    const change = agreement.observe(nowMs);
    if (change === undefined) return;
    const { log } = this.#context;
    if (change === "agrees") {
      if (peer === undefined) log.info("This server's replicas are equal again");
      else log.info("Peer {peer} and this server are equal again", { peer });
      return;
    }
    const ms = Math.round(agreement.differingMs(nowMs));
    if (peer === undefined) {
      log.warn("This server's replicas have differed for {ms} ms, though they were compared", {
        ms,
      });
    } else {
      log.warn("Peer {peer} and this server have differed for {ms} ms, though they were compared", {
        peer,
        ms,
      });
    }
  }
}
