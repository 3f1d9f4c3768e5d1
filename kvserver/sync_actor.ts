import { type Actor, type ActorContext, type ActorRef, uid } from "../actor/mod.ts";
import {
  deadIncarnationsMax,
  donorPatienceMs,
  makeUpMs,
  peerCheckMs,
  peerLostMs,
  peersMax,
  readAheadBytesMax,
  syncPaceMs,
} from "../limits.ts";
import { decodeEntries, encodeEntries } from "./entry_codec.ts";
import { incarnationOf } from "./order.ts";
import { Pace, type TickMessage } from "./pace.ts";
import { type Debt, Peer } from "./peer.ts";
import { PendingEntries } from "./pending_entries.ts";
import type {
  DrainMessage,
  JoinMessage,
  MergeMessage,
  PeerMessage,
  ReadRequest,
  StartMessage,
  WrittenMessage,
} from "./sync_messages.ts";

/** A query actor of this server, and what it is owed. */
interface Sibling {
  ref: ActorRef;
  pace: Pace;
  pending: PendingEntries;
  /** A part of the state that it is to be asked for. */
  read?: ReadRequest;
  /** Whether it was told that the server is ready. */
  knowsReady: boolean;
}

type SyncMessage =
  | StartMessage
  | JoinMessage
  | DrainMessage
  | WrittenMessage
  | PeerMessage
  | TickMessage
  | LookMessage;

/** Something may have changed: a link to a peer went up or down, or a wait is over. */
interface LookMessage {
  type: "look";
}

/**
 * Passes on what query actors took: from each of this server's to the others, and once to the sync
 * actor of each other server, which passes it on to its own. Keeps no replica, only what each
 * receiver is still owed.
 */
export class SyncActor implements Actor {
  #context: ActorContext;
  #log: (line: string) => void;
  #siblings: Sibling[] = [];
  #peers = new Map<string, Peer>();
  /** Incarnations whose address has begun another life, and since when: hearsay does not revive them. */
  #dead = new Map<string, number>();
  /** Who is being asked for the whole state, since when, and who is told when it is there. */
  #joining: { donor?: Peer; sinceMs: number; replyTo: ActorRef; stateDone: boolean } | undefined;
  /** For whom a part of the state is being read. */
  #reading: { id: number; peer: Peer; debt: Debt } | undefined;
  #lastReadId = 0;
  /** Who waits for nothing to be pending, and from when on that can be told. */
  #drains: { replyTo: ActorRef; fromMs: number }[] = [];

  /** @param log told of peers that come and go */
  constructor(context: ActorContext, log: ((line: string) => void) | undefined) {
    this.#context = context;
    this.#log = log ?? (() => {});
  }

  onMessage(message: SyncMessage): void {
    switch (message.type) {
      case "start":
        return this.#start(message);
      case "join":
        return this.#join(message);
      case "written":
        return this.#written(message);
      case "peer":
        return this.#heard(message);
      case "tick":
        return this.#tick(message);
      case "look":
        return this.#sendAll();
      case "drain":
        return this.#drain(message);
    }
  }

  // ---- this server's query actors -----------------------------------------------------------

