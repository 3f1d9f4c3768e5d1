import type { ActorContext } from "../../actor/mod.ts";
import { EntryBatch } from "../entry/entry_batch.ts";
import { acceptedFloor } from "../entry/order.ts";
import { messageTypes } from "../messages/message_types.ts";
import type { Compared, CompareRequest } from "../messages/replica_messages.ts";
import { originTest } from "../messages/origin_filter.ts";
import { beginComparison, Reply } from "../reconcile/mod.ts";
import { type Store, syncMarks } from "../store/mod.ts";
import { readSeen, type Seen, seenBytes, seenSum } from "../versions/version_bytes.ts";
import { OwnTurns } from "./own_turns.ts";
import type { ReplicaVersions } from "./replica_versions.ts";

/** Tells a query actor to go on comparing. */
export interface CompareTurnMessage {
  type: typeof messageTypes.compareTurn;
}

/**
 * Compares the replica of a query actor with others, as its sync actor asks: one message of a comparison at a
 * time, in turns of bounded length, so that queries are answered in between.
 */
export class Comparing {
  #context: ActorContext;
  #store: Store;
  #versions: ReplicaVersions;
  #onDropped: (numbers: readonly number[]) => void;
  #turns: OwnTurns;
  #request: CompareRequest | undefined;
  /** What the replica had seen when the request came. */
  #seen: Uint8Array | undefined;
  /** What the other replica has seen, if it has said so. */
  #theirs: Seen | undefined;
  /** What answers the request, once the sums that it needs are made. */
  #reply: Reply | undefined;
  #compared: Compared | undefined;
  /** The time that the request took so far. */
  #tookMs = 0;
  #leftOut = false;
  /** What was put up to this time was queued for nobody, because there was nobody. */
  #queuedAfterMs = -Infinity;

  /** @param onDropped called with entries that the replica is to hold no more */
  constructor(
    context: ActorContext,
    store: Store,
    versions: ReplicaVersions,
    onDropped: (numbers: readonly number[]) => void,
  ) {
    this.#context = context;
    this.#store = store;
    this.#versions = versions;
    this.#onDropped = onDropped;
    this.#turns = new OwnTurns(context, messageTypes.compareTurn);
  }

  /** Only what is put after `ms`, milliseconds since the epoch, is on its way to others by itself. */
  queuedAfter(ms: number): void {
    this.#queuedAfterMs = ms;
  }

  /** Whether a request is under way, which relies on the numbers of entries. */
  get isBusy(): boolean {
    return this.#reply !== undefined;
  }

  /** Whether an answer is to be sent. */
  get hasUnsent(): boolean {
    return this.#compared !== undefined;
  }

  /** Takes the answer that is to be sent. */
  take(): Compared | undefined {
    const compared = this.#compared;
    this.#compared = undefined;
    return compared;
  }

  /** Handles a request; one that is not answered yet is answered no more. */
  request(request: CompareRequest): void {
    this.#request = request;
    this.#reply = undefined;
    this.#compared = undefined;
    this.#tookMs = 0;
    this.#leftOut = false;
    this.#seen = seenBytes(this.#versions.seen);
    this.#theirs = request.theirs === undefined ? undefined : readSeen(request.theirs);
    if (this.#theirs !== undefined) {
      const { limits } = this.#context;
      const floorMs = acceptedFloor(this.#theirs.floorMs, this.#context.now(), limits);
      this.#versions.raiseFloor(floorMs);
    }
    if (!this.#turns.isDue) this.turn();
  }

  /** Goes on with the request. */
  turn(): void {
    this.#turns.begin();
    const request = this.#request;
    if (request === undefined) return;
    const beganMs = this.#context.monotonicMs();
    const compared = this.#answer(request);
    this.#tookMs += this.#context.monotonicMs() - beganMs;
    if (compared !== undefined) {
      this.#compared = {
        ...compared,
        seen: this.#seen!,
        tookMs: this.#tookMs,
        leftOut: this.#leftOut,
      };
      this.#request = this.#reply = undefined;
    } else this.#turns.request();
  }

  /** @returns what to say, and the entries that go with it; `undefined` while there is more to be done. */
  #answer(request: CompareRequest): Pick<Compared, "id" | "ranges" | "entries"> | undefined {
    const { summedBytesPerTurn, rangesPerTurn } = this.#context.limits;
    if (this.#reply === undefined && !this.#store.sums.make(summedBytesPerTurn)) return undefined;
    const { id, ranges } = request;
    if (ranges === undefined) {
      const begin = beginComparison(this.#store, request, request.isLikelyEqual);
      return { id, ranges: begin, entries: new EntryBatch(this.#store, 0).encode() };
    }
    this.#reply ??= new Reply(this.#store, ranges, {
      messageBytesMax: request.rangesBytesMax,
      entriesBytesMax: request.entriesBytesMax,
      ...(request.youngMs === 0 ? {} : { isUnderWay: this.#isUnderWay(request) }),
      seen: this.#theirs && { own: this.#versions.seen.vector, theirs: this.#theirs.vector },
    });
    const isDone = this.#reply.work(rangesPerTurn);
    const dropped = this.#reply.takeDropped();
    if (dropped.length > 0) this.#onDropped(dropped);
    if (!isDone) return undefined;
    const { entries, ...result } = this.#reply.result;
    // Both hold the same, and have not seen the same: they go on to tell each other what they have seen.
    const message = result.message ??
      (this.#isToTell(request) ? beginComparison(this.#store, request, true) : undefined);
    return {
      id,
      ...(message === undefined ? {} : { ranges: message }),
      entries: entries.encode(),
    };
  }

  /** Whether the other replica has to be told what this one has seen, and has not seen the same. */
  #isToTell({ theirs, theirSum }: CompareRequest): boolean {
    if (theirs !== undefined || theirSum === undefined) return false;
    const ownSum = seenSum(readSeen(this.#seen!));
    return theirSum.some((byte, i) => byte !== ownSum[i]);
  }

  #isUnderWay({ youngMs, youngOf }: CompareRequest): (n: number) => boolean {
    const store = this.#store;
    const nowMs = this.#context.now();
    const isSent = originTest(youngOf === undefined ? { except: [] } : { only: youngOf });
    return (n) => {
      if (store.isMarked(n, syncMarks.dirty)) return this.#leftOut = true;
      const timestamp = store.timestampOf(n);
      const isYoung = Math.abs(nowMs - timestamp) < youngMs && timestamp > this.#queuedAfterMs &&
        isSent(store.uidOf(n));
      this.#leftOut ||= isYoung;
      return isYoung;
    };
  }
}
