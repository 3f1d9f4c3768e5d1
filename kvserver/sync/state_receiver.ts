import type { ActorContext, ActorRef } from "../../actor/mod.ts";
import type { JoinMessage } from "../messages/sync_control.ts";
import { assert } from "../memory/assert.ts";
import type { LocalReplicas } from "./local_replicas.ts";
import type { Membership } from "./membership.ts";
import type { Peer } from "./peer.ts";

/** How far the take-over of the state is. `docs/sync.md` draws the transitions. */
type IncomingTransfer =
  | { name: "idle" }
  /** The next step chooses a sender. */
  | { name: "choosing" }
  /** This server holds a state of its own, which is compared with that of a peer. */
  | { name: "comparing"; sender: Peer; sinceMs: number }
  /** A sender was requested to send the state, as the transfer with this id. */
  | { name: "receiving"; sender: Peer; id: number; sinceMs: number }
  /** The whole state has come, and goes on to the replicas of this server. */
  | { name: "received" };

/**
 * Takes the state over from another server: requests it of one peer, of another one when the first
 * does not send, and replies when all replicas of this server hold all of it. The entries of the state
 * arrive in the same messages as all other entries.
 */
export class StateReceiver {
  #context: ActorContext;
  #replicas: LocalReplicas;
  #members: Membership;
  #transfer: IncomingTransfer = { name: "idle" };
  #lastId = 0;
  /** Uids of the peers to request the state of, the first choice first. */
  #preferred: readonly string[] = [];
  /** Uids of the peers whose state is taken over afterwards. */
  #queued: string[] = [];
  /** Refs to reply to once all replicas hold the state. */
  #replyTo: ActorRef[] = [];
  /** Whether this server has had a whole state to hand on, of its own or taken over. */
  #hasState = false;

  constructor(context: ActorContext, replicas: LocalReplicas, members: Membership) {
    this.#context = context;
    this.#replicas = replicas;
    this.#members = members;
  }

  /** @param hasState whether the server begins with a state of its own to hand on */
  start(hasState: boolean): void {
    this.#hasState = hasState;
  }

  /** Whether no part of the state is still to come from a peer. */
  get isComplete(): boolean {
    return this.#transfer.name === "idle" || this.#transfer.name === "received";
  }

  /** Whether a peer sends the whole state, so that what this server holds is compared with nothing yet. */
  get isStreamed(): boolean {
    return this.#transfer.name === "choosing" || this.#transfer.name === "receiving";
  }

  /** Whether a peer sends this server its first state. */
  isReceivingFrom(peer: Peer): boolean {
    return this.#transfer.name === "receiving" && this.#transfer.sender === peer;
  }

