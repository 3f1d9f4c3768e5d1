import type { ActorContext } from "../../actor/mod.ts";
import { EntryReader } from "../entry/entry_reader.ts";
import { acceptedFloor } from "../entry/order.ts";
import { originTest } from "../messages/origin_filter.ts";
import type { Compared } from "../messages/replica_messages.ts";
import type { Agreement } from "./agreement.ts";
import { Agreements } from "./agreements.ts";
import type { EntryPool } from "./entry_pool.ts";
import type { LocalReplica } from "./local_replica.ts";
import type { LocalReplicas } from "./local_replicas.ts";
import type { Membership } from "./membership.ts";
import type { Peer } from "./peer.ts";
import { claimsBeyond } from "../versions/claim.ts";
import { readSeen } from "../versions/version_bytes.ts";
import { causeOf, causes, type ComparisonStep } from "./comparison_course.ts";
import type { AskedStep } from "./peer_comparison.ts";
import { SiblingComparison } from "./sibling_comparison.ts";
import type { StateReceiver } from "./state_receiver.ts";

/** What comparisons came to, for `Stats`. */
export interface ComparisonFigures {
  /** Bytes of their messages, both ways. */
  readonly bytes: number;
  /** How often a message was answered. */
  readonly rounds: number;
  /** Entries that they had to bring to this server. */
  readonly repairs: number;
  /** For how long two replicas have differed: of those that have for longest; 0: all are equal. */
  readonly differingMs: number;
}

/**
 * Compares the first replica of this server with those of its peers, and has each of both sent what it lacks.
 * The replica is asked one thing at a time, the peers take turns. The other replicas of this server are
 * compared with the first one in the same way.
 */
export class Comparer {
  #context: ActorContext;
  #fraction: () => number;
  #replicas: LocalReplicas;
  #members: Membership;
  #pool: EntryPool;
  #stateReceiver: StateReceiver;
  /** What the replica was asked last for a peer, until it has answered. */
  #current: { askId: number; peer: Peer; id: number } | undefined;
  #siblings: SiblingComparison;
  #agreements: Agreements;
  /** What a replica was asked last for another one of this server; 0: nothing. */
  #siblingAskId = 0;
  #lastAskId = 0;
  #bytes = 0;
  #rounds = 0;
  #repairs = 0;

  /** @param fraction draws a number in [0, 1), for salts */
  constructor(
    context: ActorContext,
    fraction: () => number,
    replicas: LocalReplicas,
    members: Membership,
    stateReceiver: StateReceiver,
    pool: EntryPool,
  ) {
    this.#pool = pool;
    this.#siblings = new SiblingComparison(context.monotonicMs(), context.limits);
    this.#agreements = new Agreements(context, members, this.#siblings);
    this.#context = context;
    this.#fraction = fraction;
    this.#replicas = replicas;
    this.#members = members;
    this.#stateReceiver = stateReceiver;
  }

  get figures(): ComparisonFigures {
    return {
      bytes: this.#bytes,
      rounds: this.#rounds,
      repairs: this.#repairs,
      differingMs: this.#agreements.differingMs,
    };
  }

