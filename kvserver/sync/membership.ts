import { type ActorContext, type ActorRef, uid } from "../../actor/mod.ts";
import { deadIncarnationsMax, peerLostMs, peersMax } from "../../limits.ts";
import type { PeerNote } from "../disk/journal_messages.ts";
import type { Donor } from "./donor.ts";
import type { EntryPool } from "./entry_pool.ts";
import { Peer } from "./peer.ts";
import type { LookMessage } from "./sync_messages.ts";

/** Options of a `Membership`. */
export interface MembershipOptions {
  /** Where entries are on their way. */
  pool: EntryPool;
  /** Owes the state to whoever comes to be known. */
  donor: Donor;
  /** Told of peers that come and go. */
  log(line: string): void;
  /** Is told which peers there are, so that they are known after a restart. */
  journal?: ActorRef;
}

/**
 * Which other servers there are, and which of them are lost. Each tells all whom it knows of each
 * other, so that everyone comes to know everyone.
 */
export class Membership {
  #context: ActorContext;
  #options: MembershipOptions;
  /** By uid, and in the order of their turns. */
  #peers = new Map<string, Peer>();
  /** Incarnations whose address has begun another life: hearsay does not revive them. */
  #dead = new Set<string>();

  constructor(context: ActorContext, options: MembershipOptions) {
    this.#context = context;
    this.#options = options;
  }

  /** How many there are. */
  get size(): number {
    return this.#peers.size;
  }

  /** The peers. */
  get peers(): Iterable<Peer> {
    return this.#peers.values();
  }

  /** The peer with this uid. */
  get(name: string): Peer | undefined {
    return this.#peers.get(name);
  }

  /** Puts a peer behind the others. */
  putLast(peer: Peer): void {
    this.#peers.delete(peer.uid);
    this.#peers.set(peer.uid, peer);
  }

  /**
   * @param isThere whether it was heard itself, and is no hearsay
   * @returns the peer, new or known; `undefined` for one that is none, or no more.
   */
  learn(ref: ActorRef, isThere: boolean): Peer | undefined {
    const known = this.#peers.get(uid(ref));
    if (known !== undefined) return known;
    if (ref.address === this.#context.self.address || this.#dead.has(ref.incarnation)) return;
    const earlier = [...this.#peers.values()].find((peer) => peer.ref.address === ref.address);
    if (earlier !== undefined) {
      // Hearsay does not tell which life is the later one; a message from there does.
      if (!isThere) return undefined;
      this.bury(earlier);
    }
    if (this.#peers.size >= peersMax) this.#forgetOneThatIsLost();
    if (this.#peers.size >= peersMax) return undefined;
    return this.#add(ref);
  }

  #add(ref: ActorRef): Peer {
    const { pool, donor, log, journal } = this.#options;
    const peer = new Peer(this.#context, ref, pool);
    for (const other of this.#peers.values()) {
      other.introductions.set(peer.uid, ref);
      peer.introductions.set(other.uid, other.ref);
    }
    // It is owed whatever this server's own actors ever took, what it missed on its way to others
    // included, and what those took who cannot give it any more. The others give it theirs.
    const others = [...this.#peers.values()].filter((other) => !other.isLost);
    this.#peers.set(peer.uid, peer);
    donor.owe(peer, { except: [peer, ...others].map(({ ref }) => ref.incarnation) });
    this.#context.watchLink(ref, { type: "look" } satisfies LookMessage);
    log(`Peer ${ref.address} is known`);
    if (journal !== undefined) {
      this.#context.tell(journal, { type: "peer", address: ref.address } satisfies PeerNote);
    }
    return peer;
  }

  /** Forgets a peer whose address has begun another life. */
  bury(peer: Peer): void {
    this.#dead.add(peer.ref.incarnation);
    if (this.#dead.size > deadIncarnationsMax) this.#dead.delete(this.#dead.values().next().value!);
    this.#forget(peer);
    this.#makeUpFor(peer);
    this.#options.log(`Peer ${peer.ref.address} began another life: it syncs again once it joins`);
  }

  #forgetOneThatIsLost(): void {
    const lost = [...this.#peers.values()].find(({ isLost }) => isLost);
    if (lost !== undefined) this.#forget(lost);
  }

  #forget(peer: Peer): void {
    this.#peers.delete(peer.uid);
    peer.forget();
    for (const other of this.#peers.values()) other.introductions.delete(peer.uid);
  }

  /** Notes whether a peer can be reached: one that could not be for long is lost, until it is back. */
  noteReach(peer: Peer, isUp: boolean): void {
    const nowMs = this.#context.monotonicMs();
    if (isUp) peer.downSinceMs = undefined;
    else peer.downSinceMs ??= nowMs;
    const downMs = isUp ? 0 : nowMs - Math.max(peer.downSinceMs!, peer.lastHeardMs);
    if (peer.isLost === downMs > peerLostMs) return;
    peer.isLost = !peer.isLost;
    if (peer.isLost) this.#makeUpFor(peer);
    this.#options.log(`Peer ${peer.ref.address} is ${peer.isLost ? "lost" : "back"}`);
  }

  /** What a peer that is gone or lost sent to some and not to all, the others send one another. */
  #makeUpFor(peer: Peer): void {
    for (const other of this.#peers.values()) {
      if (other !== peer) this.#options.donor.owe(other, { only: [peer.ref.incarnation] });
    }
  }
}
