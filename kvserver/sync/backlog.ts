import type { ActorContext } from "../../actor/mod.ts";
import { assert } from "../memory/assert.ts";
import { WaitingSince } from "../messages/waiting_since.ts";
import type { Claim } from "../versions/claim.ts";
import type { Seen } from "../versions/version_bytes.ts";
import type { EntryPool, PoolUse } from "./entry_pool.ts";
import type { ForwardedBatch } from "./forwarded_batch.ts";
import type { Contents } from "./in_flight.ts";
import { Outbox } from "./outbox.ts";
import { type Reading, type ReadPart, StateSender } from "./state_sender.ts";

/** What leaves the backlog with a message. */
export interface Leaving
  extends Pick<Contents, "entries" | "entryBytes" | "sinceMs" | "completed" | "stateSize"> {
  /** How many entries could leave and do not yet. */
  readonly left: number;
  /** Whether the peer is being sent a state, of which these entries may be. */
  readonly isOfState: boolean;
}

/**
 * What a peer is still to be sent: entries that wait, and a state that is to be read from a replica. When more
 * waits than may, the entries are dropped: a state that is being sent is read anew, and otherwise both compare.
 */
export class Backlog {
  #context: Pick<ActorContext, "limits" | "monotonicMs">;
  #outbox: Outbox;
  /** Since when the entries in the outbox wait. */
  #waiting = new WaitingSince();
  /** Since when state is to be read for the peer, or entries wait for which that is to be done; `Infinity`: none is. */
  #readingSinceMs = Infinity;
  #stateSender = new StateSender();
  #overflows = 0;

  /** @param pool holds the entries */
  constructor(context: Pick<ActorContext, "limits" | "monotonicMs">, pool: EntryPool) {
    this.#context = context;
    this.#outbox = new Outbox(pool, context.limits);
  }

  /** How many entries wait. */
  get size(): number {
    return this.#outbox.size;
  }

  /** Upper bound of the bytes of the entries that wait. */
  get bytes(): number {
    return this.#outbox.bytes;
  }