  /**
   * Takes the state over from the first of `peers`. While another state is on its way, that is taken
   * over first, because servers that join one another in a ring would wait for each other for ever.
   */
  join({ peers, replyTo }: JoinMessage): void {
    const named = peers.flatMap((ref) => this.#members.join(ref)?.uid ?? []);
    if (named.length === 0) {
      // None of them is another server. What is on its way of others is to come all the same.
      if (this.isComplete && this.#replyTo.length === 0) this.#context.tell(replyTo, true);
      else this.#replyTo.push(replyTo);
      return;
    }
    for (const replica of this.#replicas.all) replica.notReady();
    this.#replyTo.push(replyTo);
    if (this.isComplete) {
      this.#preferred = [...named, ...this.#preferred];
      this.#transfer = { name: "choosing" };
    } else if (!this.#queued.includes(named[0])) this.#queued.push(named[0]);
  }

  /** A peer has completed a transfer: the state of the next peer is taken over, if one is queued. */
  completed(peer: Peer, id: number): void {
    const transfer = this.#transfer;
    if (transfer.name !== "receiving" || transfer.sender !== peer || transfer.id !== id) return;
    this.#completed();
  }

  #completed(): void {
    const next = this.#queued.shift();
    if (next === undefined) {
      this.#transfer = { name: "received" };
      return;
    }
    this.#hasState = true;
    this.#preferred = [next, ...this.#preferred];
    this.#transfer = { name: "choosing" };
  }

  /** A peer says how many entries its state has: the replicas make ready for them. */
  sized(peer: Peer, size: number): void {
    const transfer = this.#transfer;
    if (transfer.name !== "receiving" || transfer.sender !== peer) return;
    for (const replica of this.#replicas.all) replica.expect(size);
  }

  /**
   * Whether the state must not be declared complete to a peer yet: this server, still receiving its
   * first state, has not forwarded all of it.
   *
   * Servers that request the state of each other would wait for ever, so it is declared complete to the sender
   * itself, in a longer ring by the server of the least incarnation to the one that waits for it, and to everyone
   * after a while.
   */
  holdsBack(peer: Peer): boolean {
    const transfer = this.#transfer;
    return !this.#hasState && transfer.name === "receiving" && transfer.sender !== peer &&
      this.#context.monotonicMs() - transfer.sinceMs < this.#context.limits.peerLostMs &&
      !this.#goesFirst(transfer.sender, peer);
  }

  /** For whose state this server waits, and for whose that one does, and so on, but for this server itself. */
  get awaits(): readonly ActorRef[] {
    const transfer = this.#transfer;
    if (this.#hasState || transfer.name !== "receiving") return [];
    const { ref, awaits } = transfer.sender;
    return [ref, ...awaits.slice(0, this.#placeIn(awaits))]
      .slice(0, this.#context.limits.awaitedServersMax);
  }

  /**
   * Whether `sender`, of which this server requests the state, waits for it in turn over others, the last of
   * whom is `peer`: and whether this server has the least incarnation of them all.
   */
  #goesFirst({ ref, awaits }: Peer, peer: Peer): boolean {
    const place = this.#placeIn(awaits);
    if (place === awaits.length) return false;
    const ring = [ref, ...awaits.slice(0, place)];
    const { incarnation } = this.#context.self;
    return ring[place].incarnation === peer.ref.incarnation &&
      ring.every((other) => incarnation < other.incarnation);
  }

  /** Where this server is among those; behind the last: it is none of them. */
  #placeIn(refs: readonly ActorRef[]): number {
    const { incarnation } = this.#context.self;
    const place = refs.findIndex((ref) => ref.incarnation === incarnation);
    return place < 0 ? refs.length : place;
  }

  /** Requests the state of a peer, if no sender is chosen or the chosen one does not send. */
  chooseSender(): void {
    if (this.#transfer.name === "comparing" && !this.#transfer.sender.comparison.isOwed) {
      this.#completed();
    }
    const transfer = this.#transfer;
    const isChosen = transfer.name === "receiving" || transfer.name === "comparing";
    if (this.isComplete || isChosen && this.#isSending(transfer)) return;
    const preferred = this.#preferred.flatMap((name) => this.#members.get(name) ?? []);
    const candidates = [...new Set([...preferred, ...this.#members.peers])];
    const last = isChosen ? candidates.indexOf(transfer.sender) : -1;
    const sender = candidates.at((last + 1) % candidates.length);
    if (sender === undefined) {
      this.#context.log.warn("Nobody is left to take the state over from");
      this.#transfer = { name: "received" };
      this.#queued = [];
      return;
    }
    const sinceMs = this.#context.monotonicMs();
    if (this.#hasState) {
      sender.comparison.owe(sinceMs, true);
      this.#transfer = { name: "comparing", sender, sinceMs };
      return;
    }
    const id = ++this.#lastId;
    sender.requestState(id);
    this.#transfer = { name: "receiving", sender, id, sinceMs };
  }

  #isSending({ sender, sinceMs }: { sender: Peer; sinceMs: number }): boolean {
    if (sender.isForgotten) return false;
    const patienceMs = this.#context.link(sender.ref).isUp
      ? this.#context.limits.peerLostMs
      : this.#context.limits.stateSenderPatienceMs;
    return this.#context.monotonicMs() - Math.max(sinceMs, sender.lastHeardMs) <= patienceMs;
  }

  /** Replies to every join, once all replicas hold the state. */
  replyIfReady(): void {
    if (this.#transfer.name !== "received") return;
    if (!this.#replicas.all.every(({ isReady }) => isReady)) return;
    for (const replyTo of this.#replyTo.splice(0)) this.#context.tell(replyTo, true);
    this.#transfer = { name: "idle" };
    this.#preferred = [];
    this.#hasState = true;
  }

  /** @throws {Error} when an invariant does not hold between two messages. */
  assertInvariants(): void {
    const { name } = this.#transfer;
    assert(name !== "choosing", "a step chooses a sender, if one is to be chosen");
    const isUnderWay = name === "receiving" || name === "comparing";
    assert(isUnderWay || this.#queued.length === 0, "a join is queued behind a transfer");
    assert(
      name !== "idle" || this.#replyTo.length === 0,
      "every join is replied to in the end",
    );
  }
}
