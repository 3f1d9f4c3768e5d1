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

/**
 * Merges what the sync actor brings, in the order in which it came and in turns, so that the queries of the
 * actor go on between them: a message may hold some ten thousand entries.
 */
export class MergeTurns {
  #context: ActorContext;
  #merger: Merger;
  #on: OnMerging;
  #waiting: Progress[] = [];
  #turns: OwnTurns;

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
    if (!this.#turns.isDue) this.turn();
  }

  /** Merges what fits in a turn. */
  turn(): void {
    this.#turns.begin();
    try {
      this.#merge();
    } finally {
      if (this.#waiting.length > 0) this.#turns.request();
    }
  }

  #merge(): void {
    const waitingBytes = this.#waiting.reduce(
      (sum, { message, start, received }) => sum + message.entries.length - start - received.end,
      0,
    );
    let bytes = Math.max(this.#context.limits.mergeTurnBytes, waitingBytes * turnShare);
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
