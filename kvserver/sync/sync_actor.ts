/**
 * A query actor answers from a full replica of its own and never waits for another one; syncing goes
 * on behind that. The strategy: **each Put travels once along each edge of a tree.** The query actor
 * that accepted it sends it to its server's sync actor. The sync actor sends it to the other query
 * actors of its server, and once to the sync actor of every other server, which sends it to its own
 * query actors. Each hop has an outbox per receiver, coalesced by key, so that only the latest entry
 * of a key travels, and sends each receiver the first few messages at once, and one per 150 ms
 * afterwards, with all that came up meanwhile. So a Put is on every local replica after two hops and on
 * every remote one after three and the wire, however many Puts there are, and no pair of actors ever
 * exchanges more than ten messages a second.
 *
 * A tell inside a server cannot be lost. A tell between servers can, so a sync actor keeps what it
 * sent in flight until the link says that the other system has handled it, and sends it again when the
 * connection has changed since. Two servers that come to know each other compare what they hold, and
 * each is sent what it lacks; they do so again whenever something may have been lost, and now and then.
 * A server that joins and holds nothing is sent the whole state first, read from a replica of one other
 * server part by part. Merging takes the later of two entries by a total order, so neither the order in
 * which entries arrive matters nor how often they do. (After Anna's multicast of merged updates, and
 * Meyer's range-based set reconciliation; `docs/sync.md` has the figures.)
 *
 * @module
 */

import type { Actor, ActorContext, ActorRef } from "../../actor/mod.ts";
import type { WrittenMessage } from "../messages/replica_messages.ts";
import type { messageTypes } from "../messages/message_types.ts";
import type { SyncFigures } from "../messages/sync_figures.ts";
import type { SyncAnswer, SyncQuestion } from "../messages/sync_questions.ts";
import type {
  AskMessage,
  DrainMessage,
  DrainOverMessage,
  JoinMessage,
  ServeMessage,
  StartMessage,
} from "../messages/sync_control.ts";
import { SharedTicks, type TickMessage } from "../messages/ticks.ts";
import { BelievedClaims } from "./believed_claims.ts";
import { Comparer } from "./comparer.ts";
import { Drain } from "./drain.ts";
import { EntryPool, type PoolUse } from "./entry_pool.ts";
import { ForwardedBatch } from "./forwarded_batch.ts";
import { HeldMessages } from "./held_messages.ts";
import { LocalReplicas } from "./local_replicas.ts";
import { MemberTable } from "./member_table.ts";
import { Membership } from "./membership.ts";
import { Overload } from "./overload.ts";
import {
  type LinkChangedMessage,
  type MetMessage,
  noTransfer,
  type PeerMessage,
} from "./peer_message.ts";
import { readClaims } from "../versions/version_bytes.ts";
import { Sender } from "./sender.ts";
import { Stability } from "./stability.ts";
import { StepPauses } from "./step_pauses.ts";
import { StateReader } from "./state_reader.ts";
import { StateReceiver } from "./state_receiver.ts";
import { SyncFigureCount } from "./sync_figure_count.ts";

type SyncMessage =
  | StartMessage
  | ServeMessage
  | JoinMessage
  | AskMessage
  | DrainMessage
  | DrainOverMessage
  | WrittenMessage
  | PeerMessage
  | TickMessage
  | ForgetDueMessage
  | LinkChangedMessage
  | MetMessage;

/** Sync actor to itself: those that are down for long may be forgotten. */
interface ForgetDueMessage {
  type: typeof messageTypes.forgetDue;
}

/** Options of a `SyncActor`. */
export interface SyncActorOptions {
  /** Is told of each peer, so that the server knows it after a restart. */
  journal?: ActorRef;
  /** The program's version, for `Members`. Default `"0.0.0"`. */
  version?: string;
  /** Counts what waits for peers. Default: that is not counted. */
  figures?: SyncFigures;
  /** A server that is down for so long is forgotten. Default: none is. */
  forgetAfterMs?: number;
  /** Puts are refused when another server that is up is so far behind. Default: never for that reason. */
  maxLagMs?: number;
  /** Draws a number in [0, 1). Default: always the same one. */
  fraction?: () => number;
  /** Called with how long what was put here has waited until another server had it. Default: nobody is told. */
  onVisible?: (ms: number) => void;
}

