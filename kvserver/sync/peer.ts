import { type ActorContext, type ActorRef, type LinkState, uid } from "../../actor/mod.ts";
import { pendingBytesMax, unackedMessagesMax } from "../../limits.ts";
import type { EntryReader } from "../entry_reader.ts";
import { Pace } from "../pace.ts";
import { bothDebts, type Debt } from "./debt.ts";
import type { EntryPool } from "./entry_pool.ts";
import type { PassedMessage } from "./passed_message.ts";
import { PendingEntries } from "./pending_entries.ts";
import { type Batch, UnackedBatches } from "./unacked_batches.ts";

/** State that is still to be read from a replica. */
export interface OpenDebt {
  readonly debt: Debt;
  /** Behind which key reading goes on; from the start when absent. */
  readonly after?: Uint8Array;
}

/** Room for what stands beside the entries in a message, and around it on a link. */
const messageSlackBytes = 64 * 1024;

/**
 * What a sync actor knows of the sync actor of another server: what it owes it, what it sent and
 * is not acknowledged, and what it received from it.
 *
 * Invariant: whatever the peer is owed is in `pending`, in the open debt, or in an unacknowledged
 * batch, or `overflowed` says that all of it is to become a debt. It leaves a batch only when that is
 * acknowledged, and goes back to `pending` when that may be lost.
 */
export class Peer {
  readonly ref: ActorRef;
  readonly uid: string;
  readonly pace: Pace;
  readonly pending: PendingEntries;
  /** Others that it is to be told of, by uid. */
  readonly introductions = new Map<string, ActorRef>();
  /** State that is to be read for it. */
  open: OpenDebt | undefined;
  /** Whether more waited for it than may: it was dropped, and the whole state is owed instead. */
  overflowed = false;
  /** The question for the whole state that it is to be asked; 0 when it is not. */
  wantsState = 0;
  /**
   * The question by which it takes over the whole state, so that entries of others go to it as well;
   * 0 when it does not.
   */
  takesState = 0;
  /** Since when the connection is down; absent while it is up. */
  downSinceMs: number | undefined;
  /** When it was last heard, or first known. */
  lastHeardMs: number;
  /** Whether it could not be reached for so long that others made up for it. */
  isLost = false;
  /** Whether it is a peer no more. */
  isForgotten = false;
  #context: ActorContext;
  #pool: EntryPool;
  /**
   * Entries that are still to leave before the state is complete; absent when it is not, or the
   * peer was told. Entries of `pending` keep their places, so counting them is enough.
   */
  #untilStateDone: number | undefined;
  /** The question that is answered then. */
  #question = 0;
  #unacked = new UnackedBatches();
  #lastReceived = 0;
  #ackDue = false;
  /** Whether it has yet to hear of us. */
  #isNew = true;

  /** @param pool where the entries are */
  constructor(context: ActorContext, ref: ActorRef, pool: EntryPool) {
    this.#context = context;
    this.#pool = pool;
    this.pending = new PendingEntries(pool);
    this.ref = ref;
    this.uid = uid(ref);
    this.pace = new Pace(context, this.uid);
    this.downSinceMs = this.lastHeardMs = context.monotonicMs();
  }

  /** Whether there is nothing to send, and no acknowledgement to wait for. */
  get isIdle(): boolean {
    return !this.#hasNews && this.#unacked.size === 0 && this.open === undefined &&
      !this.overflowed && this.takesState === 0;
  }

