import {
  type ActorContext,
  type ActorRef,
  type LinkState,
  type ToldClock,
  uid,
} from "../../actor/mod.ts";
import { wireLimits } from "../../limits.ts";
import { Charge } from "../../rpc/mod.ts";
import type { EntryReader } from "../entry/entry_reader.ts";
import { latestAccepted } from "../entry/order.ts";
import type { OriginFilter } from "../messages/origin_filter.ts";
import { SendPacer } from "../messages/send_pacer.ts";
import type { Ticking } from "../messages/ticks.ts";
import { Backlog } from "./backlog.ts";
import { DrainRate } from "./drain_rate.ts";
import type { EntryPool, PoolUse } from "./entry_pool.ts";
import { claimsBeyond } from "../versions/claim.ts";
import { readSeen, type Seen } from "../versions/version_bytes.ts";
import { meet, VersionVector } from "../versions/version_vector.ts";
import { Gossip } from "./gossip.ts";
import { type Contents, InFlight } from "./in_flight.ts";
import { Liveness, type LivenessChange } from "./liveness.ts";
import { SendWindow } from "./send_window.ts";
import type { ComparisonStep } from "./comparison_course.ts";
import { PeerComparison } from "./peer_comparison.ts";
import { noTransfer } from "./peer_message.ts";
import { Progress, type ProgressChange } from "./progress.ts";
import { type LinkReach, Reachability, type ReachabilityName } from "./reachability.ts";
import { ToldSeen } from "./told_seen.ts";

/** In place of the epoch of a link: none that a message was sent in. */
const noEpoch = -1;

/**
 * The sync actor of another server, as this server's sync actor sees it: what it is still to be sent, the
 * messages that it has not acknowledged, and whether it is there.
 *
 * Invariant: an entry that the peer is to have is in the backlog, or in flight, or a comparison that is owed
 * finds it. It leaves the window of what is in flight only when it is acknowledged, and goes back to the
 * backlog when it may be lost.
 */
export class Peer {
  readonly ref: ActorRef;
  readonly uid: string;
  readonly pacer: SendPacer;
  /** What the peer is still to be sent. */
  readonly backlog: Backlog;
  /** Finds what one of both lacks. */
  readonly comparison: PeerComparison;
  /** What the peer is to be told of other servers. */
  readonly gossip: Gossip;
  /** How much may be under way to the peer. */
  readonly window: SendWindow;
  /** What the peer has told that it has seen, on all of its replicas and its disk. */
  readonly seen = new VersionVector();
  #context: ActorContext;
  #pool: EntryPool;
  #awaits: readonly ActorRef[] = [];
  /** For what is kept of what the peer has seen, and of what it was told of that. */
  #seenCharge: Charge;
  #seenBytes = 0;
  /** Beside what the peer has told. */
  #otherSeenBytes = 0;
  #stateSeen: Seen | undefined;
  #stateSeenBytes = 0;
  #inFlight: InFlight;
  #drainRate = new DrainRate();
  /** Epoch of the link that was seen last, and the last one in which the peer acknowledged something. */
  #epoch = noEpoch;
  #heardEpoch = noEpoch;
  #told: ToldSeen;
  #liveness: Liveness;
  /** How many entries of the backlog a comparison had to bring, about. */
  #repairs = 0;
  /** When entries were last sent to the peer, or came from it. */
  #lastEntriesMs: number;
  /** When the peer last acknowledged a message. */
  #lastAckMs: number;
  /** Id of the transfer to request with the next message, or `noTransfer`. */
  #toRequest = noTransfer;
  /**
   * Whether a message is due even if it is empty: the first of an epoch of the link, because the peer may have
   * forgotten this server before, and one that the peer handles at all.
   */
  #isFirstMessageDue = true;
  /** Epoch of the link in which such a message was due. */
  #firstMessageEpoch = noEpoch;
  /** Whether the peer has handled a message of this server. */
  #hasHeard = false;
  #hasCaughtUp = false;
  #isGreeted = false;
  #reachability: Reachability;
  #progress: Progress;

