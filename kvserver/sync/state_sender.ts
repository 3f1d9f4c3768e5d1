import { assert } from "../memory/assert.ts";
import type { Seen } from "../versions/version_bytes.ts";
import { noTransfer } from "./peer_message.ts";

/** A state that is still to be read from a replica. */
export interface Reading {
  readonly name: "reading";
  /** Reading goes on behind this key; absent: at the first one. */
  readonly after?: Uint8Array;
}

/** A part of a state that was read. */
export interface ReadPart {
  /** For which it was read; once another one has begun, the part does not count. */
  readonly reading: Reading;
  /** The key behind which the next part begins; absent: the part is the last. */
  readonly after: Uint8Array | undefined;
  /** Of the first part: what the replica had seen before. */
  readonly seen: Seen | undefined;
  /** Of the first part: how many entries the replica showed then. */
  readonly size: number | undefined;
}

/** What is to be read for the peer. `docs/sync.md` draws the transitions of both. */
type Source =
  | { readonly name: "idle" }
  | Reading
  /** The outbox held more than it may and was emptied: both compare, or the requested state is read anew. */
  | { readonly name: "overflowed" };

/** How far the peer has been sent the transfer that it requested. */
type OutgoingTransfer =
  | { readonly name: "none" }
  /** The state is being read. What other servers send meanwhile is forwarded to the peer. */
  | { readonly name: "sending"; readonly id: number }
  /** The state is read, and complete once as many entries have left as the outbox held then. */
  | { readonly name: "flushing"; readonly id: number; readonly entriesLeft: number }
  /** The last entry has left. Its message may still be lost. */
  | { readonly name: "sent"; readonly id: number };

const idle: Source = { name: "idle" };

/**
 * Sends a peer the whole state that it requested: from which key on it is still to be read from a replica,
 * and whether it is complete with the next message.
 *
 * Invariant: what is read belongs to a transfer that is being sent.
 */
export class StateSender {
  #source: Source = idle;
  #transfer: OutgoingTransfer = { name: "none" };
  /** What the replica had seen before it was read. */
  #seen: Seen | undefined;
  #size: number | undefined;

  /** What the replica had seen before it was read: who has all that was read, and what waits, has seen it too. */
  get seen(): Seen | undefined {
    return this.#seen;
  }

  /** How many entries the state has, about; absent: that is not known. */
  get size(): number | undefined {
    return this.#size;
  }

  /** What is to be read. Another object stands here when the reading begins anew. */
  get reading(): Reading | undefined {
    return this.#source.name === "reading" ? this.#source : undefined;
  }

  /** Whether the outbox was emptied; nothing need be queued for the peer until it has recovered. */
  get isOverflowed(): boolean {
    return this.#source.name === "overflowed";
  }

  /** Whether the peer is being sent the whole state, so that entries of others are forwarded to it. */
  get isSending(): boolean {
    return this.#transfer.name === "sending";
  }

  /** Whether the whole state is read, and only has to be declared complete. */
  get isRead(): boolean {
    return this.isSending && this.#source.name === "idle";
  }

  /** Whether a message must leave to complete the transfer. */
  get isFlushing(): boolean {
    return this.#transfer.name === "flushing";
  }

  /** Whether there is nothing left to read, and no transfer that is not flushing yet. */
  get isIdle(): boolean {
    return this.#source.name === "idle" && !this.isSending;
  }

  /**
   * The peer requests the whole state. A request that came before comes again with a message that was sent
   * again. While a state is being sent, another request changes its number only: all is under way already.
   */
  requested(id: number): void {
    if (this.#transfer.name !== "none" && this.#transfer.id === id) return;
    const isUnderWay = this.isSending;
    this.#transfer = { name: "sending", id };
    // What has overflowed is read when it has recovered.
    if (!isUnderWay && this.#source.name === "idle") this.#source = { name: "reading" };
  }

  /** A part was read. */
  partRead({ reading, after, seen, size }: ReadPart): void {
    if (this.#source !== reading) return;
    if (reading.after === undefined) {
      this.#seen = seen;
      this.#size = size;
    }
    this.#source = after === undefined ? idle : { ...reading, after };
  }

  /** The outbox was emptied, because it held more than it may. */
  overflow(): void {
    this.#source = { name: "overflowed" };
    this.#sendOn();
  }

  /** Ends the overflow: a state that is being sent is read anew, from the first key on. */
  recover(): void {
    this.#source = this.isSending ? { name: "reading" } : idle;
  }

  /** Declares the state complete with the entries that the outbox holds now. */
  flush(outboxSize: number): void {
    if (this.#transfer.name !== "sending") return;
    this.#transfer = { name: "flushing", id: this.#transfer.id, entriesLeft: outboxSize };
  }

  /**
   * Entries leave the outbox. Counting them is enough, because entries keep their places in it. The
   * outbox may be empty earlier, because an entry leaves it when the peer sends a later one.
   *
   * @returns the id of the transfer that is complete with them, or `noTransfer`.
   */
  leaving(entryCount: number, outboxSize: number): number {
    const transfer = this.#transfer;
    if (transfer.name !== "flushing") return noTransfer;
    const entriesLeft = transfer.entriesLeft - entryCount;
    if (entriesLeft > 0 && outboxSize > 0) {
      this.#transfer = { ...transfer, entriesLeft };
      return noTransfer;
    }
    this.#transfer = { name: "sent", id: transfer.id };
    return transfer.id;
  }

  /**
   * Messages were lost, and what they held is in the outbox again.
   *
   * @param completed ids of the transfers that were completed by them
   */
  lost(completed: readonly number[], outboxSize: number): void {
    const transfer = this.#transfer;
    const isCut = transfer.name === "flushing" ||
      transfer.name === "sent" && completed.includes(transfer.id);
    if (!isCut) return;
    this.#transfer = { name: "sending", id: transfer.id };
    // What is still to be read has to leave before the transfer is complete again.
    if (this.#source.name === "idle") this.flush(outboxSize);
  }

  /** Goes on sending, because there is more to read: the outbox does not complete the transfer. */
  #sendOn(): void {
    if (this.#transfer.name !== "flushing") return;
    this.#transfer = { name: "sending", id: this.#transfer.id };
  }

  /** @throws {Error} when an invariant does not hold. */
  assertInvariants(): void {
    assert(this.#source.name !== "reading" || this.isSending, "what is read is being sent");
    if (this.#transfer.name !== "flushing") return;
    assert(this.#source.name === "idle", "a transfer is flushed only when the state is read");
    assert(this.#transfer.entriesLeft >= 0, "no more entries are flushed than there are");
  }
}