  get #hasNews(): boolean {
    return this.#isNew || this.#ackDue || this.pending.size > 0 || this.introductions.size > 0 ||
      this.wantsState > 0 || this.#untilStateDone !== undefined;
  }

  /** Owes an entry. */
  owe(n: number): void {
    if (this.overflowed) return;
    this.pending.add(n);
    this.#checkOverflow();
  }

  /** Owes the entries of a message. */
  oweMessage(message: PassedMessage): void {
    if (this.overflowed) return;
    this.pending.addMessage(message);
    this.#checkOverflow();
  }

  #checkOverflow(): void {
    if (this.pending.bytes <= pendingBytesMax) return;
    this.pending.clear();
    this.overflowed = true;
  }

  /** Owes state too: reading begins anew. */
  oweState(debt: Debt): void {
    this.open = { debt: this.open === undefined ? debt : bothDebts(this.open.debt, debt) };
    if (this.#untilStateDone !== undefined) this.takesState ||= this.#question;
    this.#untilStateDone = undefined;
  }

  /**
   * Takes a part of the owed state; `after` is absent with the last.
   *
   * @param open for which it was read; if it is another one by now, reading has begun anew
   */
  addPart(entries: EntryReader, after: Uint8Array | undefined, open: OpenDebt): void {
    while (entries.next()) {
      const n = this.#pool.add(entries);
      this.owe(n);
      this.#pool.release(n);
    }
    if (this.open !== open) return;
    this.open = after === undefined ? undefined : { ...open, after };
  }

  /** Whether it takes over the whole state, and that is read. */
  get isStateRead(): boolean {
    return this.takesState > 0 && this.open === undefined && !this.overflowed;
  }

  /** Says that the state it takes over is complete with what is pending now. */
  completeState(): void {
    this.#question = this.takesState;
    this.takesState = 0;
    this.#untilStateDone = this.pending.size;
  }

  /**
   * What is to be sent now, or `undefined` when that is nothing. A message for which the link has no
   * room is not made: the acknowledgement of a later one would stand for it.
   *
   * @param epoch of the link: what was sent in an earlier one and is not acknowledged is owed again
   * @param roomBytes of the link
   */
  next(
    { epoch, roomBytes }: Pick<LinkState, "epoch" | "roomBytes">,
  ): { batch: Batch; number: number; ack: number } | undefined {
    this.#requeueLost(epoch);
    if (!this.#hasNews || this.#unacked.size >= unackedMessagesMax) return undefined;
    const bytes = this.pending.messageBytes;
    if (roomBytes < bytes + messageSlackBytes) return undefined;
    const entries = this.pending.take();
    const batch: Batch = {
      entries,
      peers: [...this.introductions.values()],
      wantsState: this.wantsState,
      stateDone: this.#isStateDoneWith(entries.size) ? this.#question : 0,
    };
    const wantsAck = this.#isNew || entries.size > 0 || batch.peers.length > 0 ||
      batch.wantsState > 0 || batch.stateDone > 0;
    this.introductions.clear();
    this.wantsState = 0;
    this.#isNew = this.#ackDue = false;
    const nowMs = this.#context.monotonicMs();
    const number = wantsAck ? this.#unacked.add(batch, epoch, bytes, nowMs) : 0;
    return { batch, number, ack: this.#lastReceived };
  }

  /** Whether with so many more entries the peer has all of the state. */
  #isStateDoneWith(entryCount: number): boolean {
    if (this.#untilStateDone === undefined) return false;
    this.#untilStateDone -= entryCount;
    // Some need not leave any more, because the peer has sent a later one itself.
    if (this.#untilStateDone > 0 && this.pending.size > 0) return false;
    this.#untilStateDone = undefined;
    return true;
  }

  /** Takes an acknowledgement of everything up to `number`. */
  acknowledged(number: number): void {
    this.#unacked.acknowledged(number);
  }

  /** Owes it nothing any more: it is gone. */
  forget(): void {
    this.isForgotten = true;
    this.#unacked.clear();
    this.pending.clear();
  }

  /** Notes a message from the peer; one that counts is to be acknowledged. */
  received(number: number): void {
    this.lastHeardMs = this.#context.monotonicMs();
    if (number === 0) return;
    this.#lastReceived = Math.max(this.#lastReceived, number);
    this.#ackDue = true;
  }

  /** Whether an acknowledgement is overdue of what was sent in this epoch of the link. */
  isOverdue(epoch: number): boolean {
    return this.#unacked.isOverdue(epoch, this.#context.monotonicMs());
  }

  #requeueLost(epoch: number): void {
    const lost = this.#unacked.takeLost(epoch);
    if (lost.length === 0) return;
    for (const batch of lost) {
      for (const n of batch.entries.numbers) this.owe(n);
      batch.entries.release();
      for (const ref of batch.peers) this.introductions.set(uid(ref), ref);
      this.wantsState = Math.max(this.wantsState, batch.wantsState);
    }
    this.#isNew ||= this.#lastReceived === 0;
    const wasDone = this.#untilStateDone !== undefined ||
      lost.some(({ stateDone }) => stateDone > 0 && stateDone === this.#question);
    if (wasDone && this.open === undefined) this.#untilStateDone = this.pending.size;
  }
}
