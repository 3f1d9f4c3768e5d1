import type { ActorContext, ActorRef } from "../../actor/mod.ts";
import { incarnationOf } from "../entry/order.ts";
import type { Claim } from "../versions/claim.ts";
import type { Membership } from "./membership.ts";
import type { Peer } from "./peer.ts";

/**
 * Which claims of another server are believed. Whoever took writes for seen that are still to be made would drop
 * them, and have those drop them who made them: so what a server claims of another one's writes is believed no
 * further than that one has told itself, while it is there to tell.
 *
 * What is left out costs nothing but time: the server whose writes they are claims them too, and when two servers
 * are compared they claim all.
 */
export class BelievedClaims {
  #context: Pick<ActorContext, "self" | "link">;
  #members: Pick<Membership, "peers">;

  constructor(
    context: Pick<ActorContext, "self" | "link">,
    members: Pick<Membership, "peers">,
  ) {
    this.#context = context;
    this.#members = members;
  }

  /** What is believed of the claims. @param from who makes them */
  of(claims: readonly Claim[], from: Pick<ActorRef, "incarnation">): Claim[] {
    // So it is with nearly every message.
    if (claims.every(({ uid }) => incarnationOf(uid) === from.incarnation)) return [...claims];
    const peers = new Map<string, Peer>();
    for (const peer of this.#members.peers) peers.set(peer.ref.incarnation, peer);
    return claims.flatMap((claim) => {
      const to = Math.min(claim.to, this.#toldOf(claim.uid, from, peers));
      return to > claim.from ? [{ ...claim, to }] : [];
    });
  }

  /** Up to which write of an actor claims are believed. */
  #toldOf(
    uid: string,
    from: Pick<ActorRef, "incarnation">,
    peers: ReadonlyMap<string, Peer>,
  ): number {
    const incarnation = incarnationOf(uid);
    if (incarnation === from.incarnation) return Infinity;
    // This server knows what it has written itself.
    if (incarnation === this.#context.self.incarnation) return 0;
    const writer = peers.get(incarnation);
    if (writer === undefined || !this.#context.link(writer.ref).isHeard) return Infinity;
    return writer.seen.counter(uid);
  }
}
