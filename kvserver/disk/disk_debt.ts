import type { ActorContext, ActorRef } from "../../actor/mod.ts";
import { diskMessageBytesMax, diskPaceMs } from "../../limits.ts";
import { beginResponse, type MsgpackWriter, RpcError, writeErrorResponse } from "../../rpc/mod.ts";
import { Pace } from "../pace.ts";
import { beginLate, endLate } from "../query_message.ts";
import type { Store } from "../store/mod.ts";
import { diskMarks, WrittenEntries } from "../written_entries.ts";
import { HeldPuts, type ReleasedPuts } from "./held_puts.ts";
import {
  type Durability,
  type FailingMessage,
  type FlushMessage,
  type OnDiskMessage,
  writeTook,
} from "./journal_messages.ts";

/**
 * What a query actor owes the disk: the entries that it took and that are not there yet, and with
 * strict durability the answers to their Puts.
 *
 * One message is under way to the disk at a time; all that is put meanwhile goes with the next (a
 * group commit), each key once. So what waits is bounded by the replica itself, however slow the disk
 * is or however long it refuses.
 */
export class DiskDebt {
  #context: ActorContext;
  #journal: ActorRef;
  #isStrict: boolean;
  #written: WrittenEntries;
  #pace: Pace;
  /** How many messages the journal was told, and how many of them are on disk. */
  #told = 0;
  #onDisk = 0;
  /** When they were told, and on disk. */
  #toldMs = 0;
  #onDiskMs = 0;
  /** How many answers were owed then: soon there may be as many again. */
  #expected = 0;
  /** Whether the last message could not hold all that was owed. */
  #isBehind = false;
  #held = new HeldPuts();
  /** Why the disk refuses to be written. */
  #failing: string | undefined;
  /** Who is told when nothing is owed. */
  #drains: ActorRef[] = [];

  constructor(context: ActorContext, journal: ActorRef, durability: Durability, store: Store) {
    this.#context = context;
    this.#journal = journal;
    this.#isStrict = durability === "strict";
    this.#written = new WrittenEntries(store, diskMarks);
    this.#pace = new Pace(context, "disk", diskPaceMs);
  }

  /** @throws {RpcError} when no Put can be taken now, because the disk would refuse it. */
  expectWritable(): void {
    if (this.#failing !== undefined) throw unavailable(this.#failing);
  }

  /** Owes an entry. */
  add(n: number): void {
    this.#written.add(n);
  }

  /**
   * Owes an entry, and with strict durability the answer to its Put.
   *
   * @returns whether it is answered later.
   */
  addPut(n: number, inbox: number, msgid: number): boolean {
    this.#written.add(n);
    if (this.#isStrict) this.#held.hold(inbox, msgid);
    return this.#isStrict;
  }

  /** Tells the journal what is owed, if it is time to. */
  send(): void {
    if (this.#told > this.#onDisk || this.#written.size === 0) return;
    if (this.#drains.length === 0 && !(this.#isStrict ? this.#isGathered() : this.#isDue())) return;
    // Strictly, all that was taken goes at once: an answer waits for it.
    do this.#tell(); while (this.#isStrict && this.#written.size > 0);
    this.#held.sentWith(this.#told);
    this.#toldMs = this.#context.monotonicMs();
    this.#isBehind = this.#written.size > 0;
    this.#pace.sent();
  }

  /** Each key once per pace, unless there is more than a message holds. */
  #isDue(): boolean {
    return this.#isBehind || this.#pace.isDue();
  }

  /**
   * Whether to write what is owed now, rather than together with what comes soon. The answers that
   * have just gone bring the next Puts: if the disk is slow, waiting for them pays, since otherwise two
   * halves of the clients would take turns with it. (As PostgreSQL's `commit_delay`, whose best value
   * is half the time of a write too.)
   */
  #isGathered(): boolean {
    const waitMs = Math.max(1, (this.#onDiskMs - this.#toldMs) / 2);
    const enough = this.#expected * (waitMs <= 1 ? 1 / 2 : 15 / 16);
    if (this.#expected < gatheredMin || this.#held.size >= enough) return true;
    const restMs = this.#onDiskMs + waitMs - this.#context.monotonicMs();
    if (restMs <= 0) return true;
    this.#pace.tickWithin(restMs);
    return false;
  }

  /** Takes a message of the journal. */
  receive(message: OnDiskMessage | FailingMessage | FlushMessage): void {
    if (message.type === "onDisk") {
      this.#onDisk = message.message;
      this.#onDiskMs = this.#context.monotonicMs();
      this.#expected = this.#held.size;
      const released = this.#held.release(message.message);
      // The disk goes on while the answers are written.
      this.send();
      this.#answer(released, writeDone);
    } else if (message.type === "failing") {
      this.#failing = message.reason;
      if (this.#failing !== undefined) {
        const { code, message } = unavailable(this.#failing);
        this.#answer(
          this.#held.releaseAll(),
          (writer, msgid) => writeErrorResponse(writer, msgid, code, message),
        );
      }
    } else this.#drains.push(message.replyTo);
    this.send();
    this.#answerDrains();
  }

  /** To be called with each tick of its pace. */
  ticked(): void {
    this.#pace.ticked();
  }

  #tell(): void {
    const entries = this.#written.take(diskMessageBytesMax);
    const writer = this.#context.beginMessage();
    writeTook(writer, this.#context.self.counter, ++this.#told, entries);
    this.#context.tellWritten(this.#journal);
  }

  #answer(
    puts: readonly ReleasedPuts[],
    write: (writer: MsgpackWriter, msgid: number) => void,
  ): void {
    const { address, incarnation } = this.#context.self;
    for (const { inbox, msgids } of puts) {
      const writer = this.#context.beginMessage();
      const place = beginLate(writer);
      for (const msgid of msgids) write(writer, msgid);
      endLate(writer, place, msgids.length);
      this.#context.tellWritten({ address, incarnation, counter: inbox });
    }
  }

  #answerDrains(): void {
    if (this.#written.size > 0 || this.#told > this.#onDisk) return;
    for (const replyTo of this.#drains.splice(0)) this.#context.tell(replyTo, true);
  }
}

/** For fewer Puts nothing waits. */
const gatheredMin = 8;

/** If it pays to wait for so long, halves take turns. Faster, they keep clients and disk busy both. */
const slowMs = 0.5;

/** The result of a Put. */
function writeDone(writer: MsgpackWriter, msgid: number): void {
  const frame = beginResponse(writer, msgid);
  writer.nil();
  writer.endFrame(frame);
}

function unavailable(reason: string): RpcError {
  return new RpcError(
    "unavailable",
    `Cannot Put: the server's disk refuses to be written (${reason}); allowed are reads, until it ` +
      `does not`,
  );
}
