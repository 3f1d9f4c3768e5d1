import { type ActorContext, type ActorRef, type LinkState, uid } from "../actor/mod.ts";
import { ackTimeoutMs, pendingBytesMax, unackedMessagesMax } from "../limits.ts";
import { Pace } from "./pace.ts";
import { PendingEntries } from "./pending_entries.ts";
import type { Entry } from "./store.ts";

/** What a message to a peer carried, kept until the peer has acknowledged it. */
export interface Batch {
  entries: readonly Entry[];
  peers: readonly ActorRef[];
  wantsState: boolean;
  stateDone: boolean;
}

interface SentBatch extends Batch {
  number: number;
  epoch: number;
  sentMs: number;
}

/** State that a peer is owed, and that is still to be read from a replica. */
export interface Debt {
  /** Incarnations whose entries are owed; all when absent. */
  origins?: ReadonlySet<string>;
  /** Behind which key reading goes on; from the start when absent. */
  after?: string;
}

/** Room for what stands beside the entries in a message, and around it on a link. */
const messageSlackBytes = 64 * 1024;

/**
 * What a sync actor knows of the sync actor of another server: what it owes it, what it sent and
 * is not acknowledged, and what it received from it.
 *
 * Invariant: whatever the peer is owed is in `pending`, in the `debt`, or in an unacknowledged batch;
 * it leaves the last only when it is acknowledged, and goes back to the first when it may be lost.
 */
export class Peer {
  readonly ref: ActorRef;
  readonly uid: string;
  readonly pace: Pace;
  readonly pending = new PendingEntries();
  /** Others that it is to be told of, by uid. */
  readonly introductions = new Map<string, ActorRef>();
  debt: Debt | undefined;
  /** Whether it is to be asked for the whole state. */
  wantsState = false;
  /** Whether it receives the whole state, so that entries of others go to it as well. */
  takesState = false;
  /** When the connection was last seen up, or the peer first known. */
  lastUpMs: number;
  /** Whether it could not be reached for so long that others made up for it. */
  isLost = false;
  #context: ActorContext;
  /** Entries that are still to leave before the state is complete; absent when that is told, or not asked. */
  #untilStateDone: number | undefined;
  #unacked: SentBatch[] = [];
  #lastSent = 0;
  #roundTripMs = 0;
  #lastReceived = 0;
  #ackDue = false;
  /** Whether it has yet to hear of us. */
  #isNew = true;

  constructor(context: ActorContext, ref: ActorRef) {
    this.#context = context;
    this.ref = ref;
    this.uid = uid(ref);
    this.pace = new Pace(context, this.uid);
    this.lastUpMs = context.monotonicMs();
  }

  /** Whether there is anything to send, or to wait for an acknowledgement of. */
  get isIdle(): boolean {
    return !this.#hasNews && this.#unacked.length === 0 && this.debt === undefined;
  }

  get #hasNews(): boolean {
    return this.#isNew || this.#ackDue || this.pending.size > 0 || this.introductions.size > 0 ||
      this.wantsState || this.#untilStateDone !== undefined;
  }

  /** Owes an entry; too many of them become a debt. */
  owe(entry: Entry): void {
    this.pending.add(entry);
    if (this.pending.bytes <= pendingBytesMax) return;
    this.pending.clear();
    this.oweState(undefined);
  }

  /** Owes the entries of these origins, or all: reading begins anew. */
  oweState(origins: readonly string[] | undefined): void {
    const old = this.debt?.origins;
    const all = origins === undefined || (this.debt !== undefined && old === undefined);
    this.debt = { origins: all ? undefined : new Set([...old ?? [], ...origins!]) };
  }

  /**
   * Takes a part of the owed state; `after` is absent with the last.
   *
   * @param debt for which it was read; if it is another one by now, reading has begun anew
   */
  addPart(entries: readonly Entry[], after: string | undefined, debt: Debt): void {
    for (const entry of entries) this.owe(entry);
    if (this.debt !== debt) return;
    if (after !== undefined) this.debt = { ...this.debt, after };
    else {
      this.debt = undefined;
      if (this.takesState) this.#untilStateDone = this.pending.size;
      this.takesState = false;
    }
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
    if (!this.#hasNews || this.#unacked.length >= unackedMessagesMax) return undefined;
    if (roomBytes < this.pending.messageBytes + messageSlackBytes) return undefined;
    const entries = this.pending.take();
    let stateDone = false;
    if (this.#untilStateDone !== undefined) {
      this.#untilStateDone -= entries.length;
      // Some need not leave any more, because the peer has sent a later one itself.
      stateDone = this.#untilStateDone <= 0 || this.pending.size === 0;
      if (stateDone) this.#untilStateDone = undefined;
    }
    const batch: Batch = {
      entries,
      peers: [...this.introductions.values()],
      wantsState: this.wantsState,
      stateDone,
    };
    const wantsAck = this.#isNew || entries.length > 0 || batch.peers.length > 0 ||
      batch.wantsState || stateDone;
    this.introductions.clear();
    this.wantsState = this.#isNew = this.#ackDue = false;
    if (wantsAck) {
      const sentMs = this.#context.monotonicMs();
      this.#unacked.push({ ...batch, number: ++this.#lastSent, epoch, sentMs });
    }
    return { batch, number: wantsAck ? this.#lastSent : 0, ack: this.#lastReceived };
  }

  /** Takes an acknowledgement of everything up to `number`. */
  acknowledged(number: number): void {
    const nowMs = this.#context.monotonicMs();
    for (const batch of this.#unacked) {
      if (batch.number === number) this.#roundTripMs = nowMs - batch.sentMs;
    }
    this.#unacked = this.#unacked.filter((batch) => batch.number > number);
  }

  /** Notes a message from the peer; one that counts is to be acknowledged. */
  received(number: number): void {
    if (number === 0) return;
    this.#lastReceived = Math.max(this.#lastReceived, number);
    this.#ackDue = true;
  }

  /**
   * Whether an acknowledgement is overdue of what was sent in this epoch of the link: the connection
   * may be dead without knowing it. (What was sent before is sent again anyway; ending the new
   * connection for it would keep it from ever arriving.)
   */
  isOverdue(epoch: number): boolean {
    const oldest = this.#unacked.find((batch) => batch.epoch === epoch);
    const patienceMs = Math.max(ackTimeoutMs, 4 * this.#roundTripMs);
    return oldest !== undefined && this.#context.monotonicMs() - oldest.sentMs > patienceMs;
  }

  #requeueLost(epoch: number): void {
    if (this.#unacked.every((batch) => batch.epoch === epoch)) return;
    for (const batch of this.#unacked.filter((batch) => batch.epoch !== epoch)) {
      for (const entry of batch.entries) this.owe(entry);
      for (const ref of batch.peers) this.introductions.set(uid(ref), ref);
      if (batch.wantsState) this.wantsState = true;
      if (batch.stateDone) this.#untilStateDone = 0;
    }
    if (this.#untilStateDone !== undefined) this.#untilStateDone = this.pending.size;
    this.#unacked = this.#unacked.filter((batch) => batch.epoch === epoch);
    this.#isNew ||= this.#lastReceived === 0;
  }
}
