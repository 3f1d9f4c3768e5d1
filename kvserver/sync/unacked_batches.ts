import type { ActorRef } from "../../actor/mod.ts";
import { ackTimeoutMs, slowestLinkBytesPerMs } from "../../limits.ts";
import type { LeavingEntries } from "./leaving_entries.ts";

/** What a message to a peer carries; kept until the peer has acknowledged it. */
export interface Batch {
  entries: LeavingEntries;
  peers: readonly ActorRef[];
  /** As in a `PeerMessage`. */
  wantsState: number;
  stateDone: number;
}

interface SentBatch extends Batch {
  number: number;
  epoch: number;
  sentMs: number;
  /** Bytes that were on their way with it: its own and those of the messages before. */
  bytesUnderWay: number;
}

/** The batches that a peer was sent and has not acknowledged, in the order of their numbers. */
export class UnackedBatches {
  #batches: SentBatch[] = [];
  #lastNumber = 0;

  /** How many they are. */
  get size(): number {
    return this.#batches.length;
  }

  /**
   * Keeps a batch that is sent now.
   *
   * @param epoch of the link
   * @param bytes that it takes on its way, at the most
   * @returns its number.
   */
  add(batch: Batch, epoch: number, bytes: number, nowMs: number): number {
    this.#batches.push({
      ...batch,
      number: ++this.#lastNumber,
      epoch,
      sentMs: nowMs,
      bytesUnderWay: bytes + (this.#batches.at(-1)?.bytesUnderWay ?? 0),
    });
    return this.#lastNumber;
  }

  /** Keeps those up to `number` no longer: the peer has them. */
  acknowledged(number: number): void {
    while (this.#batches.length > 0 && this.#batches[0].number <= number) {
      this.#batches.shift()!.entries.release();
    }
  }

  /** Keeps none any longer. */
  clear(): void {
    this.acknowledged(this.#lastNumber);
  }

  /** Takes out what may be lost: what was sent in an earlier epoch of the link. */
  takeLost(epoch: number): readonly Batch[] {
    const lost = this.#batches.filter((batch) => batch.epoch !== epoch);
    if (lost.length > 0) this.#batches = this.#batches.filter((batch) => batch.epoch === epoch);
    return lost;
  }

  /**
   * Whether an acknowledgement is overdue of what was sent in this epoch of the link, even if that is
   * a slow one: the connection may be dead without knowing it. (What was sent before is sent again
   * anyway; ending the new connection for it would keep it from ever arriving.)
   */
  isOverdue(epoch: number, nowMs: number): boolean {
    const oldest = this.#batches.find((batch) => batch.epoch === epoch);
    if (oldest === undefined) return false;
    return nowMs - oldest.sentMs > ackTimeoutMs + oldest.bytesUnderWay / slowestLinkBytesPerMs;
  }
}
