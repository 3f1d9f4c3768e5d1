import { type Actor, type ActorContext, type ActorRef, uid } from "../actor/mod.ts";
import {
  deadIncarnationsMax,
  donorPatienceMs,
  peerCheckMs,
  peerLostMs,
  peersMax,
  readAheadBytesMax,
} from "../limits.ts";
import { type Debt, debtTest } from "./debt.ts";
import { EntryPool } from "./entry_pool.ts";
import { EntryReader } from "./entry_reader.ts";
import type { LeavingEntries } from "./leaving_entries.ts";
import { Pace, type TickMessage } from "./pace.ts";
import { PassedMessage } from "./passed_message.ts";
import { type OpenDebt, Peer } from "./peer.ts";
import { PendingEntries } from "./pending_entries.ts";
import type { PeerNote } from "./disk/journal_messages.ts";
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
  /** Whether it is to say that it has told all it took, was asked to, and has. */
  drain: "no" | "wanted" | "asked" | "done";
}

/** The state is being taken over from others. */
interface Joining {
  /** Uids of those who were named, the first choice first. */
  named: readonly string[];
  /** Uids of those who were named meanwhile, whose state is taken over afterwards. */
  further: string[];
  /** Who is asked for the state. */
  donor?: Peer;
  /** The number of that question. */
  question: number;
  /** When it was asked. */
  sinceMs: number;
  /** Whether the donor has sent all, and so has each that was named meanwhile. */
  stateDone: boolean;
  /** Who is told when all replicas have it. */
  replyTo: ActorRef[];
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
  #journal: ActorRef | undefined;
  /** The entries that are owed, to whomever. */
  #pool: EntryPool;
  #siblings: Sibling[] = [];
  #peers = new Map<string, Peer>();
  /** Incarnations whose address has begun another life: hearsay does not revive them. */
  #dead = new Set<string>();
  #joining: Joining | undefined;
  #lastQuestion = 0;
  /** Whether there was a state to give before any that is being taken over. */
  #hasState = false;
  /** For whom a part of the state is being read. */
  #reading: { id: number; peer: Peer; open: OpenDebt } | undefined;
  #lastReadId = 0;
  /** The entries sent last in this turn: the next receiver is often owed the same. */
  #encoded: { entries: LeavingEntries; bytes: Uint8Array } | undefined;
  /** Who waits for nothing to be pending. */
  #drains: ActorRef[] = [];

