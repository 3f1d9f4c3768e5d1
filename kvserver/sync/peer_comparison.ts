import type { Limits } from "../../limits.ts";
import { assert } from "../memory/assert.ts";
import type { Compared } from "../messages/replica_messages.ts";
import { Agreement } from "./agreement.ts";
import { Confirmation } from "./confirmation.ts";
import {
  causeOf,
  causes,
  comparisonId,
  type ComparisonStep,
  type Course,
  heardMore,
  lostCourse,
  nextPlace,
  saying,
  told,
} from "./comparison_course.ts";
import { comparisonPauseMs } from "./comparison_pause.ts";

/** How it goes with a peer, for whoever is to begin a comparison. */
export interface PeerPace {
  /** For how long no entries have been exchanged: while some are, what is on its way would be taken for a difference. */
  readonly quietMs: number;
  /** For how long the peer has neither sent nor acknowledged anything. */
  readonly silentMs: number;
  /** For how long it is reached. */
  readonly upMs: number;
  /** How long a message and its answer take, about. */
  readonly roundTripMs: number;
}

/** A comparison that came to its end, with nothing left out of account by this server. */
export interface EndedComparison {
  /** What the own replica, and that of the peer, had seen when they began. */
  readonly own: Uint8Array;
  readonly theirs: Uint8Array;
}

/** How far a comparison is. `docs/sync.md` draws the transitions. */
type State =
  | { readonly name: "idle" }
  /** The own replica is asked what to say next. */
  | { readonly name: "asking"; readonly of: Course; readonly ranges: Uint8Array | undefined }
  /** What to say leaves when as many entries have left as were queued before it. */
  | {
    readonly name: "leaving";
    readonly of: Course;
    readonly step: ComparisonStep;
    readonly entriesLeft: number;
  }
  /** The peer is to answer. */
  | { readonly name: "waiting"; readonly of: Course; readonly sinceMs: number };

const idle: State = { name: "idle" };

/**
 * The comparison of this server's replica with that of a peer: whether one is to begin, and how far it is.
 * One goes on at a time. When both begin one at once, that of the server with the lower uid goes on.
 *
 * Nothing of it is sent again: when a message is lost, or an answer does not come, another comparison begins.
 */
export class PeerComparison {
  /** Whether both hold the same. */
  readonly agreement: Agreement;
  #limits: Limits;
  /** Whether this server's uid is the lower one of both. */
  #isLower: boolean;
  #state: State = idle;
  /** When one is to begin that is owed; `Infinity`: none is, but maybe that which goes on. */
  #owedMs = Infinity;
  /** Whether this server is to begin one itself, because it takes over what the peer holds from now on. */
  #isUrgent = false;
  /** Whether one is to find, without leaving anything out, what the peer is not sent; whoever begins it. */
  #isLacked = false;
  /** Whether the one that goes on does so. */
  #isFindingLacked = false;
  /** Since when entries wait that one is to find; `Infinity`: none are known of. */
  #lackedSinceMs = Infinity;
  /** Whether the one that goes on was owed. */
  #isServing = false;
  /** When the next one begins that looks for what nobody knows of. */
  #nextMs: number;
  /** What a comparison says of what this server has accepted, once that is asked for. */
  readonly confirmation = new Confirmation();
  /** Bytes of what is said next, at the most; it shrinks while nothing gets through. */
  #bytesMax: number;
  /** Whether something was left out of account in the one that goes on. */
  #leftOut = false;
  /** Whether what was left out of account of one that was owed is to be compared once it is older. */
  #isRecheckDue = false;
  /** Time that the own replica took for the one that goes on. */
  #tookMs = 0;
  #ended: EndedComparison | undefined;

  constructor(nowMs: number, isLower: boolean, limits: Limits) {
    this.agreement = new Agreement(limits);
    this.#limits = limits;
    this.#isLower = isLower;
    this.#nextMs = nowMs + limits.comparisonIntervalMs;
    this.#bytesMax = limits.rangesBytesMax;
  }

  /** Whether one is owed, or goes on that was: the peer may lack something that nothing else brings. */
  get isOwed(): boolean {
    return this.#owedMs !== Infinity || this.#isServing || this.#isUrgent || this.#isLacked;
  }

  /** Bytes of what either had seen that are kept while one goes on. */
  get seenBytes(): number {
    const state = this.#state;
    if (state.name === "idle") return 0;
    return (state.of.own?.length ?? 0) + (state.of.theirs?.length ?? 0);
  }