  /** Since when the oldest of it waits; `Infinity`: nothing does. */
  get oldestMs(): number {
    return Math.min(this.#waiting.oldestMs, this.hasState ? this.#readingSinceMs : Infinity);
  }

  /** Whether what waits is one batch that leaves as it came, unless more is enqueued. */
  get isBatchWaiting(): boolean {
    return this.#outbox.isWhole;
  }

  /** Whether a message is to take some of it along. */
  get isLeaving(): boolean {
    return this.size > 0 || this.#outbox.hasClaims || this.#stateSender.isFlushing;
  }

  /** How often more waited than may. */
  get overflows(): number {
    return this.#overflows;
  }

  // ---- entries ------------------------------------------------------------------------------

  /** Enqueues an entry. */
  enqueue(n: number): void {
    this.#enqueue(n);
    this.#waiting.enqueued(this.#outbox.size, this.#context.monotonicMs());
  }

  #enqueue(n: number): void {
    if (this.#stateSender.isOverflowed) return;
    this.#outbox.enqueue(n);
    this.#checkOverflow();
  }

  /** Enqueues the entries of a batch. @param ageMs how long the oldest of them has waited elsewhere */
  enqueueBatch(batch: ForwardedBatch, ageMs = 0): void {
    if (this.#stateSender.isOverflowed) return;
    this.#outbox.enqueueBatch(batch);
    this.#waiting.enqueued(this.#outbox.size, this.#context.monotonicMs() - ageMs);
    this.#checkOverflow();
  }

  /** Claims what the entries cover that have been enqueued until now. */
  claim(claims: readonly Claim[]): void {
    if (!this.#stateSender.isOverflowed) this.#outbox.claim(claims);
  }

  /** Removes the entries of a batch, because they came from the peer. */
  removeBatch(batch: ForwardedBatch): void {
    this.#outbox.removeBatch(batch);
    this.#waiting.left(0, this.#outbox.size);
  }

  #checkOverflow(): void {
    if (this.#outbox.bytes <= this.#context.limits.outboxBytesMax) return;
    this.#overflows++;
    this.overflow();
  }

  /** Drops the entries that wait, until `recover`. */
  overflow(): void {
    this.#noteReading(this.#waiting.oldestMs);
    this.clear();
    this.#stateSender.overflow();
  }

  /** Drops the entries that wait, because the peer is sent nothing any more. */
  clear(): void {
    this.#outbox.clear();
    this.#waiting.clear();
  }

  /** State is to be read in place of entries that wait since `sinceMs`, or from now on. */
  #noteReading(sinceMs = Infinity): void {
    const beganMs = this.hasState ? this.#readingSinceMs : this.#context.monotonicMs();
    this.#readingSinceMs = Math.min(beganMs, sinceMs);
  }

  // ---- state --------------------------------------------------------------------------------

  /** Whether there is state to be read, or to be declared complete. */
  get hasState(): boolean {
    return !this.#stateSender.isIdle;
  }

  /** What is to be read from a replica. */
  get reading(): Reading | undefined {
    return this.#stateSender.reading;
  }

  /** Whether the entries were dropped, at the bound or because the peer was lost: until `recover`. */
  get isOverflowed(): boolean {
    return this.#stateSender.isOverflowed;
  }

  /** Whether the peer is being sent the whole state. */
  get isSendingState(): boolean {
    return this.#stateSender.isSending;
  }

  /** Whether the peer is being sent the whole state, and all of it is read. */
  get isStateRead(): boolean {
    return this.#stateSender.isRead;
  }

  /** What the replica had seen before its state was read. */
  get stateSeen(): Seen | undefined {
    return this.#stateSender.seen;
  }

  /** The peer requests the whole state. */
  stateRequested(id: number): void {
    this.#noteReading();
    this.#stateSender.requested(id);
  }

  /**
   * Ends the overflow: a state that is being sent is read anew.
   *
   * @returns since when that waits which the peer lacks, for both to compare; `undefined`: the state has it.
   */
  recover(): number | undefined {
    this.#stateSender.recover();
    return this.isSendingState ? undefined : this.#readingSinceMs;
  }

  /** Enqueues the entries of a part of the state. */
  enqueuePart(entries: ForwardedBatch, part: ReadPart): void {
    if (!this.#stateSender.isOverflowed) {
      this.#outbox.enqueueBatch(entries);
      this.#checkOverflow();
    }
    this.#waiting.enqueued(this.#outbox.size, this.#readingSinceMs);
    this.#stateSender.partRead(part);
  }

  /** Declares the state complete with the entries that wait now. */
  completeState(): void {
    this.#stateSender.flush(this.#outbox.size);
  }

  // ---- messages -----------------------------------------------------------------------------

  /** Upper bound of the bytes of the next message, if its entries have `entriesBytes`. */
  messageBytes(entriesBytes: number): number {
    return this.#outbox.messageBytes(entriesBytes);
  }

  /**
   * Takes what leaves with the next message.
   *
   * @param bytesMax of its entries, unless the first one is longer
   * @param timestampMax later entries go on waiting
   */
  take(bytesMax: number, timestampMax: number): Leaving {
    const { bytes } = this.#outbox;
    const sinceMs = this.#waiting.oldestMs;
    const isOfState = this.isSendingState || this.#stateSender.isFlushing;
    const entries = this.#outbox.take(bytesMax, timestampMax);
    this.#waiting.left(entries.size, this.#outbox.size);
    const left = this.#outbox.isExhausted ? 0 : this.#outbox.size;
    return {
      entries,
      entryBytes: bytes - this.#outbox.bytes,
      sinceMs: entries.size > 0 ? sinceMs : Infinity,
      completed: this.#stateSender.leaving(entries.size, left),
      left,
      isOfState,
      stateSize: isOfState ? this.#stateSender.size : undefined,
    };
  }

  /** Takes the claims whose entries have left. */
  takeClaims(): Claim[] {
    return this.#outbox.takeClaims();
  }

  /** What left with these messages may be lost, and waits again. The caller releases their entries. */
  putBack(
    lost: readonly Pick<Contents, "entries" | "sinceMs" | "claims" | "completed">[],
  ): void {
    for (const { entries, sinceMs } of lost) {
      for (const n of entries.numbers) this.#enqueue(n);
      if (this.isOverflowed) this.#noteReading(sinceMs);
      else this.#waiting.enqueued(this.#outbox.size, sinceMs);
    }
    // All that was enqueued again is covered by what was claimed with any of it.
    if (!this.isOverflowed) {
      this.#outbox.putClaimsBack(lost.flatMap(({ claims }) => claims));
    }
    this.#stateSender.lost(lost.map(({ completed }) => completed), this.#outbox.size);
  }

  // ---- invariants ---------------------------------------------------------------------------

  /** Adds the entries that it keeps in the pool. */
  addTo(use: PoolUse): void {
    this.#outbox.addTo(use);
  }

  /** @throws {Error} when an invariant does not hold. */
  assertInvariants(): void {
    this.#outbox.assertInvariants();
    this.#stateSender.assertInvariants();
    assert(
      this.#outbox.bytes <= this.#context.limits.outboxBytesMax,
      "no more waits for a peer than may",
    );
    assert(!this.isOverflowed || this.#outbox.size === 0, "an overflow empties the outbox");
  }
}
