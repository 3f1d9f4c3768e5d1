import type { ActorContext } from "../../actor/mod.ts";
import { EntryReader } from "../entry/entry_reader.ts";
import { messageTypes } from "../messages/message_types.ts";
import type { MergeMessage } from "../messages/replica_messages.ts";
import type { Merger } from "./merger.ts";
import { OwnTurns } from "./own_turns.ts";

/** Tells a query actor to go on merging. */
export interface MergeTurnMessage {
  type: typeof messageTypes.mergeTurn;
}

/** A message of which entries are still to be merged. */
interface Progress {
  readonly message: MergeMessage;
  /** Of several batches in a row the one that is being merged, at the last entry that was merged. */
  received: EntryReader;
  /** Where that batch begins. */
  start: number;
  /** Whether merging has begun. */
  hasBegun: boolean;
}

/** What a query actor does with a message besides. */
export interface OnMerging {
  /** Called before the first of its entries is merged. */
  onBegun(message: MergeMessage): void;
  /** Called when the last of its entries is merged. */
  onMerged(message: MergeMessage): void;
}

/** Of what waits, so much is merged in one turn at the least: however many queries come, it gets done. */
const turnShare = 1 / 16;

/** Merging goes on for so long a part of the time for which it has waited for its turn. */
const waitShare = 1 / 2;

/**
 * Merges what the sync actor brings, in the order in which it came and in turns, so that the queries of the
 * actor go on between them: a message may hold some ten thousand entries.
 *
 * A turn comes behind what clients have asked for by then, which may take much longer than to merge a few
 * bytes. So the longer a turn was waited for, the longer it is: a flood of requests that cost their senders
 * little leaves a third of the time to what other servers and query actors accepted.
 */
export class MergeTurns {
  #context: ActorContext;
  #merger: Merger;
  #on: OnMerging;
  #waiting: Progress[] = [];
  #turns: OwnTurns;
  /** When the turn that is under way was requested. */
  #requestedMs = 0;

  constructor(context: ActorContext, merger: Merger, on: OnMerging) {
    this.#context = context;
    this.#merger = merger;
    this.#on = on;
    this.#turns = new OwnTurns(context, messageTypes.mergeTurn);
  }

  /** Adds a message. */
  add(message: MergeMessage): void {
    this.#waiting.push({
      message,
      received: new EntryReader(message.entries),
      start: 0,
      hasBegun: false,
    });
    if (!this.#turns.isDue) this.#turn(0);
  }

  /** Merges what fits in a turn. */
  turn(): void {
    this.#turns.begin();
    const waitedMs = this.#context.monotonicMs() - this.#requestedMs;
    this.#turn(Math.min(waitedMs * waitShare, this.#context.limits.mergeTurnMsMax));
  }

  /** @param durationMs for how long it goes on, if there is so much to merge */
  #turn(durationMs: number): void {
    const { mergeTurnBytes } = this.#context.limits;
    const endMs = durationMs > 0 ? this.#context.monotonicMs() + durationMs : -Infinity;
    try {
      this.#merge(Math.max(mergeTurnBytes, this.#waitingBytes * turnShare));
      while (this.#waiting.length > 0 && this.#context.monotonicMs() < endMs) {
        this.#merge(mergeTurnBytes);
      }
    } finally {
      if (this.#waiting.length > 0) {
        this.#requestedMs = this.#context.monotonicMs();
        this.#turns.request();
      }
    }
  }

  get #waitingBytes(): number {
    return this.#waiting.reduce(
      (sum, { message, start, received }) => sum + message.entries.length - start - received.end,
      0,
    );
  }

  #merge(bytesMax: number): void {
    let bytes = bytesMax;
    while (this.#waiting.length > 0 && bytes > 0) {
      const [progress] = this.#waiting;
      const { message, received } = progress;
      const { end } = received;
      if (!progress.hasBegun) this.#on.onBegun(message);
      progress.hasBegun = true;
      let isDone = true;
      try {
        isDone = this.#merger.merge(received, message, bytes) && !goOn(progress);
      } finally {
        // What cannot be merged keeps nothing else waiting.
        if (isDone) this.#on.onMerged(this.#waiting.shift()!.message);
      }
      bytes -= received.end - end;
    }
  }
}

/** Goes on to the next batch of a message. @returns whether there is one. */
function goOn(progress: Progress): boolean {
  const { message: { entries }, received, start } = progress;
  const next = start + received.behind;
  if (next >= entries.length) return false;
  progress.received = new EntryReader(entries.subarray(next));
  progress.start = next;
  return true;
}