  /** @param pool holds the entries @param ticks come when something is due */
  constructor(context: ActorContext, ref: ActorRef, pool: EntryPool, ticks: Ticking) {
    this.#context = context;
    this.#pool = pool;
    this.#seenCharge = new Charge(context.memory, "peers");
    this.backlog = new Backlog(context, pool);
    this.#inFlight = new InFlight(context.limits);
    this.window = new SendWindow(context.limits);
    this.#liveness = new Liveness(context.monotonicMs(), context.limits);
    this.#reachability = new Reachability(context.monotonicMs(), context.limits);
    this.#progress = new Progress(context.limits);
    this.#told = new ToldSeen(context.limits);
    this.ref = ref;
    this.uid = uid(ref);
    this.pacer = new SendPacer(context, ticks);
    this.gossip = new Gossip(context.limits);
    const nowMs = this.#lastEntriesMs = this.#lastAckMs = context.monotonicMs();
    this.comparison = new PeerComparison(nowMs, uid(context.self) < this.uid, context.limits);
  }

  /** Selects all entries but those that the peer accepted, because it sends those itself. */
  get everything(): OriginFilter {
    return { except: [this.ref.incarnation] };
  }

  /** Whether there is nothing to send, and no acknowledgement to wait for. */
  get isIdle(): boolean {
    return !this.#hasNews && this.#inFlight.isEmpty && !this.backlog.hasState &&
      !this.comparison.isOwed;
  }

