import type { ActorContext, ActorRef } from "../../actor/mod.ts";
import { incarnationOf, systemOf } from "../entry/order.ts";
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

  /**
   * What is believed of the claims.
   *
   * @param from who makes them
   * @param isState whether its state is being taken over: with that comes what others deleted before, and nothing
   * else tells of that yet
   */
  of(claims: readonly Claim[], from: Server, isState: boolean): Claim[] {
    const own = nameOf(from);
    // So it is with nearly every message.
    if (claims.every(({ uid }) => systemOf(uid) === own)) return [...claims];
    const peers = new Map<string, Peer>();
    if (!isState) { for (const peer of this.#members.peers) peers.set(nameOf(peer.ref), peer); }
    return claims.flatMap((claim) => {
      const to = Math.min(claim.to, this.#toldOf(claim.uid, own, peers));
      return to > claim.from ? [{ ...claim, to }] : [];
    });
  }

  /** Up to which write of an actor claims are believed. */
  #toldOf(uid: string, from: string, peers: ReadonlyMap<string, Peer>): number {
    // This server knows what it has written itself.
    if (incarnationOf(uid) === this.#context.self.incarnation) return 0;
    const system = systemOf(uid);
    if (system === from) return Infinity;
    const writer = peers.get(system);
    if (writer === undefined || !this.#context.link(writer.ref).isHeard) return Infinity;
    return writer.seen.counter(uid);
  }
}

/** A server, as an actor of it names it. */
type Server = Pick<ActorRef, "address" | "incarnation">;

/** As `systemOf` names it. */
function nameOf({ address, incarnation }: Server): string {
  return `${address}/${incarnation}`;
}