  #start({ queryActors }: StartMessage): void {
    this.#siblings = queryActors.map((ref) => ({
      ref,
      pace: new Pace(this.#context, uid(ref)),
      pending: new PendingEntries(),
      knowsReady: false,
    }));
  }

  #written({ from, entries, part }: WrittenMessage): void {
    for (const entry of decodeEntries(entries)) {
      for (const sibling of this.#siblings) {
        if (sibling.ref.counter === from) sibling.pending.forget(entry);
        else sibling.pending.add(entry);
      }
      for (const peer of this.#peers.values()) peer.owe(entry);
    }
    if (part !== undefined && this.#reading?.id === part.id) {
      const { peer, debt } = this.#reading;
      peer.addPart(decodeEntries(part.entries), part.after, debt);
      this.#reading = undefined;
    }
    this.#sendAll();
  }

  #sendToSibling(sibling: Sibling): void {
    const tellsReady = this.#joining?.stateDone === true && !sibling.knowsReady;
    if (sibling.pending.size === 0 && sibling.read === undefined && !tellsReady) return;
    if (!sibling.pace.isDue()) return;
    const entries = sibling.pending.take();
    const ready = this.#joining === undefined ||
      (this.#joining.stateDone && sibling.pending.size === 0);
    const isAlone = this.#siblings.length === 1 && this.#peers.size === 0;
    const message: MergeMessage = {
      type: "merge",
      entries: encodeEntries(entries),
      ready,
      isAlone,
    };
    if (sibling.read !== undefined) message.read = sibling.read;
    sibling.read = undefined;
    sibling.knowsReady ||= ready;
    this.#context.tell(sibling.ref, message);
    sibling.pace.sent();
    if (sibling.pending.size > 0) sibling.pace.isDue();
  }

  // ---- other servers ------------------------------------------------------------------------

  /** @returns the peer, new or known; `undefined` for one that is none, or no more. */
  #learn(ref: ActorRef, isThere: boolean): Peer | undefined {
    const known = this.#peers.get(uid(ref));
    if (known !== undefined) return known;
    if (ref.address === this.#context.self.address || this.#dead.has(ref.incarnation)) return;
    const earlier = [...this.#peers.values()].find((peer) => peer.ref.address === ref.address);
    if (earlier !== undefined) {
      // Hearsay does not tell which life is the later one; a message from there does.
      if (!isThere) return undefined;
      this.#bury(earlier);
    }
    if (this.#peers.size >= peersMax) return undefined;
    const peer = new Peer(this.#context, ref);
    for (const other of this.#peers.values()) {
      other.introductions.set(peer.uid, ref);
      peer.introductions.set(other.uid, other.ref);
    }
    this.#peers.set(peer.uid, peer);
    this.#context.watchLink(ref, { type: "look" });
    this.#log(`Peer ${ref.address} is known`);
    // It is owed whatever this server's own actors ever took: what it missed on its way to others
    // included. Those who are no more cannot give it theirs.
    this.#oweState(peer, [this.#context.self.incarnation, ...this.#recentlyGone()]);
    return peer;
  }

  /** Incarnations of whose entries this server may hold some that the others do not have yet. */
  #recentlyGone(): string[] {
    const sinceMs = this.#context.monotonicMs() - makeUpMs;
    const dead = [...this.#dead].filter(([, diedMs]) => diedMs > sinceMs);
    const lost = [...this.#peers.values()].filter((peer) => peer.isLost);
    return [
      ...dead.map(([incarnation]) => incarnation),
      ...lost.map(({ ref }) => ref.incarnation),
    ];
  }

  /**
   * Owes a peer the state. What is on its way to the replica that it is read from would be missed by
   * the reading, and is owed at once.
   */
  #oweState(peer: Peer, origins: readonly string[] | undefined): void {
    peer.oweState(origins);
    for (const entry of this.#siblings[0].pending.values()) {
      if (origins === undefined || origins.includes(incarnationOf(entry.uid))) peer.owe(entry);
    }
  }

  /** A peer's address has begun another life. */
  #bury(peer: Peer): void {
    this.#log(`Peer ${peer.ref.address} began another life`);
    this.#peers.delete(peer.uid);
    this.#dead.set(peer.ref.incarnation, this.#context.monotonicMs());
    if (this.#dead.size > deadIncarnationsMax) this.#dead.delete(this.#dead.keys().next().value!);
    if (this.#reading?.peer === peer) this.#reading = undefined;
    if (this.#joining?.donor === peer) this.#joining.donor = undefined;
    for (const other of this.#peers.values()) other.introductions.delete(peer.uid);
    this.#makeUpFor(peer);
  }

  /** What a peer that is gone or lost sent to some and not to all, the others send one another. */
  #makeUpFor(peer: Peer): void {
    for (const other of this.#peers.values()) {
      if (other !== peer) this.#oweState(other, [peer.ref.incarnation]);
    }
  }

  #heard(message: PeerMessage): void {
    const peer = this.#learn(message.from, true);
    if (peer === undefined) return;
    peer.acknowledged(message.ack);
    peer.received(message.batch);
    for (const ref of message.peers) this.#learn(ref, false);
    for (const entry of decodeEntries(message.entries)) {
      for (const sibling of this.#siblings) sibling.pending.add(entry);
      peer.pending.forget(entry);
      for (const other of this.#peers.values()) {
        if (other.takesState && other !== peer) other.owe(entry);
      }
    }
    if (message.wantsState) {
      peer.takesState = true;
      this.#oweState(peer, undefined);
    }
    if (message.stateDone && this.#joining !== undefined && this.#joining.donor === peer) {
      this.#joining.stateDone = true;
    }
    this.#sendAll();
  }

  #sendToPeer(peer: Peer): void {
    const link = this.#context.link(peer.ref);
    if (link.isGone) return this.#bury(peer);
    this.#noteReach(peer, link.isUp);
    if (link.isUp && peer.isIdle) return;
    peer.pace.tickWithin(peerCheckMs);
    if (!link.isUp) return;
    if (peer.isOverdue(link.epoch)) return link.reset();
    if (!peer.pace.isDue()) return;
    const next = peer.next(link);
    if (next === undefined) return;
    const { batch, number, ack } = next;
    const message: PeerMessage = {
      type: "peer",
      from: this.#context.self,
      batch: number,
      ack,
      entries: encodeEntries(batch.entries),
      peers: batch.peers,
      wantsState: batch.wantsState,
      stateDone: batch.stateDone,
    };
    this.#context.tell(peer.ref, message, { reserved: true });
    peer.pace.sent();
    if (peer.pending.size > 0) peer.pace.isDue();
  }

  #noteReach(peer: Peer, isUp: boolean): void {
    const nowMs = this.#context.monotonicMs();
    if (isUp) {
      peer.lastUpMs = nowMs;
      if (peer.isLost) this.#log(`Peer ${peer.ref.address} is back`);
      peer.isLost = false;
    } else if (!peer.isLost && nowMs - peer.lastUpMs > peerLostMs) {
      this.#log(`Peer ${peer.ref.address} is lost`);
      peer.isLost = true;
      this.#makeUpFor(peer);
    }
  }

  // ---- taking over the state, and giving it -------------------------------------------------

  #join({ peers, replyTo }: JoinMessage): void {
    for (const ref of peers) this.#learn(ref, true);
    if (this.#peers.size === 0) return this.#context.tell(replyTo, true);
    for (const sibling of this.#siblings) sibling.knowsReady = false;
    this.#joining = { sinceMs: this.#context.monotonicMs(), replyTo, stateDone: false };
    this.#sendAll();
  }

  /** Asks a donor, another one when the first is not there, and says so when all is taken over. */
  #driveJoin(): void {
    const joining = this.#joining;
    if (joining === undefined) return;
    const nowMs = this.#context.monotonicMs();
    if (!joining.stateDone && this.#needsDonor(joining.donor, joining.sinceMs)) {
      const candidates = [...this.#peers.values()];
      const next = candidates[(candidates.indexOf(joining.donor!) + 1) % candidates.length];
      if (next !== undefined) next.wantsState = true;
      joining.donor = next;
      joining.sinceMs = nowMs;
    }
    if (joining.stateDone && this.#siblings.every(({ knowsReady }) => knowsReady)) {
      this.#context.tell(joining.replyTo, true);
      this.#joining = undefined;
    }
  }

  #needsDonor(donor: Peer | undefined, sinceMs: number): boolean {
    if (donor === undefined) return true;
    if (this.#context.link(donor.ref).isUp) return false;
    const nowMs = this.#context.monotonicMs();
    return nowMs - Math.max(sinceMs, donor.lastUpMs) > donorPatienceMs;
  }

  /** Has the next part of the state read that a peer is owed; one at a time, each peer in turn. */
  #readOn(): void {
    const [reader] = this.#siblings;
    if (this.#reading !== undefined) return;
    const peer = [...this.#peers.values()].find((peer) =>
      peer.debt !== undefined && peer.pending.bytes < readAheadBytesMax &&
      this.#context.link(peer.ref).isUp
    );
    if (peer === undefined) return;
    // To the back of the line, behind the other peers that are owed something.
    this.#peers.delete(peer.uid);
    this.#peers.set(peer.uid, peer);
    const debt = peer.debt!;
    const { after, origins } = debt;
    const id = ++this.#lastReadId;
    this.#reading = { id, peer, debt };
    reader.read = { id, after, origins: origins && [...origins] };
  }

  // ---- all of it ----------------------------------------------------------------------------

  #tick({ receiver }: TickMessage): void {
    this.#siblings.find(({ ref }) => uid(ref) === receiver)?.pace.ticked();
    this.#peers.get(receiver)?.pace.ticked();
    this.#sendAll();
  }

  #sendAll(): void {
    this.#driveJoin();
    this.#readOn();
    for (const sibling of this.#siblings) this.#sendToSibling(sibling);
    for (const peer of this.#peers.values()) this.#sendToPeer(peer);
    this.#driveJoin();
    if (this.#drains.length > 0) this.#answerDrains();
  }

  // ---- stopping -----------------------------------------------------------------------------

  #drain({ replyTo }: DrainMessage): void {
    // What query actors took last is here after one pace of theirs.
    const lookMs = this.#peers.size === 0 ? 0 : 2 * syncPaceMs;
    this.#drains.push({ replyTo, fromMs: this.#context.monotonicMs() + lookMs });
    this.#context.tellAfter(this.#context.self, { type: "look" }, lookMs);
  }

  /** A peer that cannot be reached is not waited for. */
  #answerDrains(): void {
    const isDrained = [...this.#peers.values()].every((peer) =>
      peer.isIdle || !this.#context.link(peer.ref).isUp
    );
    if (!isDrained) return;
    const nowMs = this.#context.monotonicMs();
    for (const { replyTo } of this.#drains.filter(({ fromMs }) => fromMs <= nowMs)) {
      this.#context.tell(replyTo, true);
    }
    this.#drains = this.#drains.filter(({ fromMs }) => fromMs > nowMs);
  }
}