  /** Whether a message is to be sent, as soon as that is possible. */
  get #hasNews(): boolean {
    return this.#isFirstMessageDue || this.backlog.isLeaving || !this.gossip.isEmpty ||
      this.#toRequest !== noTransfer || this.comparison.isLeaving;
  }

  /** How many entries the peer has not acknowledged, at the least. */
  get unacknowledged(): number {
    // How many entries are still to be read for the peer is not known, nor whether these are among them.
    const unread = this.backlog.hasState || this.comparison.isOwed ? 1 : 0;
    return Math.max(this.backlog.size + this.#inFlight.entryCount, unread);
  }

  /** Whether the peer has acknowledged all that it was to be sent. */
  get hasAcknowledged(): boolean {
    return this.backlog.size + this.#inFlight.entryCount === 0 && !this.backlog.hasState;
  }

  /** Whether it has, and was found to hold all that this server accepted. */
  get hasShownAll(): boolean {
    return this.hasAcknowledged && this.comparison.confirmation.isGiven;
  }

  /** Whether the peer was ever sent all that there was when it came: it is no newcomer any more. */
  get hasCaughtUp(): boolean {
    return this.#hasCaughtUp;
  }

  // ---- entries ------------------------------------------------------------------------------

  /** Whether it is unknown what the link carries, and a message is on its way whose acknowledgement says so. */
  get isProbing(): boolean {
    return !this.window.isSettled && this.window.isLong(this.#inFlight.bytes);
  }

  /** Upper bound of the bytes of the entries that wait to be sent, or to be acknowledged. */
  get pendingBytes(): number {
    return this.backlog.bytes + this.#inFlight.entryBytes;
  }

  /** How long it takes about until the peer has acknowledged all that waits now. */
  get drainMs(): number {
    return this.#drainRate.drainMs(this.pendingBytes, this.#context.monotonicMs());
  }

  /** Age of the oldest entry that the peer has not acknowledged; 0: it has acknowledged all. */
  get lagMs(): number {
    const { sinceMs } = this.#inFlight;
    const { lackedSinceMs } = this.comparison;
    const oldestMs = Math.min(this.backlog.oldestMs, sinceMs, lackedSinceMs);
    return oldestMs === Infinity ? 0 : Math.max(0, this.#context.monotonicMs() - oldestMs);
  }

  /** When entries were last sent to the peer, or came from it. */
  get lastEntriesMs(): number {
    return this.#lastEntriesMs;
  }

  /** When there was last any sign of the peer. */
  get lastSignMs(): number {
    return Math.max(this.#lastAckMs, this.#liveness.lastHeardMs);
  }

  /**
   * Enqueues entries that the peer lacks, as a comparison found, unless they are on their way.
   *
   * @returns whether some were not.
   */
  repair(entries: EntryReader): boolean {
    if (entries.size === 0) return false;
    let isNew = false;
    const underWay = new Map<number, number>();
    for (const n of this.#inFlight.entries()) underWay.set(this.#pool.keyOf(n), n);
    while (entries.next()) {
      const n = this.#pool.add(entries);
      const sent = underWay.get(this.#pool.keyOf(n));
      const before = this.backlog.size;
      if (sent === undefined || this.#pool.isLater(n, sent)) this.backlog.enqueue(n);
      this.#repairs += this.backlog.size - before;
      isNew ||= this.backlog.size > before;
      this.#pool.release(n);
    }
    this.#repairs = Math.max(0, this.#repairs);
    return isNew;
  }

  /** Forgets what waits for the peer: both compare when it is reached again. */
  dropBacklog(): void {
    this.#requeueLost(noEpoch);
    this.backlog.overflow();
  }

  // ---- state --------------------------------------------------------------------------------

  /**
   * Ends the overflow: what the peer lacks is found by comparing, but for a state that it requested, which is
   * read anew.
   */
  recover(): void {
    this.comparison.dropped(this.#context.monotonicMs());
    const lackedSinceMs = this.backlog.recover();
    if (lackedSinceMs === undefined) return;
    this.comparison.lacks(this.#context.monotonicMs(), lackedSinceMs);
  }

  /** Declares the state complete with the entries that wait now: they cover what the replica had seen. */
  completeState(): void {
    const { stateSeen } = this.backlog;
    if (stateSeen !== undefined) this.#claimSeen(stateSeen);
    this.backlog.completeState();
  }

  /** The peer has been sent all that a replica held when it had seen this, but for what waits. */
  #claimSeen({ vector, floorMs }: Seen, seenByPeer = new VersionVector()): void {
    this.backlog.claim(claimsBeyond(vector, seenByPeer));
    this.#told.raiseFloor(floorMs);
  }

  /** For whose state the peer waits, and for whose that one does, and so on, as it has told. */
  get awaits(): readonly ActorRef[] {
    return this.#awaits;
  }

  /** The peer has told for whose state it waits. */
  isWaitingFor(awaits: readonly ActorRef[]): void {
    // Of what was read, the bytes of the whole message would be kept.
    this.#awaits = awaits.map(({ address, incarnation, counter }) => {
      return { address, incarnation, counter };
    });
  }

  /** Requests the whole state of the peer, as the transfer with this id. */
  requestState(id: number): void {
    this.#toRequest = id;
  }

  // ---- messages -----------------------------------------------------------------------------

  /**
   * Makes the message to send now, which the caller then hands over to the link. A message for which the
   * link has no room is not made, because the link would drop it.
   *
   * @param link what was sent in an earlier epoch of it and is not acknowledged is sent again
   * @param seen what this server has seen
   * @returns `undefined` when there is nothing to send, or no room for it.
   */
  nextMessage(
    { epoch, told, roomBytes, roundTripMs, clock }: Pick<
      LinkState,
      "epoch" | "told" | "roomBytes" | "roundTripMs" | "clock"
    >,
    seen: Seen,
  ): Contents | undefined {
    this.#chargeSeen(seen);
    this.#requeueLost(epoch);
    if (epoch !== this.#epoch) {
      this.window.connected(roundTripMs);
      this.#drainRate.forget();
    }
    this.#epoch = epoch;
    if (!this.#hasNews && this.tellWaitMs(seen) > 0 || this.#inFlight.isFull) return undefined;
    if (!this.window.hasRoom(this.#inFlight.bytes)) return undefined;
    const { messageBytes } = this.window;
    const bytesMax = this.backlog.messageBytes(messageBytes) + wireLimits.messageSlackBytes;
    if (roomBytes < bytesMax) return undefined;
    const { left, isOfState, ...taken } = this.backlog
      .take(messageBytes, this.#latestAccepted(clock));
    const { entries } = taken;
    const nowMs = this.#context.monotonicMs();
    // The entries that a comparison brings are about the last of the backlog.
    const repairs = Math.max(0, this.#repairs - this.backlog.size);
    const contents: Contents = {
      ...taken,
      ...this.gossip.take(),
      requested: this.#toRequest,
      step: this.#leavingStep(entries.size, left, nowMs),
      claims: this.backlog.takeClaims(),
      seen: this.#told.take(seen, nowMs),
      repairs,
      isFresh: repairs === 0 && !isOfState,
    };
    if (isEmpty(contents) && !this.#isFirstMessageDue) return undefined;
    this.#toRequest = noTransfer;
    this.#isFirstMessageDue = false;
    this.#repairs -= repairs;
    if (entries.size > 0) this.#lastEntriesMs = nowMs;
    const position = { epoch, told: told + 1 };
    this.#inFlight.add(contents, position, bytesOf(contents), nowMs);
    return contents;
  }

  /**
   * What is later waits: the peer would refuse the message, with all that is in it. Its clock is believed as
   * it told it, for a while. Later one of the two may have been set, so what is an hour less ahead of this
   * server's clock is sent as well: if that is refused, the peer is greeted anew, and tells its clock again.
   */
  #latestAccepted(clock: ToldClock | undefined): number {
    const { limits } = this.#context;
    const { nowMs, ageMs } = clock ?? { nowMs: -Infinity, ageMs: Infinity };
    const cautiousMs = this.#context.now() - limits.timestampMarginMs;
    return latestAccepted(ageMs < limits.toldClockMs ? nowMs : Math.max(nowMs, cautiousMs), limits);
  }

  /** A step of the comparison leaves with the last entries before it. At its end, what it came to is claimed. */
  #leavingStep(entryCount: number, left: number, nowMs: number): ComparisonStep | undefined {
    if (this.backlog.isOverflowed) this.comparison.dropped(nowMs);
    const step = this.comparison.leaving(entryCount, left, nowMs);
    this.#claimCompared();
    return step;
  }

  /**
   * The peer has what this server held when a comparison began that is over. What the replica that was compared
   * there had seen is claimed too, unless all others have: it may have seen writes singly that they have not.
   */
  #claimCompared(): void {
    const ended = this.comparison.takeEnded();
    if (ended === undefined) return;
    this.#claimSeen(readSeen(ended.own), meet([readSeen(ended.theirs).vector, this.seen]));
  }

  /** A step of a comparison came. @param roundTripMs how long a message and its answer take, about */
  comparisonReceived(step: ComparisonStep, roundTripMs: number): void {
    this.comparison.received(step, this.#context.monotonicMs(), roundTripMs);
    this.#claimCompared();
  }

  /** How long to wait until the peer is told what this server has seen; `Infinity`: it knows. */
  tellWaitMs(seen: Seen): number {
    return this.#told.waitMs(seen, this.#context.monotonicMs());
  }

  #requeueLost(epoch: number): void {
    const lost = this.#inFlight.takeLost(epoch);
    if (lost.length === 0) return;
    this.window.lost(this.#heardEpoch === this.#epoch);
    this.backlog.putBack(lost);
    for (const contents of lost) {
      const { entries, requested, stepId, repairs } = contents;
      this.gossip.lost(contents);
      if (stepId !== undefined) this.comparison.stepLost(stepId, this.#context.monotonicMs());
      this.#repairs += repairs;
      entries.release();
      this.#toRequest = Math.max(this.#toRequest, requested);
    }
    if (lost.some(({ hasSeen }) => hasSeen)) this.#told.lost();
    this.#isFirstMessageDue ||= !this.#hasHeard;
  }

  /**
   * The peer's system has handled the first `handled` messages of an epoch of the link.
   *
   * @returns how long what was put here waited for that, of each message that brought it.
   */
  acknowledged({ epoch, handled }: Pick<LinkState, "epoch" | "handled">): readonly number[] {
    if (handled > 0) this.#hasHeard = true;
    const nowMs = this.#context.monotonicMs();
    const acknowledged = this.#inFlight.acknowledge(epoch, handled, nowMs);
    if (acknowledged !== undefined) {
      const { bytesUnderWay, tookMs, wasAlone, entryBytes, rumours } = acknowledged;
      for (const told of rumours) this.gossip.handled(told);
      this.#drainRate.drained(entryBytes, nowMs);
      if (this.pendingBytes === 0) this.#drainRate.forget();
      this.window.acknowledged(bytesUnderWay, tookMs, wasAlone);
      this.#lastAckMs = nowMs;
      this.#heardEpoch = epoch;
    }
    this.#hasCaughtUp ||= this.#hasHeard && !this.backlog.hasState && !this.comparison.isOwed;
    return acknowledged?.waitedMs ?? [];
  }

  /**
   * The peer has told what it has seen. Whatever it tells, no more is kept of it than may: to know less of that
   * only keeps tombstones longer.
   */
  hasSeen(vector: VersionVector): void {
    const { versionsMax, unknownWritesMax } = this.#context.limits;
    this.seen.join(vector);
    this.seen.bound(versionsMax);
    this.seen.boundDots(unknownWritesMax, "all");
    this.#seenBytes = this.seen.byteLength;
    this.#seenCharge.set(this.#seenBytes + this.#otherSeenBytes);
  }

  /** Charges what is kept of what was seen, by the peer and here. @param seen what this server has seen by now */
  #chargeSeen(seen: Seen): void {
    const { stateSeen } = this.backlog;
    if (stateSeen !== this.#stateSeen) {
      this.#stateSeen = stateSeen;
      this.#stateSeenBytes = stateSeen?.vector.byteLength ?? 0;
    }
    this.#otherSeenBytes = this.#told.bytesBeside(seen) + this.#stateSeenBytes +
      this.comparison.seenBytes;
    this.#seenCharge.set(this.#seenBytes + this.#otherSeenBytes);
  }

  /** A message came from the peer, with so many entries. */
  received(entryCount = 0): void {
    const nowMs = this.#context.monotonicMs();
    this.#liveness.heard(nowMs);
    if (entryCount > 0) this.#lastEntriesMs = nowMs;
  }

  /** Whether the acknowledgement of a message of this epoch of the link is overdue, and nothing else came back. */
  isAckOverdue(link: Pick<LinkState, "epoch" | "silentMs">): boolean {
    const patienceMs = (bytesUnderWay: number) => this.window.patienceMs(bytesUnderWay);
    return this.#inFlight.isOverdue(link, this.#context.monotonicMs(), patienceMs);
  }

  // ---- liveness -----------------------------------------------------------------------------

  /** When the peer was last heard, or first known. */
  get lastHeardMs(): number {
    return this.#liveness.lastHeardMs;
  }

  /** For how long the link to the peer is up; 0: it is not. */
  get upMs(): number {
    return this.#liveness.upMs(this.#context.monotonicMs());
  }

  /** Whether the peer could not be reached for so long that this server compares with the others. */
  get isLost(): boolean {
    return this.#liveness.isLost;
  }

  /** Whether the peer is forgotten, and sent nothing any more. */
  get isForgotten(): boolean {
    return this.#liveness.isForgotten;
  }

  /** Whether the peer was greeted at its address: before that it is neither introduced nor remembered. */
  get isGreeted(): boolean {
    return this.#isGreeted;
  }

  /** The peer was greeted at its address. */
  greeted(): void {
    this.#isGreeted = true;
  }

  /** Notes the state of the link. @returns whether that makes the peer lost, or ends its being lost. */
  observeLink(link: Pick<LinkState, "isUp" | "isHeard" | "epoch">): LivenessChange {
    const nowMs = this.#context.monotonicMs();
    if (link.isUp && link.epoch !== this.#firstMessageEpoch) {
      this.#firstMessageEpoch = link.epoch;
      this.#isFirstMessageDue = true;
    }
    const change = this.#liveness.observe(link, nowMs);
    if (change === "lost") this.comparison.peerLost(nowMs);
    return change;
  }

  /** How this server and the peer reach each other. */
  get reachability(): Pick<Reachability, "name" | "sinceMs" | "isDown" | "undecidedMs"> {
    return this.#reachability;
  }

  /** Notes how the peer is reached. @returns how it was until now, if that has changed. */
  observeReach(link: LinkReach): ReachabilityName | undefined {
    return this.#reachability.observe(link, this.#context.monotonicMs());
  }

  /** Notes how far the peer is. @returns what has changed. */
  observeProgress(): ProgressChange | undefined {
    const { name, sinceMs } = this.#reachability;
    const upMs = name === "up" ? this.#context.monotonicMs() - sinceMs : 0;
    const { isIdle, lagMs, backlog: { overflows } } = this;
    return this.#progress.observe({ isIdle, lagMs, overflows, upMs });
  }

  /** Forgets the peer: it is sent nothing any more. */
  forget(): void {
    this.#liveness.forget();
    this.#inFlight.clear();
    this.backlog.clear();
    this.#seenCharge.set(0);
  }

  // ---- invariants ---------------------------------------------------------------------------

  /** Adds the entries that it keeps in the pool. */
  addTo(use: PoolUse): void {
    this.backlog.addTo(use);
    this.#inFlight.addTo(use);
  }

  /** @throws {Error} when an invariant does not hold. */
  assertInvariants(): void {
    this.backlog.assertInvariants();
    this.#inFlight.assertInvariants();
    this.window.assertInvariants();
    this.comparison.assertInvariants();
  }
}

/** About as many bytes as a message with these contents takes. */
function bytesOf({ entryBytes, step, ...contents }: Contents): number {
  const { introductions, forgotten, kept, awaits = [] } = contents;
  return entryBytes + (step?.ranges.length ?? 0) +
    128 * (1 + introductions.length + forgotten.length + kept.length + awaits.length);
}

/** Whether a message would tell the peer nothing, because what waits has to go on waiting. */
function isEmpty(
  { entries, introductions, forgotten, kept, awaits, ...others }: Contents,
): boolean {
  const { requested, completed, step, claims, seen } = others;
  return entries.size === 0 && introductions.length === 0 && forgotten.length === 0 &&
    kept.length === 0 && requested === noTransfer && completed === noTransfer &&
    step === undefined &&
    claims.length === 0 && seen === undefined && awaits === undefined;
}
