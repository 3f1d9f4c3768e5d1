import type { ActorContext } from "../../actor/mod.ts";
import { EntryBatch } from "../entry/entry_batch.ts";
import { messageTypes } from "../messages/message_types.ts";
import type { Compared, CompareRequest } from "../messages/replica_messages.ts";
import { originTest } from "../messages/origin_filter.ts";
import { beginComparison, Reply } from "../reconcile/mod.ts";
import { type Store, syncMarks } from "../store/mod.ts";
import { OwnTurns } from "./own_turns.ts";

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
  #turns: OwnTurns;
  #request: CompareRequest | undefined;
  /** What answers the request, once the sums that it needs are made. */
  #reply: Reply | undefined;
  #compared: Compared | undefined;
  /** The time that the request took so far. */
  #tookMs = 0;
  #leftOut = false;
  /** What was put up to this time was queued for nobody, because there was nobody. */
  #queuedAfterMs = -Infinity;

  constructor(context: ActorContext, store: Store) {
    this.#context = context;
    this.#store = store;
    this.#turns = new OwnTurns(context, messageTypes.compareTurn);
  }

  /** Only what is put after `ms`, milliseconds since the epoch, is on its way to others by itself. */
  queuedAfter(ms: number): void {
    this.#queuedAfterMs = ms;
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
      this.#compared = { ...compared, tookMs: this.#tookMs, leftOut: this.#leftOut };
      this.#request = this.#reply = undefined;
    } else this.#turns.request();
  }

  /** @returns the answer, but for what it took and left out; `undefined` while there is more to be done. */
  #answer(request: CompareRequest): Omit<Compared, "tookMs" | "leftOut"> | undefined {
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
      isUnderWay: this.#isUnderWay(request),
    });
    if (!this.#reply.work(rangesPerTurn)) return undefined;
    const { message, entries } = this.#reply.result;
    return {
      id,
      ...(message === undefined ? {} : { ranges: message }),
      entries: entries.encode(),
    };
  }

  #isUnderWay({ youngMs, youngOf }: CompareRequest): (n: number) => boolean {
    const store = this.#store;
    const nowMs = this.#context.now();
    const isSent = originTest(youngOf === undefined ? { except: [] } : { only: youngOf });
    return (n) => {
      if (store.isMarked(n, syncMarks.dirty)) return true;
      const timestamp = store.timestampOf(n);
      const isYoung = Math.abs(nowMs - timestamp) < youngMs && timestamp > this.#queuedAfterMs &&
        isSent(store.uidOf(n));
      this.#leftOut ||= isYoung;
      return isYoung;
    };
  }
}
