import type { Limits } from "../../limits.ts";
import { Agreement } from "./agreement.ts";
import { comparisonPauseMs } from "./comparison_pause.ts";
import type { Compared } from "../messages/replica_messages.ts";
import type { LocalReplica } from "./local_replica.ts";

/** How far the comparison of two replicas of this server is. */
type State =
  | { readonly name: "idle" }
  /** A replica is to be asked for the next message, or was: to answer `ranges`, or to begin. */
  | {
    readonly name: "toAsk" | "asked";
    readonly replica: LocalReplica;
    readonly other: LocalReplica;
    /** Whether both hold the same. */
    readonly agreement: Agreement;
    readonly ranges: Uint8Array | undefined;
    /** What the other replica had seen when it answered last; absent: it has not. */
    readonly theirs: Uint8Array | undefined;
  };

/** What a replica has answered. */
export interface SiblingAnswer extends Pick<Compared, "ranges" | "seen" | "tookMs" | "leftOut"> {
  /** How many entries the other one lacks. */
  readonly entryCount: number;
}

/** A replica that has come to the end of a comparison with nothing left out of account. */
export interface EndedComparison {
  readonly replica: LocalReplica;
  /** What it had seen when the comparison began, and what the other one had, which it holds now too. */
  readonly own: Uint8Array;
  readonly theirs: Uint8Array;
}

const idle: State = { name: "idle" };

/**
 * Compares the first replica of a server with the others, one after the other, now and then. Messages within
 * a server are not lost, so a comparison ends when nothing is left to say.
 */
export class SiblingComparison {
  #limits: Limits;
  #state: State = idle;
  #nextMs: number;
  /** Time that the replicas took for the comparison that goes on. */
  #tookMs = 0;
  /** What each of both had seen when it answered first in the one that goes on. */
  #seen = new Map<LocalReplica, Uint8Array>();
  /** Whether something was left out of account in it. */
  #leftOut = false;
  #ended: readonly EndedComparison[] = [];
  /** The place of the replica that is compared with the first next. */
  #turn = 1;
  /** By the uid of the replica that is compared with the first. */
  #agreements = new Map<string, Agreement>();

  constructor(nowMs: number, limits: Limits) {
    this.#limits = limits;
    this.#nextMs = nowMs + limits.comparisonIntervalMs;
  }

  /** When the next one begins; `Infinity` while one goes on. */
  get dueMs(): number {
    return this.#state.name === "idle" ? this.#nextMs : Infinity;
  }

  /** Whether each of the replicas that were compared with the first holds the same. */
  get agreements(): Iterable<Agreement> {
    return this.#agreements.values();
  }

  /** Begins one, if it is time. @param replicas the first one first */
  begin(replicas: readonly LocalReplica[], nowMs: number): void {
    if (replicas.length < 2 || nowMs < this.dueMs) return;
    const replica = replicas[1 + this.#turn % (replicas.length - 1)];
    const agreement = this.#agreements.get(replica.uid) ?? new Agreement(this.#limits);
    this.#agreements.set(replica.uid, agreement);
    agreement.begun();
    this.#seen.clear();
    this.#leftOut = false;
    const nothing = { ranges: undefined, theirs: undefined };
    this.#state = { name: "toAsk", replica, other: replicas[0], agreement, ...nothing };
  }

  /** The replica that is to be asked next, for an answer to what, and what the other one has seen. */
  get toAsk(): Extract<State, { name: "toAsk" | "asked" }> | undefined {
    return this.#state.name === "toAsk" ? this.#state : undefined;
  }

  /** The replica is asked. */
  asked(): void {
    if (this.#state.name === "toAsk") this.#state = { ...this.#state, name: "asked" };
  }

  /**
   * The replica has answered.
   *
   * @returns the other one, which is to have the entries that came with it.
   */
  answered(
    { ranges, seen, tookMs, leftOut, entryCount }: SiblingAnswer,
    nowMs: number,
  ): LocalReplica | undefined {
    if (this.#state.name !== "asked") return undefined;
    const { replica, other, agreement } = this.#state;
    this.#tookMs += tookMs;
    this.#leftOut ||= leftOut;
    if (!this.#seen.has(replica)) this.#seen.set(replica, seen);
    if (entryCount > 0) agreement.found(nowMs);
    if (ranges !== undefined) {
      this.#state = {
        name: "toAsk",
        replica: other,
        other: replica,
        agreement,
        ranges,
        theirs: seen,
      };
      return other;
    }
    this.#state = idle;
    this.#end(replica, other);
    const isRecheckDue = agreement.over(nowMs);
    if (!isRecheckDue) this.#turn++;
    this.#nextMs = nowMs +
      (isRecheckDue
        ? this.#limits.comparisonQuietMs
        : comparisonPauseMs(this.#tookMs, this.#limits));
    this.#tookMs = 0;
    return other;
  }

  #end(replica: LocalReplica, other: LocalReplica): void {
    const [own, theirs] = [this.#seen.get(replica), this.#seen.get(other)];
    if (this.#leftOut || own === undefined || theirs === undefined) return;
    this.#ended = [{ replica, own, theirs }, { replica: other, own: theirs, theirs: own }];
  }

  /** Takes both replicas of a comparison that has come to its end, if nothing was left out of account in it. */
  takeEnded(): readonly EndedComparison[] {
    const ended = this.#ended;
    this.#ended = [];
    return ended;
  }
}