  /**
   * @param log told of peers that come and go
   * @param journal is told which peers there are, so that they are known after a restart
   * @param pool where entries are on their way
   */
  constructor(
    context: ActorContext,
    log: ((line: string) => void) | undefined,
    journal?: ActorRef,
    pool = new EntryPool(),
  ) {
    this.#context = context;
    this.#pool = pool;
    this.#log = log ?? (() => {});
    this.#journal = journal;
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

  #start({ queryActors, hasState }: StartMessage): void {
    this.#siblings = queryActors.map((ref) => ({
      ref,
      pace: new Pace(this.#context, uid(ref)),
      pending: new PendingEntries(this.#pool),
      knowsReady: false,
      drain: "no",
    }));
    this.#hasState = hasState;
  }

  #written({ from, entries, part, isDrained }: WrittenMessage): void {
    const writer = this.#siblings.find(({ ref }) => ref.counter === from)!;
    if (part !== undefined && this.#reading?.id === part.id) {
      const { peer, open } = this.#reading;
      peer.addPart(new EntryReader(part.entries), part.after, open);
      this.#reading = undefined;
    }
    if (isDrained) writer.drain = "done";
    const written = new PassedMessage(this.#pool, entries);
    for (const sibling of this.#siblings) {
      if (sibling !== writer) sibling.pending.addMessage(written);
    }
    for (const peer of this.#peers.values()) peer.oweMessage(written);
    writer.pending.forgetAll(written);
    written.release();
    this.#sendAll();
  }

  #sendToSibling(sibling: Sibling): void {
    const tellsReady = this.#joining?.stateDone === true && !sibling.knowsReady;
    const hasNews = sibling.pending.size > 0 || sibling.read !== undefined || tellsReady ||
      sibling.drain === "wanted";
    if (!hasNews || !sibling.pace.isDue()) return;
    const entries = sibling.pending.take();
    const ready = this.#joining === undefined ||
      (this.#joining.stateDone && sibling.pending.size === 0);
    const message: MergeMessage = {
      type: "merge",
      entries: this.#encode(entries),
      ready,
      isAlone: this.#siblings.length === 1 && this.#peers.size === 0,
      isKeeper: sibling === this.#siblings[0],
      drain: sibling.drain === "wanted",
    };
    if (sibling.read !== undefined) message.read = sibling.read;
    sibling.read = undefined;
    sibling.knowsReady ||= ready;
    if (message.drain) sibling.drain = "asked";
    this.#context.tell(sibling.ref, message);
    entries.release();
    sibling.pace.sent();
    if (sibling.pending.size > 0) sibling.pace.isDue();
  }

  // ---- who there is -------------------------------------------------------------------------

  /**
   * @param isThere whether it was heard itself, and is no hearsay
   * @returns the peer, new or known; `undefined` for one that is none, or no more.
   */
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
    if (this.#peers.size >= peersMax) this.#forgetOneThatIsLost();
    if (this.#peers.size >= peersMax) return undefined;
    const peer = new Peer(this.#context, ref, this.#pool);
    for (const other of this.#peers.values()) {
      other.introductions.set(peer.uid, ref);
      peer.introductions.set(other.uid, other.ref);
    }
    // It is owed whatever this server's own actors ever took, what it missed on its way to others
    // included, and what those took who cannot give it any more. The others give it theirs.
    const others = [...this.#peers.values()].filter((other) => !other.isLost);
    this.#peers.set(peer.uid, peer);
    this.#oweState(peer, { except: [peer, ...others].map(({ ref }) => ref.incarnation) });
    this.#context.watchLink(ref, { type: "look" });
    this.#log(`Peer ${ref.address} is known`);
    if (this.#journal !== undefined) {
      this.#context.tell(
        this.#journal,
        { type: "peer", address: ref.address } satisfies PeerNote,
      );
    }
    return peer;
  }

  /** A peer's address has begun another life. */
  #bury(peer: Peer): void {
    this.#dead.add(peer.ref.incarnation);
    if (this.#dead.size > deadIncarnationsMax) this.#dead.delete(this.#dead.values().next().value!);
    this.#remove(peer);
    this.#makeUpFor(peer);
    this.#log(`Peer ${peer.ref.address} began another life`);
  }

  #forgetOneThatIsLost(): void {
    const lost = [...this.#peers.values()].find(({ isLost }) => isLost);
    if (lost !== undefined) this.#remove(lost);
  }

  #remove(peer: Peer): void {
    this.#peers.delete(peer.uid);
    peer.forgetAll();
    if (this.#reading?.peer === peer) this.#reading = undefined;
    if (this.#joining?.donor === peer) this.#joining.donor = undefined;
    for (const other of this.#peers.values()) other.introductions.delete(peer.uid);
  }

  #noteReach(peer: Peer, isUp: boolean): void {
    const nowMs = this.#context.monotonicMs();
    if (isUp) peer.downSinceMs = undefined;
    else peer.downSinceMs ??= nowMs;
    const downMs = isUp ? 0 : nowMs - Math.max(peer.downSinceMs!, peer.lastHeardMs);
    if (peer.isLost === downMs > peerLostMs) return;
    peer.isLost = !peer.isLost;
    if (peer.isLost) this.#makeUpFor(peer);
    this.#log(`Peer ${peer.ref.address} is ${peer.isLost ? "lost" : "back"}`);
  }

  /** What a peer that is gone or lost sent to some and not to all, the others send one another. */
  #makeUpFor(peer: Peer): void {
    for (const other of this.#peers.values()) {
      if (other !== peer) this.#oweState(other, { only: [peer.ref.incarnation] });
    }
  }

  // ---- other servers ------------------------------------------------------------------------

  #heard(message: PeerMessage): void {
    const peer = this.#learn(message.from, true);
    if (peer === undefined) return;
    for (const ref of message.peers) this.#learn(ref, false);
    const received = new PassedMessage(this.#pool, message.entries);
    for (const sibling of this.#siblings) sibling.pending.addMessage(received);
    peer.pending.forgetAll(received);
    for (const other of this.#peers.values()) {
      if (other.takesState > 0 && other !== peer) other.oweMessage(received);
    }
    received.release();
    peer.acknowledged(message.ack);
    peer.received(message.batch);
    if (message.wantsState > 0) {
      peer.takesState = message.wantsState;
      this.#oweState(peer, { except: [peer.ref.incarnation] });
    }
    const isAnswer = message.stateDone > 0 && message.stateDone === this.#joining?.question;
    if (isAnswer && this.#joining?.donor === peer) this.#goOnJoining(this.#joining);
    this.#sendAll();
  }

  /** Sends a peer what it is owed, if it can be reached and has room. */
  #serve(peer: Peer): void {
    const link = this.#context.link(peer.ref);
    if (link.isGone) return this.#bury(peer);
    this.#noteReach(peer, link.isUp);
    if (link.isUp && peer.isIdle) return;
    peer.pace.tickWithin(peerCheckMs);
    if (!link.isUp) return;
    if (peer.isOverdue(link.epoch)) return link.reset();
    this.#completeState(peer);
    if (!peer.pace.isDue()) return;
    const next = peer.next(link);
    if (next === undefined) return;
    const { batch, number, ack } = next;
    const message: PeerMessage = {
      type: "peer",
      from: this.#context.self,
      batch: number,
      ack,
      entries: this.#encode(batch.entries),
      peers: batch.peers,
      wantsState: batch.wantsState,
      stateDone: batch.stateDone,
    };
    this.#context.tell(peer.ref, message, { reserved: true });
    peer.pace.sent();
    if (peer.pending.size > 0) peer.pace.isDue();
  }

  // ---- giving the state ---------------------------------------------------------------------

  /**
   * Owes a peer state. What is on its way to the replica that it is read from would be missed by the
   * reading, and is owed at once.
   */
  #oweState(peer: Peer, debt: Debt): void {
    peer.oweState(debt);
    const isOwed = debtTest(debt);
    for (const n of this.#siblings[0].pending.values()) {
      if (isOwed(this.#pool.uidOf(n))) peer.owe(n);
    }
  }

  /**
   * A donor that is taking over its first state itself passes on what it gets, until it has it all.
   * Not one that had a state before, or asks the very peer, or has waited for too long: those who ask
   * each other would wait for ever.
   */
  #completeState(peer: Peer): void {
    if (peer.takesState === 0 || peer.open !== undefined || peer.overflowed) return;
    const joining = this.#joining;
    const waits = !this.#hasState && joining !== undefined && !joining.stateDone &&
      joining.donor !== peer && this.#context.monotonicMs() - joining.sinceMs < peerLostMs;
    if (!waits) peer.completeState();
  }

  /** Has the next part of the state read that a peer is owed; one at a time, each peer in turn. */
  #readOn(): void {
    const [reader] = this.#siblings;
    if (this.#reading !== undefined) return;
    const isNext = (peer: Peer) =>
      (peer.open !== undefined || peer.overflowed) &&
      peer.pending.bytes < readAheadBytesMax && this.#context.link(peer.ref).isUp;
    const peer = [...this.#peers.values()].find(isNext);
    if (peer === undefined) return;
    if (peer.overflowed) {
      peer.overflowed = false;
      this.#oweState(peer, { except: [peer.ref.incarnation] });
    }
    // To the back of the line, behind the other peers that are owed something.
    this.#peers.delete(peer.uid);
    this.#peers.set(peer.uid, peer);
    const open = peer.open!;
    const id = ++this.#lastReadId;
    this.#reading = { id, peer, open };
    reader.read = { id, after: open.after, debt: open.debt };
  }

  // ---- taking over the state ----------------------------------------------------------------

  #join({ peers, replyTo }: JoinMessage): void {
    for (const ref of peers) this.#learn(ref, false);
    const named = peers.map(uid).filter((name) => this.#peers.has(name));
    if (named.length === 0) return this.#context.tell(replyTo, true);
    for (const sibling of this.#siblings) sibling.knowsReady = false;
    const joining = this.#joining;
    if (joining !== undefined && !joining.stateDone) {
      // What is on its way is taken over first: of servers that join one another in a ring, before any
      // of them has a state, each would wait for the next.
      if (!joining.further.includes(named[0])) joining.further.push(named[0]);
      joining.replyTo.push(replyTo);
    } else {
      this.#joining = {
        named: [...named, ...joining?.named ?? []],
        further: [],
        question: 0,
        sinceMs: this.#context.monotonicMs(),
        replyTo: [...joining?.replyTo ?? [], replyTo],
        stateDone: false,
      };
    }
    this.#sendAll();
  }

  /** The donor has sent all: the next one is asked, if one was named meanwhile. */
  #goOnJoining(joining: Joining): void {
    const next = joining.further.shift();
    joining.stateDone = next === undefined;
    if (next === undefined) return;
    this.#hasState = true;
    joining.named = [next, ...joining.named];
    joining.donor = undefined;
  }

  /** Asks a donor, another one when the first is not there, and says so when all is taken over. */
  #driveJoin(): void {
    const joining = this.#joining;
    if (joining === undefined) return;
    if (!joining.stateDone && this.#needsDonor(joining)) this.#askForState(joining);
    if (!joining.stateDone || this.#siblings.some(({ knowsReady }) => !knowsReady)) return;
    for (const replyTo of joining.replyTo) this.#context.tell(replyTo, true);
    this.#joining = undefined;
    this.#hasState = true;
  }

  #needsDonor({ donor, sinceMs }: Joining): boolean {
    if (donor === undefined) return true;
    const patienceMs = this.#context.link(donor.ref).isUp ? peerLostMs : donorPatienceMs;
    return this.#context.monotonicMs() - Math.max(sinceMs, donor.lastHeardMs) > patienceMs;
  }

  #askForState(joining: Joining): void {
    const named = joining.named.flatMap((name) => this.#peers.get(name) ?? []);
    const candidates = [...new Set([...named, ...this.#peers.values()])];
    const last = candidates.indexOf(joining.donor!);
    joining.donor = candidates[(last + 1) % candidates.length];
    joining.sinceMs = this.#context.monotonicMs();
    if (joining.donor !== undefined) {
      joining.question = joining.donor.wantsState = ++this.#lastQuestion;
    } else {
      this.#log("Nobody is left to take the state over from");
      joining.stateDone = true;
    }
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
    for (const peer of [...this.#peers.values()]) this.#serve(peer);
    this.#driveJoin();
    if (this.#drains.length > 0) this.#answerDrains();
    this.#encoded = undefined;
  }

  #encode(entries: LeavingEntries): Uint8Array {
    if (this.#encoded?.entries.isSame(entries) !== true) {
      this.#encoded = { entries, bytes: entries.encode() };
    }
    return this.#encoded.bytes;
  }

  // ---- stopping -----------------------------------------------------------------------------

  #drain({ replyTo }: DrainMessage): void {
    this.#drains.push(replyTo);
    for (const sibling of this.#siblings) sibling.drain = "wanted";
    this.#sendAll();
  }

  /** A peer that cannot be reached is not waited for. */
  #answerDrains(): void {
    const reachable = [...this.#peers.values()].filter(({ ref }) => this.#context.link(ref).isUp);
    const isDrained = reachable.every((peer) => peer.isIdle) &&
      this.#siblings.every(({ drain }) => drain === "done");
    if (!isDrained && reachable.length > 0) return;
    for (const replyTo of this.#drains.splice(0)) this.#context.tell(replyTo, true);
  }
}
