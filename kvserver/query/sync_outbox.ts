import type { ActorContext, ActorRef } from "../../actor/mod.ts";
import { Charge, RpcError } from "../../rpc/mod.ts";
import { EntryBatch } from "../entry/entry_batch.ts";
import type { MergeMessage, WrittenMessage } from "../messages/replica_messages.ts";
import { SendPacer } from "../messages/send_pacer.ts";
import { Ticks } from "../messages/ticks.ts";
import { WaitingSince } from "../messages/waiting_since.ts";
import { DirtySet, type Store } from "../store/mod.ts";
import { claimBytes } from "../versions/version_bytes.ts";
import type { Comparing } from "./comparing.ts";
import { PartReading } from "./part_reading.ts";
import type { ReplicaVersions } from "./replica_versions.ts";
import type { SyncQuestions } from "./sync_questions.ts";

/** Options of a `SyncOutbox`. */
export interface SyncOutboxOptions {
  /** The sync actor of the query actor's server. */
  syncActor: ActorRef;
  /** Whether this is the only query actor in the cluster, until the sync actor says otherwise. */
  isAlone: boolean;
  /** How many query actors the server has. Default 1. */
  replicaCount?: number;
}

/**
 * What a query actor sends to the sync actor of its server: the entries that it accepted, the parts of
 * its replica that were requested, and what its clients ask. One message per pace holds all of it.
 */
export class SyncOutbox {
  #context: ActorContext;
  #store: Store;
  #syncActor: ActorRef;
  /** What its clients ask of the sync actor. */
  #questions: SyncQuestions;
  /** What the replica has in common with others, as the sync actor asks. */
  #comparing: Comparing;
  /** What the replica has seen. */
  #versions: ReplicaVersions;
  /** Entries that siblings are not to hold, as `removalsOf` writes them. */
  #dropped: Uint8Array[] = [];
  /** How many tombstones are kept for the sake of which server, if that has changed. */
  #held: Readonly<Record<string, number>> | undefined;
  /** Accepted entries that the sync actor has not been sent. */
  #dirty: DirtySet;
  /** Since when they wait. */
  #waiting = new WaitingSince();
  /** Whether the sync actor wants none of them for now. */
  #holdsBack = false;
  /** Whether some of them wait for longer than they may, because the sync actor wants none. */
  #isBehind = false;
  /** Why the sync actor has Puts refused. */
  #refusal: RpcError | undefined;
  /** Number of the last message of the sync actor that is merged, and of the last that it was told of. */
  #merged = 0;
  #mergedTold = 0;
  /** Bytes of the messages between these two. */
  #mergedBytes = 0;
  #ticks: Ticks;
  #pacer: SendPacer;
  /** Whether a tick comes when a report is due, because reading the clock for each query costs time. */
  #isReportAwaited = false;
  /** The part of the replica to send. */
  #reading: PartReading;
  /** Whether the sync actor waits for `isDrained`. */
  #isDraining = false;
  #hasAccepted = false;
  /**
   * True while this is the only query actor in the cluster: Puts are not queued for sync. A joiner makes
   * the sync actor clear it before state is read, so nothing is missed.
   */
  #isAlone: boolean;
  /** The other query actors of the server. */
  #siblings: number;
  /** What the entries will take there: room that is promised, because no sibling can refuse them. */
  #promised: Charge;
  /** Bytes of the entries that were added since that was charged: once for all Puts of a query. */
  #addedBytes = 0;

  constructor(
    context: ActorContext,
    store: Store,
    questions: SyncQuestions,
    comparing: Comparing,
    versions: ReplicaVersions,
    { syncActor, isAlone, replicaCount = 1 }: SyncOutboxOptions,
  ) {
    this.#context = context;
    this.#store = store;
    this.#questions = questions;
    this.#comparing = comparing;
    this.#versions = versions;
    this.#syncActor = syncActor;
    this.#isAlone = isAlone;
    this.#siblings = replicaCount - 1;
    this.#promised = new Charge(context.memory);
    this.#dirty = new DirtySet(store);
    this.#reading = new PartReading(context, store, versions);
    this.#ticks = new Ticks(context, "sync");
    this.#pacer = new SendPacer(context, this.#ticks);
  }

  /**
   * Why Puts are refused; `undefined`: they are taken. The sync actor knows of those that are behind with what
   * it was told; this query actor of what it has not told yet.
   */
  get refusal(): RpcError | undefined {
    return this.#refusal ?? (this.#isBehind ? overloaded("others have not kept up") : undefined);
  }