  /**
   * A message of a peer came.
   *
   * @param repairs how many of the entries with it a comparison had to bring
   */
  received(
    peer: Peer,
    step: ComparisonStep | undefined,
    repairs: number,
    entries: Uint8Array,
  ): void {
    this.#repairs += repairs;
    if (repairs > 0) this.#found(peer.comparison.agreement, new EntryReader(entries));
    if (step === undefined) return;
    this.#bytes += step.ranges.length;
    if (peer.comparison.isAwaited(step.id)) this.#rounds++;
    peer.comparisonReceived(step, this.#context.link(peer.ref).roundTripMs);
    // What it holds it will be sent.
    if (step.seen === undefined) return;
    const { floorMs } = readSeen(step.seen);
    const { limits } = this.#context;
    this.#replicas.raiseFloor(acceptedFloor(floorMs, this.#context.now(), limits));
  }

  /** A message of a comparison was sent. */
  sent({ ranges }: ComparisonStep): void {
    this.#bytes += ranges.length;
  }

  /** Begins comparisons that are due, and asks the replica what is to be asked next. */
  step(): void {
    if (this.#replicas.all.length === 0) return;
    const nowMs = this.#context.monotonicMs();
    const peers = [...this.#members.peers];
    for (const peer of peers) {
      if (peer.comparison.isUnderWay && !this.#mayCompare(peer)) peer.comparison.lost(nowMs);
    }
    this.#agreements.observe();
    // One after the other, so that what this server lacks comes from one of them.
    const underWay = peers.find(({ comparison }) => comparison.isUnderWay);
    for (const peer of peers) {
      const isNext = underWay === undefined || underWay === peer || peer.comparison.isPressing;
      if (isNext) this.#begin(peer, nowMs);
    }
    this.#compareSiblings(nowMs);
    if (this.#isFirstAsked) return;
    const peer = peers.find((peer) =>
      this.#isToAsk(peer) && !(peer.comparison.isNew && underWay !== undefined)
    );
    if (peer !== undefined) this.#ask(peer);
  }

  /** Whether the first replica was asked something that it has not answered. */
  get #isFirstAsked(): boolean {
    return this.#current !== undefined && !this.#current.peer.isForgotten ||
      this.#siblingAskId !== 0;
  }

  #compareSiblings(nowMs: number): void {
    const { all, first, isSingle } = this.#replicas;
    if (isSingle || this.#stateReceiver.isStreamed) return;
    this.#siblings.begin(all, nowMs);
    const { toAsk, dueMs } = this.#siblings;
    if (dueMs !== Infinity) {
      first.pacer.tickWithin(Math.max(this.#context.limits.syncPaceMs, dueMs - nowMs));
    }
    if (toAsk === undefined || toAsk.replica === first && this.#isFirstAsked) return;
    const { rangesBytesMax, comparisonYoungMs: youngMs } = this.#context.limits;
    this.#siblingAskId = ++this.#lastAskId;
    toAsk.replica.requestCompare({
      id: this.#siblingAskId,
      ...this.#question(toAsk),
      isLikelyEqual: true,
      rangesBytesMax,
      youngMs,
    });
    this.#siblings.asked();
  }

  /** What all questions have in common. */
  #question({ ranges, theirs, theirSum }: Partial<AskedStep>) {
    const { syncMessageBytesMax } = this.#context.limits;
    return {
      ...(ranges === undefined ? {} : { ranges }),
      ...(theirs === undefined ? {} : { theirs }),
      ...(theirSum === undefined ? {} : { theirSum }),
      low: Math.floor(this.#fraction() * 0x100000000),
      high: Math.floor(this.#fraction() * 0x100000000),
      entriesBytesMax: syncMessageBytesMax,
    };
  }

  #begin(peer: Peer, nowMs: number): void {
    const { comparison } = peer;
    if (!this.#mayCompare(peer)) return;
    // At random, so that no incarnation takes what is left of another one's for its own.
    const number = Math.floor(this.#fraction() * 0x40000000);
    const begins = comparison.begin(number, nowMs, {
      quietMs: nowMs - peer.lastEntriesMs,
      silentMs: nowMs - peer.lastSignMs,
      upMs: peer.upMs,
      roundTripMs: this.#context.link(peer.ref).roundTripMs,
    });
    if (begins) return;
    if (comparison.dueMs !== Infinity) {
      peer.pacer.tickWithin(Math.max(this.#context.limits.syncPaceMs, comparison.dueMs - nowMs));
    }
  }

  /** Not before the state is there that this server takes over, or while the peer is sent a state. */
  #mayCompare(peer: Peer): boolean {
    return !this.#stateReceiver.isStreamed && !peer.backlog.isSendingState &&
      this.#context.link(peer.ref).isUp;
  }

  #isToAsk(peer: Peer): boolean {
    const { comparison, backlog } = peer;
    return comparison.asked !== undefined && this.#mayCompare(peer) && !backlog.isOverflowed &&
      backlog.bytes < this.#context.limits.readAheadBytesMax;
  }

  #ask(peer: Peer): void {
    const asked = peer.comparison.asked!;
    const { id } = asked;
    const cause = causeOf(id);
    const { comparisonYoungMs, comparisonQuietMs, rangesBytesMin } = this.#context.limits;
    const { comparison, window } = peer;
    const askId = ++this.#lastAskId;
    this.#current = { askId, peer, id };
    this.#replicas.first.requestCompare({
      id: askId,
      ...this.#question(asked),
      isLikelyEqual: cause === causes.time,
      youngMs: cause === causes.time
        ? comparisonYoungMs
        : cause === causes.owed
        ? comparisonQuietMs
        : 0,
      ...(cause === causes.owed ? { youngOf: this.#senders(peer) } : {}),
      rangesBytesMax: Math.max(rangesBytesMin, Math.min(comparison.bytesMax, window.bytes)),
    });
    this.#members.endTurn(peer);
  }

  /**
   * The servers of which the peer comes to have what they accept, as far as this one knows: the peer itself, whose
   * query actors tell each other, this server, and living ones.
   */
  #senders(peer: Peer): string[] {
    const others = [...this.#members.peers]
      .filter((other) => other === peer || this.#context.link(other.ref).isUp);
    return [this.#context.self, ...others.map(({ ref }) => ref)].map(({ incarnation }) =>
      incarnation
    );
  }

  /** A replica has answered. */
  answered(compared: Compared): void {
    const { id: askId, ranges, entries, seen, tookMs, leftOut } = compared;
    const nowMs = this.#context.monotonicMs();
    if (askId === this.#siblingAskId) {
      this.#siblingAskId = 0;
      const found = new EntryReader(entries);
      const answer = { ranges, seen, tookMs, leftOut, entryCount: found.size };
      const other = this.#siblings.answered(answer, nowMs);
      if (other !== undefined) this.#repair(other, found);
      this.#claimCompared();
      return;
    }
    if (this.#current?.askId !== askId) return;
    const { peer, id } = this.#current;
    this.#current = undefined;
    if (peer.isForgotten) return;
    if (peer.repair(new EntryReader(entries))) {
      this.#found(peer.comparison.agreement, new EntryReader(entries));
    }
    if (this.#isAnyOwn(new EntryReader(entries))) peer.comparison.confirmation.lacked();
    peer.comparison.answered(id, ranges, peer.backlog.size, compared);
  }

  /** Each of two replicas that were compared has what the other one had seen, once it has what waits for it. */
  #claimCompared(): void {
    for (const { replica, own, theirs } of this.#siblings.takeEnded()) {
      replica.enqueueClaims(claimsBeyond(readSeen(theirs).vector, readSeen(own).vector));
    }
  }

  /** A comparison has found these. */
  #found(agreement: Agreement, entries: EntryReader): void {
    const nowMs = this.#context.now();
    let ageMs = -Infinity;
    while (entries.next()) ageMs = Math.max(ageMs, nowMs - entries.timestamp);
    agreement.found(this.#context.monotonicMs(), ageMs);
  }

  /** Whether this server has accepted any of them. */
  #isAnyOwn(entries: EntryReader): boolean {
    const isOwn = originTest({ only: [this.#context.self.incarnation] });
    while (entries.next()) if (isOwn(entries.uid)) return true;
    return false;
  }

  /** A replica has dropped entries, because one that it is compared with has seen them and does not hold them. */
  dropped(): void {
    this.#current?.peer.comparison.confirmation.refuted();
  }

  #repair(replica: LocalReplica, entries: EntryReader): void {
    this.#repairs += entries.size;
    while (entries.next()) {
      const n = this.#pool.add(entries);
      replica.enqueue(n);
      this.#pool.release(n);
    }
  }
}