  /** Since when entries wait that are known to be found only by comparing; `Infinity`: none are. */
  get lackedSinceMs(): number {
    return this.#lackedSinceMs;
  }

  /** Whether something is to be sent as soon as the entries before it have left. */
  get isLeaving(): boolean {
    return this.#state.name === "leaving";
  }

  /** Whether there is more to be said in the one that goes on than that one begins. */
  get isUnderWay(): boolean {
    return this.#state.name !== "idle" && this.#state.of.heard > 0 && !this.isNew;
  }

  /** Whether the own replica is asked for its first answer to one that the peer began. */
  get isNew(): boolean {
    const state = this.#state;
    return state.name === "asking" && !state.of.isOwn && state.of.heard === 1;
  }

  /** Bytes of what is said next, at the most. */
  get bytesMax(): number {
    return this.#bytesMax;
  }

  /**
   * The peer may lack something, or this server may, that nothing else brings. When both know, as mostly,
   * the one with the lower uid begins, after a while in which the other one may, to which it is urgent.
   *
   * @param isUrgent whether this server begins one at once, whatever the peer has begun before
   * @param lackedSinceMs since when entries wait that the peer is known to lack
   */
  owe(nowMs: number, isUrgent = false, lackedSinceMs = Infinity): void {
    this.#isUrgent ||= isUrgent;
    this.#lackedSinceMs = Math.min(this.#lackedSinceMs, lackedSinceMs);
    const { comparisonQuietMs } = this.#limits;
    const delayMs = isUrgent ? 0 : this.#isLower ? comparisonQuietMs : 2 * comparisonQuietMs;
    this.#owedMs = Math.min(this.#owedMs, nowMs + delayMs);
  }

  /**
   * The peer lacks what it was to be sent, and is not sent any more. Likely it is not the only one: so the one
   * of both with the lower uid begins, if it is the same to that.
   *
   * @param sinceMs since when that waits
   */
  lacks(nowMs: number, sinceMs: number): void {
    this.#isLacked = true;
    this.#lackedSinceMs = Math.min(this.#lackedSinceMs, sinceMs);
    this.#owedMs = Math.min(this.#owedMs, nowMs);
  }

  /** Asks whether the peer has all that this server accepted: an urgent one says so. */
  confirm(nowMs: number): void {
    if (!this.confirmation.ask()) return;
    this.owe(nowMs, true);
  }

  /** Whether it goes before all that is under way with other peers. */
  get isPressing(): boolean {
    return this.confirmation.isAsked;
  }

