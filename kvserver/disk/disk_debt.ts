import type { ActorContext, ActorRef } from "../../actor/mod.ts";
import { diskMessageBytesMax, diskPaceMs } from "../../limits.ts";
import {
  type MsgpackWriter,
  RpcError,
  writeErrorResponse,
  writeNilResponse,
} from "../../rpc/mod.ts";
import { SendPacer } from "../send_pacer.ts";
import { beginLate, endLate } from "../query_message.ts";
import type { Store } from "../store/mod.ts";
import { diskMarks, WrittenEntries } from "../written_entries.ts";
import { HeldPuts, type PutRequests } from "./held_puts.ts";
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
  #pace: SendPacer;
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
  /** Whether a tick comes when it is time to send: looking at the clock for each query costs. */
  #isWaiting = false;
  /** Whether it has come. */
  #hasWaited = false;
  #held = new HeldPuts();
  #refusal: RpcError | undefined;
  /** Who is told when nothing is owed. */
  #drains: ActorRef[] = [];

  constructor(context: ActorContext, journal: ActorRef, durability: Durability, store: Store) {
    this.#context = context;
    this.#journal = journal;
    this.#isStrict = durability === "strict";
    this.#written = new WrittenEntries(store, diskMarks);
    this.#pace = new SendPacer(context, "disk", diskPaceMs);
  }

  /** What Puts are to be refused with, while the disk refuses them. */
  get refusal(): RpcError | undefined {
    return this.#refusal;
  }

  /** Owes an entry. */
  add(n: number): void {
    this.#written.add(n);
  }

  /** Owes the answers to Puts whose entries are owed: with strict durability. */
  hold(requests: PutRequests): void {
    this.#held.hold(requests);
  }

  /** Tells the journal what is owed, if it is time to. */
  send(): void {
    if (this.#told > this.#onDisk || this.#written.size === 0) return;
    this.#isWaiting = this.#drains.length === 0 && !this.#hasWaited &&
      !(this.#isStrict ? this.#isGathered() : this.#isDue());
    if (this.#isWaiting) return;
    this.#hasWaited = false;
    // Strictly, all that was taken goes at once: an answer waits for it.
    do this.#tell(); while (this.#isStrict && this.#written.size > 0);
    this.#held.sentWith(this.#told);
    this.#toldMs = this.#context.monotonicMs();
    this.#isBehind = this.#written.size > 0;
    this.#pace.sent();
  }

  /** Each key once per pace, unless there is more than a message holds. */
  #isDue(): boolean {
    return this.#isBehind || (!this.#isWaiting && this.#pace.isDue());
  }

  /**
   * Whether to write what is owed now, rather than together with what comes soon: the answers that
   * have just gone bring the next Puts. (As PostgreSQL's `commit_delay`, whose best value is half the
   * time of a write too.) To a fast disk two halves of the clients go in turn, which keeps it and this
   * actor busy both; to a slow one all go together, since turns would take twice as long.
   */
  #isGathered(): boolean {
    const tookMs = this.#onDiskMs - this.#toldMs;
    const enough = this.#expected * (tookMs < slowMs ? 1 / 2 : 15 / 16);
    if (this.#expected < gatheredMin || this.#held.size >= enough) return true;
    if (this.#isWaiting) return false;
    const restMs = this.#onDiskMs + Math.max(1, tookMs / 2) - this.#context.monotonicMs();
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
      this.#answer(released, writeNilResponse);
    } else if (message.type === "failing") {
      this.#refuse(message.reason);
    } else this.#drains.push(message.replyTo);
    this.send();
    this.#answerDrains();
  }

  /** Puts that are under way fail too: it may be long until they are on disk. */
  #refuse(reason: string | undefined): void {
    this.#refusal = reason === undefined ? undefined : unavailable(reason);
    if (this.#refusal === undefined) return;
    const { code, message } = this.#refusal;
    this.#answer(
      this.#held.releaseAll(),
      (writer, msgid) => writeErrorResponse(writer, msgid, code, message),
    );
  }

  /** To be called with each tick of its pace. */
  ticked(): void {
    this.#pace.ticked();
    this.#hasWaited = this.#isWaiting;
  }

  #tell(): void {
    const entries = this.#written.take(diskMessageBytesMax);
    const writer = this.#context.beginMessage();
    writeTook(writer, this.#context.self.counter, ++this.#told, entries);
    this.#context.tellWritten(this.#journal);
  }

  #answer(
    puts: readonly PutRequests[],
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

/** A disk is slow when a write takes longer than the clients to be answered and to put again. */
const slowMs = 1;

function unavailable(reason: string): RpcError {
  return new RpcError(
    "unavailable",
    `Cannot Put: the server's disk refuses to be written (${reason}); allowed are reads, until it ` +
      `does not`,
  );
}