  /** Adds an entry that the query actor accepted. */
  add(n: number): void {
    this.#hasAccepted = true;
    if (this.#isAlone) return;
    this.#dirty.add(n);
    if (this.#siblings > 0) this.#addedBytes += this.#store.bytesOf(n);
  }

  /** Removes an entry, because a later one of the same key came from the sync actor. */
  remove(n: number): void {
    this.#dirty.remove(n);
    if (this.#dirty.size === 0) this.#waiting.clear();
  }

  /** Has the siblings drop entries, as `removalsOf` writes them. */
  addDropped(dropped: Uint8Array): void {
    this.#dropped.push(dropped);
  }

  /** Says how many tombstones are kept for the sake of which server. */
  tellHeld(held: Readonly<Record<string, number>>): void {
    this.#held = held;
  }

  /** A message of the sync actor came: what it says of Puts holds at once. */
  instructed({ holdsBack, refusal }: MergeMessage): void {
    this.#versions.met();
    this.#holdsBack = holdsBack === true;
    this.#refusal = refusal === undefined ? undefined : overloaded(refusal);
  }

  /** The entries of a message are merged: what it requests besides is to be done. */
  merged({ number, entries, isAlone, read, drain }: MergeMessage): void {
    if (number > 0) {
      this.#merged = number;
      this.#mergedBytes += entries.length;
    }
    if (this.#isAlone && !isAlone) {
      this.#comparing.queuedAfter(this.#context.now());
      this.#versions.skip();
    }
    this.#isAlone = isAlone;
    if (read !== undefined) this.#reading.begin(read);
    this.#isDraining ||= drain;
  }

  /** @throws {Error} when an invariant does not hold between two messages. */
  assertInvariants(): void {
    this.#dirty.assertQueueInvariants();
  }

  /** Goes on with the part of the replica that is read. */
  readTurn(): void {
    this.#reading.turn();
  }

  /** To be called with each of its ticks. */
  ticked(): void {
    this.#ticks.ticked();
    this.#isReportAwaited = false;
  }

  /** Sends a message, if there is anything to send and the pace allows it. */
  send(): void {
    if (this.#addedBytes > 0) {
      this.#promised.add(this.#siblings * this.#addedBytes);
      this.#addedBytes = 0;
    }
    this.#noteWaiting();
    if (!this.#isMessageDue) return;
    const { syncMessageBytesMax } = this.#context.limits;
    const { oldestMs } = this.#waiting;
    const claim = this.#isAlone ? undefined : this.#versions.claim();
    if (claim !== undefined) this.#dirty.claims.add(claim);
    const batch = this.#holdsBack
      ? new EntryBatch(this.#store, 0)
      : this.#dirty.drain(syncMessageBytesMax);
    this.#waiting.left(batch.size, this.#dirty.size);
    const message: WrittenMessage = {
      type: "written",
      from: this.#context.self.counter,
      entries: batch.encode(),
      ageMs: batch.size > 0 ? Math.max(0, this.#context.monotonicMs() - oldestMs) : 0,
      merged: this.#merged,
      isDrained: this.#isDraining && this.#dirty.size === 0,
      hasAccepted: this.#hasAccepted,
    };
    // From now on the sync actor is charged for them.
    const restBytes = this.#promised.bytes - this.#siblings * message.entries.length;
    this.#promised.set(this.#dirty.size === 0 ? 0 : Math.max(0, restBytes));
    const claims = this.#dirty.claims.take();
    if (claims.length > 0) message.claims = claimBytes(claims);
    this.#addReports(message);
    if (message.isDrained) this.#isDraining = false;
    const part = this.#reading.take();
    if (part !== undefined) message.part = part;
    const compared = this.#comparing.take();
    if (compared !== undefined) message.compared = compared;
    const questions = this.#questions.take();
    if (questions !== undefined) message.questions = questions;
    this.#context.tell(this.#syncActor, message);
    this.#pacer.sent();
    this.#mergedTold = this.#merged;
    this.#mergedBytes = 0;
    if (this.#dirty.size > 0 || this.#isDraining) this.#pacer.awaitDue();
  }

  /** Notes since when entries wait. The clock is read only when there are more of them, or they are held back. */
  #noteWaiting(): void {
    const { size } = this.#dirty;
    this.#isBehind = false;
    if (size === 0 || size <= this.#waiting.size && !this.#holdsBack) return;
    const nowMs = this.#context.monotonicMs();
    this.#waiting.enqueued(size, nowMs);
    const { replicaLagMaxMs } = this.#context.limits;
    this.#isBehind = this.#holdsBack && nowMs - this.#waiting.oldestMs > replicaLagMaxMs;
  }

  /** Whether there is anything to send, and the pace allows it. That entries are merged is told when there is time. */
  get #isMessageDue(): boolean {
    if (this.#dirty.size > 0 && !this.#holdsBack || this.#hasOtherNews) return this.#pacer.isDue();
    if (this.#isReportDue) return this.#pacer.isDue();
    return this.#merged > this.#mergedTold && this.#pacer.isRested();
  }

  /** Whether it is time to say what has been seen; if not, a tick comes when it is. */
  get #isReportDue(): boolean {
    if (this.#isReportAwaited || !this.#versions.hasReport) return false;
    const { reportWaitMs } = this.#versions;
    this.#isReportAwaited = reportWaitMs > 0;
    if (this.#isReportAwaited) this.#pacer.tickWithin(reportWaitMs);
    return !this.#isReportAwaited;
  }

  get #hasOtherNews(): boolean {
    return this.#reading.isDone || this.#isDraining || this.#questions.hasUnsent ||
      this.#dropped.length > 0 || this.#held !== undefined ||
      this.#comparing.hasUnsent || this.#mergedBytes > this.#context.limits.mergedUntoldBytesMax;
  }

  #addReports(message: WrittenMessage): void {
    if (this.#dropped.length > 0) message.dropped = this.#dropped.splice(0);
    if (this.#held !== undefined) message.held = this.#held;
    this.#held = undefined;
    if (this.#versions.hasReport && this.#versions.reportWaitMs <= 0) {
      Object.assign(message, this.#versions.takeReport());
    }
  }
}

/** @param why Puts are refused */
function overloaded(why: string): RpcError {
  return new RpcError("overloaded", `Cannot Put: ${why}; allowed are reads, until it has`);
}
