import { type ActorContext, type ActorRef, uid } from "../../actor/mod.ts";
import type { PeerNote } from "../messages/peer_note.ts";
import type { EntryPool } from "./entry_pool.ts";
import { Peer } from "./peer.ts";
import type { LinkChangedMessage } from "./peer_message.ts";
import type { StateReader } from "./state_reader.ts";

/** Options of a `Membership`. */
export interface MembershipOptions {
  /** Holds the entries on their way. */
  pool: EntryPool;
  /** Reads the state for peers that come to be known. */
  stateReader: StateReader;
  /** Is told of each peer, so that the server knows it after a restart. */
  journal?: ActorRef;
}

/**
 * The other servers that this one syncs with. Every server introduces all servers that it knows to
 * each other, so that each comes to know all.
 */
export class Membership {
  #context: ActorContext;
  #options: MembershipOptions;
  /** By uid, and in the order of their turns. */
  #peers = new Map<string, Peer>();
  /** Incarnations whose address has restarted: hearsay does not revive them. */
  #dead = new Set<string>();

  constructor(context: ActorContext, options: MembershipOptions) {
    this.#context = context;
    this.#options = options;
  }

  /** Number of peers. */
  get size(): number {
    return this.#peers.size;
  }

  /** The peers, in the order of their turns. */
  get peers(): Iterable<Peer> {
    return this.#peers.values();
  }

  /** The peer with this uid. */
  get(uid: string): Peer | undefined {
    return this.#peers.get(uid);
  }

  /** Ends the turn of a peer: it comes behind the others. */
  endTurn(peer: Peer): void {
    this.#peers.delete(peer.uid);
    this.#peers.set(peer.uid, peer);
  }

  /**
   * Adds the peer with this sync actor, unless it is known.
   *
   * @param isHearsay whether a third party names it, and no message has come from it
   * @returns the peer; `undefined` for this server itself, an earlier incarnation, and one too many.
   */
  learn(ref: ActorRef, { isHearsay }: { isHearsay: boolean }): Peer | undefined {
    const known = this.#peers.get(uid(ref));
    if (known !== undefined) return known;
    if (ref.address === this.#context.self.address || this.#dead.has(ref.incarnation)) return;
    const namesake = [...this.#peers.values()].find((peer) => peer.ref.address === ref.address);
    if (namesake !== undefined) {
      // Hearsay does not tell which of two incarnations is the later one; a message from one does.
      if (isHearsay) return undefined;
      this.bury(namesake);
    }
    const { peersMax } = this.#context.limits;
    if (this.#peers.size >= peersMax) this.#forgetOneThatIsLost();
    if (this.#peers.size >= peersMax) return undefined;
    return this.#add(ref);
  }

  #add(ref: ActorRef): Peer {
    const { pool, stateReader, journal } = this.#options;
    const peer = new Peer(this.#context, ref, pool);
    for (const other of this.#peers.values()) {
      other.introduce(peer);
      peer.introduce(other);
    }
    // The living peers send it what they accepted. This server sends the rest: what its own query
    // actors accepted, which may have been lost on its way to others, and what ended servers left.
    const living = [...this.#peers.values()].filter((other) => !other.isLost);
    this.#peers.set(peer.uid, peer);
    stateReader.add(peer, { except: [peer, ...living].map(({ ref }) => ref.incarnation) });
    this.#context.watchLink(ref, { type: "linkChanged" } satisfies LinkChangedMessage);
    this.#context.log.info("Peer {peer} is known", { peer: ref.address });
    if (journal !== undefined) {
      this.#context.tell(journal, { type: "peer", address: ref.address } satisfies PeerNote);
    }
    return peer;
  }

  /** Forgets a peer whose address has restarted. */
  bury(peer: Peer): void {
    this.#dead.add(peer.ref.incarnation);
    if (this.#dead.size > this.#context.limits.deadIncarnationsMax) {
      this.#dead.delete(this.#dead.values().next().value!);
    }
    this.#forget(peer);
    this.#makeUpFor(peer);
    this.#context.log.info("Peer {peer} restarted: it syncs again once it joins", {
      peer: peer.ref.address,
    });
  }

  #forgetOneThatIsLost(): void {
    const lost = [...this.#peers.values()].find(({ isLost }) => isLost);
    if (lost !== undefined) this.#forget(lost);
  }

  #forget(peer: Peer): void {
    this.#peers.delete(peer.uid);
    peer.forget();
    for (const other of this.#peers.values()) other.withdraw(peer);
  }

  /** Notes whether the link to a peer is up, and makes up for a peer that is lost. */
  observeLink(peer: Peer, isUp: boolean): void {
    const change = peer.observeLink(isUp);
    if (change === "none") return;
    const { address } = peer.ref;
    if (change === "back") return this.#context.log.info("Peer {peer} is back", { peer: address });
    this.#makeUpFor(peer);
    this.#context.log.warn("Peer {peer} is lost", { peer: address });
  }

  /** Sends the entries of a peer that is gone to all others, because it may have reached only some. */
  #makeUpFor(peer: Peer): void {
    for (const other of this.#peers.values()) {
      if (other !== peer) this.#options.stateReader.add(other, { only: [peer.ref.incarnation] });
    }
  }

  /** @throws {Error} when an invariant does not hold. */
  assertInvariants(): void {
    for (const peer of this.#peers.values()) peer.assertInvariants();
  }
}
