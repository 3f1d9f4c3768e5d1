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
export interface SiblingAnswer extends Pick<Compared, "ranges" | "seen" | "tookMs"> {
  /** How many entries the other one lacks. */
  readonly entryCount: number;
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
    { ranges, seen, tookMs, entryCount }: SiblingAnswer,
    nowMs: number,
  ): LocalReplica | undefined {
    if (this.#state.name !== "asked") return undefined;
    const { replica, other, agreement } = this.#state;
    this.#tookMs += tookMs;
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
    const isRecheckDue = agreement.over(nowMs);
    if (!isRecheckDue) this.#turn++;
    this.#nextMs = nowMs +
      (isRecheckDue
        ? this.#limits.comparisonQuietMs
        : comparisonPauseMs(this.#tookMs, this.#limits));
    this.#tookMs = 0;
    return other;
  }
}