/** Messages that come often: behind a long step they share the next one. */
const sharingTypes: ReadonlySet<SyncMessage["type"]> = new Set(["peer", "linkChanged", "met"]);

/**
 * Forwards what query actors accepted: from each of this server's to the others, and once to the sync
 * actor of each other server. It has no replica, only an outbox per receiver.
 *
 * Each message changes what is to be sent, and to whom; then a step sends all that is due. Behind a long step
 * messages share the next one.
 */
export class SyncActor implements Actor {
  #context: ActorContext;
  /** Holds the entries on their way, each once for all receivers. */
  #pool: EntryPool;
  #ticks: SharedTicks;
  #replicas: LocalReplicas;
  #members: Membership;
  #onVisible: (ms: number) => void;
  #stateReader: StateReader;
  #stateReceiver: StateReceiver;
  #comparer: Comparer;
  /** Messages of other servers that are not acknowledged. */
  #held = new HeldMessages();
  #overload: Overload;
  #stability: Stability;
  #believed: BelievedClaims;
  #pauses: StepPauses;
  #sender: Sender;
  #drain: Drain;
  #memberTable: MemberTable;
  #figures: SyncFigureCount | undefined;
  #forgetAfterMs: number;
  #hasDisk: boolean;

  constructor(
    context: ActorContext,
    {
      journal,
      version = "0.0.0",
      figures,
      forgetAfterMs = Infinity,
      maxLagMs = Infinity,
      fraction = () => 0.5,
      onVisible = () => {},
    }: SyncActorOptions = {},
  ) {
    this.#context = context;
    this.#pauses = new StepPauses(context);
    this.#onVisible = onVisible;
    this.#forgetAfterMs = forgetAfterMs;
    this.#hasDisk = journal !== undefined;
    const pool = this.#pool = new EntryPool(context.limits, context.memory);
    const ticks = this.#ticks = new SharedTicks(context, "sync");
    const replicas = this.#replicas = new LocalReplicas(context, pool, ticks);
    this.#stateReader = new StateReader(context, replicas, pool);
    const members = this.#members = new Membership(context, { pool, ticks, journal });
    this.#stateReceiver = new StateReceiver(context, replicas, members);
    this.#comparer = new Comparer(context, fraction, replicas, members, this.#stateReceiver, pool);
    this.#believed = new BelievedClaims(context, members);
    this.#overload = new Overload(context, replicas, members, maxLagMs);
    const stability = this.#stability = new Stability(
      context,
      replicas,
      members,
      this.#stateReceiver,
      this.#hasDisk,
    );
    this.#sender = new Sender(
      context,
      replicas,
      members,
      this.#stateReceiver,
      this.#comparer,
      this.#overload,
      stability,
    );
    this.#drain = new Drain(context, replicas, members);
    this.#memberTable = new MemberTable(context, members, stability, version);
    if (figures !== undefined) {
      this.#figures = new SyncFigureCount(figures, context.limits.syncPaceMs);
    }
  }

  onMessage(message: SyncMessage): void {
    switch (message.type) {
      case "start":
        this.#replicas.start(message.queryActors);
        this.#stability.start();
        if (this.#hasDisk) { for (const replica of this.#replicas.all) replica.greet(); }
        this.#stateReceiver.start(message.hasState);
        if (message.known !== undefined) this.#members.start(message.known);
        this.#forgetLater();
        break;
      case "serve":
        this.#memberTable.serve(message.queryAddresses);
        break;
      case "join":
        this.#stateReceiver.join(message);
        break;
      case "written":
        this.#written(message);
        break;
      case "peer":
        this.#received(message);
        this.#held.add(this.#replicas.all, this.#context.hold());
        break;
      case "forgetDue":
        this.#members.forgetDownFor(this.#forgetAfterMs);
        this.#members.noteAway();
        this.#forgetLater();
        break;
      case "tick":
        this.#ticks.ticked();
        break;
      case "linkChanged":
        // The step observes every link, and what was acknowledged on it.
        break;
      case "met":
        this.#members.met(message);
        break;
      case "ask":
        this.#context.tell(message.replyTo, this.#answerTo(message.question));
        break;
      case "drain":
        this.#members.noteAway();
        this.#drain.begin(message);
        break;
      case "drainOver":
        this.#drain.over(message);
        break;
    }
    if (!sharingTypes.has(message.type) || !this.#isPausing()) this.#step();
  }

  /** A query actor of this server accepted Puts: their entries go to all others. */
  #written(message: WrittenMessage): void {
    const { from, entries, ageMs, merged, part, isDrained, hasAccepted, questions, compared } =
      message;
    const writer = this.#replicas.withCounter(from);
    writer.merged(merged);
    for (const question of questions ?? []) writer.answer(this.#answerTo(question));
    writer.accepted(hasAccepted);
    if (part !== undefined) this.#stateReader.partRead(part);
    if (isDrained) writer.drained();
    if (message.dropped !== undefined) {
      this.#replicas.drop(message.dropped, writer);
      this.#comparer.dropped();
    }
    const batch = new ForwardedBatch(this.#pool, entries);
    this.#replicas.enqueueAccepted(batch, writer, ageMs);
    for (const peer of this.#members.peers) peer.backlog.enqueueBatch(batch, ageMs);
    batch.release();
    if (message.claims !== undefined) {
      const claims = readClaims(message.claims);
      writer.claims(claims);
      this.#replicas.enqueueClaims(claims, writer);
      for (const peer of this.#members.peers) peer.backlog.claim(claims);
    }
    this.#stability.reported(writer, message.seen, message.onDisk);
    if (message.held !== undefined && writer === this.#replicas.first) {
      this.#stability.holds(message.held);
    }
    if (compared !== undefined) this.#comparer.answered(compared);
  }

  /** The sync actor of another server sent a message: its entries go to this server's query actors. */
  #received(message: PeerMessage): void {
    const peer = this.#members.learn(message.from);
    const batch = new ForwardedBatch(this.#pool, message.entries);
    this.#replicas.enqueueRemote(batch);
    if (message.claims !== undefined) {
      const claims = readClaims(message.claims);
      const isState = peer !== undefined && this.#stateReceiver.isReceivingFrom(peer);
      this.#replicas.enqueueClaims(this.#believed.of(claims, message.from, isState));
    }
    peer?.backlog.removeBatch(batch);
    for (const other of this.#members.peers) {
      const { backlog } = other;
      if (backlog.isSendingState && other !== peer) backlog.enqueueBatch(batch);
    }
    batch.release();
    // A peer too many is not kept; its entries are merged all the same.
    if (peer === undefined) return;
    for (const ref of message.peers) this.#members.introduced(ref, peer);
    for (const server of message.forgotten ?? []) this.#members.forgottenElsewhere(server, peer);
    for (const ref of message.kept ?? []) this.#members.keptElsewhere(ref, peer);
    peer.received(batch.size);
    if (message.seen !== undefined) this.#stability.peerTold(peer, message.seen);
    const { comparison: id, comparisonPlace: place = 0, ranges, repairs = 0 } = message;
    const { replicaSeen: seen, replicaSum: seenSum, leftOut } = message;
    const step = id === undefined || ranges === undefined
      ? undefined
      : { id, place, ranges, seen, seenSum, leftOut };
    this.#comparer.received(peer, step, repairs, message.entries);
    if (message.awaits !== undefined) peer.isWaitingFor(message.awaits);
    if (message.stateSize !== undefined) this.#stateReceiver.sized(peer, message.stateSize);
    if (message.wantsState !== noTransfer) peer.backlog.stateRequested(message.wantsState);
    if (message.stateDone !== noTransfer) this.#stateReceiver.completed(peer, message.stateDone);
  }

  #answerTo(question: SyncQuestion): SyncAnswer {
    const { id } = question;
    switch (question.type) {
      case "members":
        return { id, result: this.#memberTable.rows() };
      case "forget":
        return { id, ...this.#forget(question.address) };
    }
  }

  #forget(address: string): Omit<SyncAnswer, "id"> {
    const isAsked = address === this.#context.self.address;
    const result = isAsked ? "there" : this.#members.forget(address);
    if (result !== "there") return { result };
    const why = isAsked
      ? "it is the server that is asked; allowed is one that is down"
      : this.#whyThere(address);
    return { error: { code: "bad_request", message: `Cannot forget ${address}: ${why}` } };
  }

  /** Why a server is not forgotten: one that is silent is told to be down, and its connection still stands. */
  #whyThere(address: string): string {
    const peers = [...this.#members.peers].filter(({ ref }) => ref.address === address);
    const allowed = "allowed is a server that is down";
    if (peers.some(({ reachability }) => !reachability.isDown)) return `it is there; ${allowed}`;
    const nowMs = this.#context.monotonicMs();
    const heardMs = Math.max(...peers.map(({ ref }) => this.#context.link(ref).facts.heardMs ?? 0));
    const { pingPatienceMs, heartbeatCheckMs } = this.#context.limits;
    const leftMs = heardMs + pingPatienceMs + 2 * heartbeatCheckMs - nowMs;
    const leftS = Math.max(1, Math.ceil(leftMs / 1_000));
    return `it is silent, but its connection still stands; ${allowed}: try again in ${leftS} s`;
  }

  /** Looks again and again who is down for so long that it is to be forgotten. */
  #forgetLater(): void {
    if (this.#forgetAfterMs === Infinity) return;
    const { forgetCheckMinMs, forgetCheckMaxMs } = this.#context.limits;
    const delayMs = Math.min(forgetCheckMaxMs, Math.max(forgetCheckMinMs, this.#forgetAfterMs / 8));
    this.#context.tellAfter(this.#context.self, { type: "forgetDue" }, delayMs);
  }

  /** Whether the last step was so long that the next one comes later, and for more messages than this one. */
  #isPausing(): boolean {
    const leftMs = this.#pauses.leftMs();
    if (leftMs === 0) return false;
    this.#ticks.within(leftMs);
    this.#ticks.request();
    return true;
  }

  /** Sends all that a message has made due. */
  #step(): void {
    const startMs = this.#context.monotonicMs();
    this.#members.meetAgain();
    // Before all that follows, because it decides what may be read and sent.
    for (const peer of this.#members.peers) {
      for (const ms of peer.acknowledged(this.#context.link(peer.ref))) this.#onVisible(ms);
    }
    // Before sending, because both requests leave with the messages that are sent now.
    this.#stateReceiver.chooseSender();
    const served = this.#stateReader.requestPart(this.#members.peers);
    if (served !== undefined) this.#members.endTurn(served);
    this.#comparer.step();
    this.#overload.observe();
    this.#stability.step();
    this.#sender.sendAll();
    this.#held.release(this.#replicas.all);
    this.#replicas.charge();
    // After sending, because the messages may have made the last replica ready, or the last peer idle.
    this.#stateReceiver.replyIfReady();
    this.#drain.replyIfDrained();
    const nowMs = this.#context.monotonicMs();
    this.#figures?.count(this.#members, this.#replicas, this.#comparer.figures, nowMs);
    // All that waits was looked at.
    this.#ticks.request();
    this.#pauses.stepped(startMs);
  }

  /**
   * Asserts what holds between two messages. It walks over everything that waits: for tests.
   *
   * @throws {Error} when an invariant does not hold.
   */
  assertInvariants(): void {
    this.#members.assertInvariants();
    this.#stateReceiver.assertInvariants();
    const use: PoolUse = { entries: new Set(), keys: new Set() };
    for (const replica of this.#replicas.all) {
      replica.assertInvariants();
      replica.addTo(use);
    }
    for (const peer of this.#members.peers) peer.addTo(use);
    this.#pool.assertInvariants(use);
  }
}