  /** When there is something to be done next, if nothing comes before: for a tick. */
  get dueMs(): number {
    const state = this.#state;
    if (state.name === "waiting") return state.sinceMs + this.#limits.comparisonPatienceMs;
    if (state.name !== "idle") return Infinity;
    return Math.min(this.#owedMs, this.#isLower || this.#isRecheckDue ? this.#nextMs : Infinity);
  }

  /**
   * Begins one, if it is time.
   *
   * @param number of the comparison, if one begins; 30 bits
   * @returns whether one begins; the own replica is to be asked.
   */
  begin(number: number, nowMs: number, pace: PeerPace): boolean {
    const { quietMs, silentMs } = pace;
    const { comparisonPatienceMs } = this.#limits;
    if (this.#state.name === "waiting" && nowMs >= this.dueMs && silentMs >= comparisonPatienceMs) {
      this.lost(nowMs);
    }
    if (this.#state.name !== "idle" || nowMs < this.dueMs || this.#leavesItToPeer(pace)) {
      return false;
    }
    const { comparisonIntervalMs, comparisonQuietMs } = this.#limits;
    const isBusy = quietMs < comparisonQuietMs && nowMs < this.#nextMs + comparisonIntervalMs;
    if (nowMs < this.#owedMs && isBusy) return false;
    const isOwed = this.isOwed || this.#isRecheckDue;
    const cause = this.#isUrgent || this.#isLacked
      ? causes.urgent
      : this.#isRecheckDue
      ? causes.again
      : isOwed
      ? causes.owed
      : causes.time;
    const id = comparisonId(number, cause);
    const wasUrgent = this.#isUrgent;
    this.#serve({ id, isOwn: true, wasUrgent, heard: 0, hasToldOwn: false }, undefined, nowMs);
    return true;
  }

  /** Both have come to reach each other just now, and know what is owed: the first message of the other one is on its way. */
  #leavesItToPeer({ upMs, roundTripMs }: PeerPace): boolean {
    if (this.#isLower || this.#isUrgent) return false;
    return upMs < roundTripMs / 2 + this.#limits.comparisonGraceMs;
  }

  /** A message of the peer came. @param roundTripMs how long a message and its answer take, about */
  received(step: ComparisonStep, nowMs: number, roundTripMs: number): void {
    const { id, place, ranges, leftOut = false } = step;
    const state = this.#state;
    const isSame = state.name !== "idle" && state.of.id === id;
    if (isSame && place !== nextPlace(state.of)) {
      // One of both has lost a message of it.
      if (state.name === "waiting") this.lost(nowMs);
      return;
    }
    if (ranges.length === 0) {
      if (isSame && state.name === "waiting") {
        this.#leftOut ||= leftOut;
        this.#over(told(heardMore(state.of), step), nowMs);
      }
      return;
    }
    if (state.name !== "idle" && !isSame) {
      // Both have begun one, unless the peer knew of this one when it began: then it has lost its answer.
      const isOld = state.name === "waiting" &&
        nowMs - state.sinceMs > roundTripMs + this.#limits.comparisonGraceMs;
      if (state.of.isOwn && state.of.heard === 0 && this.#isLower && !isOld) return;
    } else if (isSame && state.name !== "waiting") return;
    // Until it is the peer's turn: of its message no more is kept.
    const asked = ranges.slice();
    if (isSame && state.name === "waiting") {
      this.#state = { name: "asking", of: told(heardMore(state.of), step), ranges: asked };
    } else if (place === 0) {
      const of = { id, isOwn: false, wasUrgent: this.#isUrgent, heard: 1, hasToldOwn: false };
      this.#serve(told(of, step), asked, nowMs);
    } else this.#resume(told(lostCourse(id, place), step), asked, nowMs);
    this.#leftOut ||= leftOut;
  }

  /**
   * The peer goes on with one that this server has lost, because on a slow link answers come late. It brings
   * what it finds; but nobody knows any more when it began here, so that it is not for anything that is owed,
   * and what this server has seen by now is not claimed at its end.
   */
  #resume(of: Course, ranges: Uint8Array, nowMs: number): void {
    this.#leftOut = true;
    this.agreement.begun();
    this.#oweAgain(nowMs);
    this.#state = { name: "asking", of, ranges };
  }

  /**
   * Another one goes on from now on: it finds whatever is owed until now, unless it only begins because it is
   * time: what was put just now it leaves out of account, whoever sends it.
   */
  #serve(of: Course, ranges: Uint8Array | undefined, nowMs: number): void {
    this.#leftOut = false;
    this.agreement.begun();
    if (of.isOwn && of.wasUrgent) this.confirmation.begun();
    if (causeOf(of.id) === causes.time) this.#oweAgain(nowMs);
    else {
      this.#isServing = this.isOwed;
      this.#owedMs = Infinity;
    }
    const isLacked = this.#isLacked || this.#isFindingLacked;
    this.#isFindingLacked = isLacked && causeOf(of.id) === causes.urgent;
    this.#isLacked = isLacked && !this.#isFindingLacked;
    this.#state = { name: "asking", of, ranges };
  }

  /** The comparison that goes on does not find what is owed: a further one is to. */
  #oweAgain(nowMs: number): void {
    if (this.#isServing) this.owe(nowMs, this.#isUrgent);
    this.#isServing = false;
    this.#isLacked ||= this.#isFindingLacked;
    this.#isFindingLacked = false;
  }

  /** Whether the peer is to answer a message of this comparison. */
  isAwaited(id: number): boolean {
    return this.#state.name === "waiting" && this.#state.of.id === id;
  }

  /** What the own replica is asked: the ranges to answer, `undefined` for the first message; or nothing. */
  get asked(): AskedStep | undefined {
    if (this.#state.name !== "asking") return undefined;
    const { of: { id, theirs, theirSum }, ranges } = this.#state;
    return { id, ranges, theirs, theirSum };
  }

  /**
   * The own replica has answered.
   *
   * @param ranges what to say; absent: nothing is left to say
   * @param entriesAhead how many entries leave before it
   */
  answered(
    id: number,
    ranges: Uint8Array | undefined,
    entriesAhead: number,
    { tookMs, leftOut, seen }: Pick<Compared, "tookMs" | "leftOut" | "seen">,
  ): void {
    const state = this.#state;
    if (state.name !== "asking" || state.of.id !== id) return;
    this.#tookMs += tookMs;
    this.#leftOut ||= leftOut;
    const { of, step } = saying(state.of, { ranges, seen, leftOut });
    this.#state = { name: "leaving", of, step, entriesLeft: entriesAhead };
  }

  /**
   * A message leaves with so many entries. Counting them is enough, because entries keep their places.
   *
   * @returns what is to be said with it.
   */
  leaving(entryCount: number, outboxSize: number, nowMs: number): ComparisonStep | undefined {
    const state = this.#state;
    if (state.name !== "leaving") return undefined;
    const entriesLeft = state.entriesLeft - entryCount;
    if (entriesLeft > 0 && outboxSize > 0) {
      this.#state = { ...state, entriesLeft };
      return undefined;
    }
    if (state.step.ranges.length === 0) this.#over(state.of, nowMs);
    else this.#state = { name: "waiting", of: state.of, sinceMs: nowMs };
    return state.step;
  }

  /** A message of a comparison was lost. One that has taken its place goes on. */
  stepLost(id: number, nowMs: number): void {
    const state = this.#state;
    if (state.name === "idle" || state.of.id === id) this.lost(nowMs);
  }

  /** A message of it was lost, or the answer: another one is to begin, which says less at once. */
  lost(nowMs: number): void {
    this.#state = idle;
    this.#bytesMax = Math.max(this.#limits.rangesBytesMin, this.#bytesMax / 4);
    this.#oweAgain(nowMs);
    this.owe(nowMs, this.#isUrgent);
    if (this.#isLacked) this.#owedMs = nowMs;
  }

  /**
   * What waits for the peer is dropped: what was to be said behind it would have the peer take all for sent, and
   * what it lacks for seen.
   */
  dropped(nowMs: number): void {
    if (this.isLeaving) this.lost(nowMs);
  }

  /** The peer is lost: the one that goes on does so no more. */
  peerLost(nowMs: number): void {
    if (this.#state.name !== "idle") this.lost(nowMs);
  }

  #over({ id, isOwn, wasUrgent, heard, own, theirs }: Course, nowMs: number): void {
    if (causeOf(id) !== causes.time) {
      this.#isRecheckDue = this.#leftOut && (this.#isServing || this.#isRecheckDue);
    }
    const hasAll = !this.#leftOut && own !== undefined && theirs !== undefined;
    if (hasAll) this.#ended = { own, theirs };
    this.#leftOut = false;
    this.#state = idle;
    // One of the peer does as well, when it has left nothing out of account and the peer has spoken since: behind
    // all that it had to send. What an own one confirms it does not.
    const isServed = isOwn || hasAll && heard > 1 && !this.confirmation.isAsked;
    if (wasUrgent && isServed) this.#isUrgent = false;
    if (isOwn && wasUrgent) this.confirmation.over();
    if (this.#isUrgent || this.#isLacked) this.#owedMs = nowMs;
    this.#isServing = this.#isFindingLacked = false;
    if (!this.isOwed) this.#lackedSinceMs = Infinity;
    const { comparisonQuietMs } = this.#limits;
    // Whether what was found is mended, the next one says, but not again and again.
    const isRecheckDue = this.agreement.over(nowMs) || this.#isRecheckDue;
    this.#nextMs = nowMs +
      (isRecheckDue ? comparisonQuietMs : comparisonPauseMs(this.#tookMs, this.#limits));
    this.#tookMs = 0;
    this.#bytesMax = this.#limits.rangesBytesMax;
  }

  /** Takes the comparison that has come to its end, if nothing was left out of account in it. */
  takeEnded(): EndedComparison | undefined {
    const ended = this.#ended;
    this.#ended = undefined;
    return ended;
  }

  /** @throws {Error} when an invariant does not hold. */
  assertInvariants(): void {
    const state = this.#state;
    assert(state.name !== "leaving" || state.entriesLeft >= 0, "no more leaves than waits");
  }
}

/** What the own replica is asked. */
export interface AskedStep {
  readonly id: number;
  /** The ranges to answer; `undefined`: the first message is to be made. */
  readonly ranges: Uint8Array | undefined;
  /** What the peer's replica has seen, or what stands for that; absent: it has not said. */
  readonly theirs: Uint8Array | undefined;
  readonly theirSum: Uint8Array | undefined;
}
