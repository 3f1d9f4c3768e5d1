import {
  type ActorContext,
  type ActorRef,
  firstExposed,
  type LinkState,
  uid,
} from "../../actor/mod.ts";
import { greatestShare, hostOf } from "../../rpc/mod.ts";
import type { ForgottenServer, KnownServers } from "../messages/known_servers.ts";
import type { Ticking } from "../messages/ticks.ts";
import type { PeerNote } from "../messages/peer_note.ts";
import { AbsentServers } from "./absent_servers.ts";
import type { EntryPool } from "./entry_pool.ts";
import { ForgottenServers, isOf } from "./forgotten_servers.ts";
import { Meetings } from "./meetings.ts";
import { Peer } from "./peer.ts";
import { PeerLog } from "./peer_log.ts";
import type { LinkChangedMessage, MetMessage } from "./peer_message.ts";

/** Options of a `Membership`. */
export interface MembershipOptions {
  /** Holds the entries on their way. */
  pool: EntryPool;
  /** Come when something is due. */
  ticks: Ticking;
  /** Is told the address of each peer, so that the server remembers it after a restart. */
  journal?: ActorRef;
}

/**
 * The other servers that this one syncs with. Every server introduces all servers that it knows to
 * each other, so that each comes to know all.
 *
 * A server is believed once this one has dialed its address and that incarnation answered. Only then is
 * it introduced to others and remembered. Servers that others name are dialed first, a few at a time,
 * and become peers when they were greeted. Those that cannot be reached then are met again later.
 */
export class Membership {
  #context: ActorContext;
  #options: MembershipOptions;
  #log: PeerLog;
  /** Peers that are lost and for which entries wait, those that were lost last at the end. */
  #backlogs: Peer[] = [];
  /** By uid, and in the order of their turns. */
  #peers = new Map<string, Peer>();
  /** By uid, those whose incarnation ended, because their address answers as another: who names them is ignored. */
  #ended = new Set<string>();
  /** Servers that are known and no peers now. */
  #absent: AbsentServers;
  /** Greets servers that peers name. */
  #meetings: Meetings;
  /** By uid, the peers that an operator named: when he did so last. */
  #joinedMs = new Map<string, number>();
  /** Others are told of them, and may have forgotten them by themselves. */
  #forgotten: ForgottenServers;
  /** Whether the disk has it that servers are away. */
  #isAwayNoted = false;
  /** How often others came to be known, or to be known no more. */
  #revision = 0;
  /** How often more waited for a peer than may, over those that are peers no more. */
  #overflowsOfForgotten = 0;

  constructor(context: ActorContext, options: MembershipOptions) {
    this.#context = context;
    this.#options = options;
    this.#log = new PeerLog(context);
    this.#absent = new AbsentServers(context.limits);
    this.#meetings = new Meetings(context, options.ticks, {
      isPeer: (ref) => this.#peers.has(uid(ref)),
      isToBeMet: (ref) => this.#isToBeMet(ref),
      isToBeMetAgain: (ref) => this.#isToBeMetAgain(ref),
      isSuccessor: (ref) =>
        this.#absent.has(ref.address) && this.#isToBeMetAgain(ref) &&
        !this.#isKnownLife(ref.incarnation),
      hostOf: (namer) => {
        const peer = this.#peers.get(uid(namer));
        return peer === undefined ? hostOf(namer.address) : this.#hostOf(peer.ref);
      },
    });
    this.#forgotten = new ForgottenServers(context, options.journal);
  }

  /** Takes what the server knew before it started. */
  start({ remembered, forgotten, away }: KnownServers): void {
    const nowMs = this.#context.monotonicMs();
    const awayMs = new Map(away.map(({ address, awayMs }) => [address, awayMs]));
    for (const address of remembered) {
      if (address === this.#context.self.address) continue;
      this.#absent.add(address, nowMs - (awayMs.get(address) ?? 0));
    }
    this.#isAwayNoted = away.length > 0;
    this.#forgotten.start(forgotten);
  }

  /** The servers that are known and no peers now, by address: since when they are not there. */
  get absent(): ReadonlyMap<string, number> {
    return this.#absent.sinceMs;
  }

  /** Another number when other servers are known than before. */
  get revision(): number {
    return this.#revision;
  }

  /** Number of peers. */
  get size(): number {
    return this.#peers.size;
  }

  /** The peers, in the order of their turns. */
  get peers(): Iterable<Peer> {
    return this.#peers.values();
  }

  /** How often more waited for a peer than may. */
  get overflows(): number {
    let sum = this.#overflowsOfForgotten;
    for (const { backlog } of this.#peers.values()) sum += backlog.overflows;
    return sum;
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
   * Adds the peer with this sync actor, unless it is known: because its system was greeted and a message
   * came from it, or because an operator named it.
   *
   * @returns the peer; `undefined` for this server itself, an earlier incarnation, and one too many.
   */
  learn(named: ActorRef): Peer | undefined {
    const ref = syncActorOf(named);
    const known = this.#peers.get(uid(ref));
    if (known !== undefined) return known;
    if (this.#isThis(ref)) return undefined;
    this.#meetings.cancel(ref);
    this.#makeRoom(ref);
    if (this.#peers.size < this.#context.limits.peersMax) return this.#add(ref);
    const { size } = this.#peers;
    this.#context.log.warn("Peer {peer} is not synced with, because {size} others are known", {
      peer: ref.address,
      size,
    });
    // What was dialed to greet it is dialed no longer.
    this.#context.unlink(ref);
  }

  /** Adds the peer that an operator named, as `learn` does. For a while no other server can have it forgotten. */
  join(named: ActorRef): Peer | undefined {
    const peer = this.learn(named);
    if (peer !== undefined) this.#joinedMs.set(peer.uid, this.#context.monotonicMs());
    return peer;
  }

  /** An address has few lives: who starts again and again, or says so, takes no other peer's place. */
  #makeRoom(ref: ActorRef): void {
    const { address } = ref;
    const { peersMax, livesPerAddressMax } = this.#context.limits;
    const lives = [...this.#peers.values()].filter(({ ref }) => ref.address === address);
    if (lives.length >= livesPerAddressMax) {
      const isSilent = ({ ref }: Peer) => !this.#context.link(ref).isHeard;
      this.#forgetEnded(lives.find(isSilent) ?? lives[0]);
    }
    if (this.#peers.size >= peersMax) this.#forgetLostPeer();
    if (this.#peers.size >= peersMax) this.#forgetOfMost(ref);
  }

  /** Forgets a peer of the host that has most of them, unless the host of `ref` has as many. */
  #forgetOfMost(ref: ActorRef): void {
    const peers = this.#peers.values();
    const most = greatestShare(peers, (peer) => this.#hostOf(peer.ref), this.#hostOf(ref));
    if (most === undefined) return;
    const isSilent = (peer: Peer) => !this.#context.link(peer.ref).isHeard;
    const peer = most.findLast(isSilent) ?? most[most.length - 1];
    this.#context.log.warn(
      "Peer {peer} makes way for {other}, because its host has {count} of {size}",
      {
        peer: peer.ref.address,
        other: ref.address,
        count: most.length,
        size: this.#peers.size,
      },
    );
    this.#forget(peer);
  }

  /** The host that the link to a system led to: a host has as many names as it likes. */
  #hostOf(ref: ActorRef): string {
    return this.#context.link(ref).host ?? hostOf(ref.address);
  }

  /**
   * Greets a server that a peer names. A `MetMessage` says what becomes of that. If the server is forgotten, the
   * peer is told so: it answers that it keeps it when it hears it.
   */
  introduced(named: ActorRef, by: Peer): void {
    const ref = syncActorOf(named);
    if (!this.#isToBeMet(ref)) return;
    const forgotten = this.#forgotten.of(ref);
    if (forgotten !== undefined) by.gossip.tellForgotten(forgotten);
    else this.#meetings.begin(ref, by.ref);
  }

  /** Greets a server that is forgotten here and that a peer hears. */
  keptElsewhere(named: ActorRef, by: Peer): void {
    const ref = syncActorOf(named);
    if (this.#isToBeMet(ref)) this.#meetings.begin(ref, by.ref);
  }

  #isToBeMet(ref: ActorRef): boolean {
    return this.#isUnknown(ref) && !this.#ended.has(uid(ref));
  }

  /** Whether it is still to be met, also as one that seems to have ended: nobody has taken its place then. */
  #isToBeMetAgain(ref: ActorRef): boolean {
    return this.#isToBeMet(ref) || this.#isUnknown(ref) && this.#absent.has(ref.address);
  }

  #isUnknown(ref: ActorRef): boolean {
    return !this.#peers.has(uid(ref)) && !this.#isThis(ref);
  }

  /** What became of meeting a server that a peer named: if it was greeted, it becomes a peer. */
  met(message: MetMessage): void {
    if (this.#meetings.end(message)) this.learn(message.ref);
  }

  /** Meets those again that could not be greeted and whose pause is over. To be called in each step. */
  meetAgain(): void {
    this.#meetings.again();
  }

  /** Whether it is this server, under whatever name of its host, or another one at its address. */
  #isThis({ address, incarnation }: ActorRef): boolean {
    const { self } = this.#context;
    return address === self.address || incarnation === self.incarnation;
  }

  #add(ref: ActorRef): Peer {
    const { pool, ticks } = this.#options;
    const peer = new Peer(this.#context, ref, pool, ticks);
    for (const other of this.#peers.values()) if (other.isGreeted) peer.gossip.introduce(other.ref);
    for (const server of this.#forgotten.all) peer.gossip.tellForgotten(server);
    this.#peers.set(peer.uid, peer);
    this.#revision++;
    // Whatever either holds and the other does not, because it was lost on its way or its server is gone.
    peer.comparison.owe(this.#context.monotonicMs());
    this.#context.watchLink(ref, { type: "linkChanged" } satisfies LinkChangedMessage);
    this.#context.log.info("Peer {peer} is known", { peer: ref.address });
    return peer;
  }

  /** A peer was greeted at its address: it is introduced to the others, and remembered. */
  #greeted(peer: Peer): void {
    const { journal } = this.#options;
    const { ref } = peer;
    peer.greeted();
    this.#ended.delete(peer.uid);
    this.#absent.delete(ref.address);
    this.#revision++;
    this.#forgotten.delete(ref.address);
    for (const other of this.#peers.values()) other.gossip.withdrawForgotten(ref.address);
    for (const other of this.#peers.values()) if (other !== peer) other.gossip.introduce(ref);
    if (journal === undefined) return;
    this.#context.tell(journal, { type: "peerKnown", address: ref.address } satisfies PeerNote);
  }

  /**
   * Forgets a peer whose incarnation has ended. If that incarnation is back nevertheless, it becomes a
   * peer again as soon as it was greeted.
   */
  #forgetEnded(peer: Peer): void {
    this.#ended.add(peer.uid);
    if (this.#ended.size > this.#context.limits.endedIncarnationsMax) {
      this.#ended.delete(this.#ended.values().next().value!);
    }
    this.#forgetGone(peer);
    this.#noteAbsent(peer);
    this.#context.log.info("Peer {peer} restarted: it syncs again once it is greeted", {
      peer: peer.ref.address,
    });
  }

  /**
   * Greets who answers at the address of a peer that has ended: a server that starts again knows nobody
   * when it was the first of its cluster and keeps no data. A server that is known by an address of its
   * own is not it, because that address leads elsewhere then.
   */
  #meetSuccessor(peer: Peer, { foundIncarnation }: LinkState): void {
    if (foundIncarnation === undefined || this.#isKnownLife(foundIncarnation)) return;
    const { address } = peer.ref;
    this.introduced({ address, incarnation: foundIncarnation, counter: firstExposed }, peer);
  }

  /** Whether it is the incarnation of this server or of a peer, by whatever address. */
  #isKnownLife(incarnation: string): boolean {
    return incarnation === this.#context.self.incarnation ||
      [...this.#peers.values()].some(({ ref }) => ref.incarnation === incarnation);
  }

  #forgetLostPeer(): void {
    const lost = [...this.#peers.values()].find(({ isLost }) => isLost);
    if (lost === undefined) return;
    this.#forget(lost);
    this.#noteAbsent(lost);
  }

  /** Forgets a peer that may have told some of the others what it has not told this server. */
  #forgetGone(peer: Peer): void {
    this.#forget(peer);
    this.#compareWithoutPeer(peer);
  }

  /**
   * A server is known, though it is no peer any more. It is met again while nobody takes its place: two that each took
   * the other one for ended would stay apart.
   */
  #noteAbsent({ ref, isGreeted, reachability }: Peer): void {
    this.#revision++;
    if (!isGreeted || this.#isPeer(ref.address)) return;
    const { isDown, sinceMs } = reachability;
    this.#absent.add(ref.address, isDown ? sinceMs : this.#context.monotonicMs());
    this.#meetings.missed(ref, ref);
  }

  #isPeer(address: string): boolean {
    return this.#peersAt(address).length > 0;
  }

  /** The peers of an address: the lives of one server. */
  #peersAt(address: string): Peer[] {
    return [...this.#peers.values()].filter(({ ref }) => ref.address === address);
  }

  /**
   * Forgets a server, here and in the whole cluster, until it greets again itself.
   *
   * @returns whether it was known; `"there"`: it is not forgotten, because it is there.
   */
  forget(address: string): boolean | "there" {
    const peers = this.#peersAt(address);
    if (peers.some((peer) => this.#isThere(peer))) return "there";
    this.#meetings.forget({ address, incarnations: [] });
    return this.#forgetKnown(address, peers);
  }

  #forgetKnown(address: string, peers: readonly Peer[]): boolean {
    if (peers.length === 0 && !this.#absent.has(address)) return false;
    const incarnations = peers.map(({ ref }) => ref.incarnation);
    for (const peer of peers) this.#forgetGone(peer);
    this.#absent.delete(address);
    this.#revision++;
    const server: ForgottenServer = { address, incarnations };
    this.#forgotten.add(server);
    for (const peer of this.#peers.values()) peer.gossip.tellForgotten(server);
    this.#context.log.info("Peer {peer} is forgotten, until it greets again", { peer: address });
    return true;
  }

  /**
   * A peer has forgotten a server. Who hears it nevertheless keeps it, and says so; so does who knows a life of it
   * of which the peer did not know, and who was told by an operator just now to join it.
   */
  forgottenElsewhere(server: ForgottenServer, by: Peer): void {
    const { address } = server;
    // Who says so is there; it would be heard on, and charged for, as one that is forgotten.
    if (address === this.#context.self.address || address === by.ref.address) return;
    this.#meetings.forget(server);
    const peers = this.#peersAt(address);
    const there = peers.filter((peer) => this.#isThere(peer));
    for (const { ref } of there) by.gossip.tellKept(ref);
    const isKept = (peer: Peer) => !isOf(peer.ref, server) || this.#isJoining(peer);
    if (there.length > 0 || peers.some(isKept)) return;
    if (!this.#forgetKnown(address, peers)) this.#forgotten.note(server);
  }

  /** Whether an operator has just named it. */
  #isJoining({ uid }: Peer): boolean {
    const joinedMs = this.#joinedMs.get(uid) ?? -Infinity;
    return this.#context.monotonicMs() - joinedMs < this.#context.limits.introductionMs;
  }

  /** Forgets the servers that are down since that long. */
  forgetDownFor(durationMs: number): void {
    for (const [address, awayMs] of this.#awayMs()) {
      if (awayMs >= durationMs) this.forget(address);
    }
    this.#meetings.forgetMissedFor(durationMs);
  }

  /** Has the disk know for how long the servers that are known and not there are away. */
  noteAway(): void {
    const { journal } = this.#options;
    const away = Array.from(this.#awayMs(), ([address, awayMs]) => ({ address, awayMs }));
    // One that is back would count as away for all that time once this server starts again.
    if (journal === undefined || away.length === 0 && !this.#isAwayNoted) return;
    this.#isAwayNoted = away.length > 0;
    this.#context.tell(journal, { type: "peersAway", away } satisfies PeerNote);
  }

  /** By address: for how long the servers that are known and not there are away. */
  #awayMs(): Map<string, number> {
    const nowMs = this.#context.monotonicMs();
    const awayMs = new Map(
      Array.from(this.absent, ([address, sinceMs]) => [address, nowMs - sinceMs]),
    );
    for (const { ref: { address }, reachability } of this.#peers.values()) {
      if (!reachability.isDown) continue;
      const sinceMs = Math.min(reachability.sinceMs, this.absent.get(address) ?? Infinity);
      awayMs.set(address, nowMs - sinceMs);
    }
    return awayMs;
  }

  #isThere({ ref }: Peer): boolean {
    const { isUp, isHeard } = this.#context.link(ref);
    return isUp || isHeard;
  }

  #forget(peer: Peer): void {
    this.#peers.delete(peer.uid);
    this.#joinedMs.delete(peer.uid);
    this.#revision++;
    this.#overflowsOfForgotten += peer.backlog.overflows;
    peer.forget();
    this.#context.unlink(peer.ref);
    for (const other of this.#peers.values()) other.gossip.withdraw(peer.ref);
  }

  /**
   * Notes the state of the link to a peer. A peer whose address answers as another server, and that has
   * no connection to this one either, is forgotten. When one is lost, the others are compared with.
   *
   * @returns whether it is still a peer.
   */
  observeLink(peer: Peer, link: LinkState): boolean {
    if (link.epoch > 0 && !peer.isGreeted) this.#greeted(peer);
    if (link.isWrongIncarnation && !link.isHeard) {
      this.#forgetEnded(peer);
      this.#meetSuccessor(peer, link);
      return false;
    }
    this.observeReach(peer, link);
    const progress = peer.observeProgress();
    if (progress !== undefined) this.#log.progress(peer, progress);
    const change = peer.observeLink(link);
    const { address } = peer.ref;
    if (change === "back") this.#context.log.info("Peer {peer} is back", { peer: address });
    if (change === "lost") {
      this.#compareWithoutPeer(peer);
      this.#context.log.warn("Peer {peer} is lost", { peer: address });
      this.#boundBacklogs(peer);
    }
    return true;
  }

  /**
   * Keeps what waits for the peers that were lost last; the others are compared with if they come
   * back. So servers that come and go for ever cost no memory.
   */
  #boundBacklogs(lost: Peer): void {
    const others = this.#backlogs.filter((peer) => peer.isLost && peer !== lost);
    this.#backlogs = [...others, lost];
    while (this.#backlogs.length > this.#context.limits.lostBacklogsMax) {
      this.#backlogs.shift()!.dropBacklog();
    }
  }

  /** Notes how a peer is reached, and says when it is half reached, silent, or two servers claim its address. */
  observeReach(peer: Peer, link: LinkState): void {
    const { isUp, isHeard, isWrongIncarnation, facts } = link;
    const before = peer.observeReach({ isUp, isHeard, isWrongIncarnation, facts });
    // Nothing else brings the end of the time that it is given.
    const undecidedMs = peer.reachability.undecidedMs(this.#context.monotonicMs());
    if (undecidedMs !== undefined) {
      peer.pacer.tickWithin(Math.max(undecidedMs, this.#context.limits.peerCheckMs));
    }
    if (before !== undefined) this.#log.reach(peer, link, before);
    this.#log.clock(peer, facts.clockSkewMs);
  }

  /** A peer is gone: this server and the others may have been told different things by it. */
  #compareWithoutPeer(peer: Peer): void {
    for (const other of this.#peers.values()) {
      if (other !== peer) other.comparison.owe(this.#context.monotonicMs());
    }
  }

  /** @throws {Error} when an invariant does not hold. */
  assertInvariants(): void {
    for (const peer of this.#peers.values()) peer.assertInvariants();
  }
}

/**
 * The sync actor of the server that has the actor `named`: what a server exposes. The counter is left out of
 * account, because a third server may have named any.
 */
function syncActorOf({ address, incarnation }: ActorRef): ActorRef {
  return { address, incarnation, counter: firstExposed };
}
