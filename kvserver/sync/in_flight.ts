import type { ActorRef } from "../../actor/mod.ts";
import type { Limits } from "../../limits.ts";
import { assert } from "../memory/assert.ts";
import type { PoolUse } from "./entry_pool.ts";
import type { OutgoingBatch } from "./outgoing_batch.ts";

/** The contents of a message to a peer, all of which are sent again if the message may be lost. */
export interface Contents {
  readonly entries: OutgoingBatch;
  /** Sync actors that the peer is introduced to. */
  readonly introductions: readonly ActorRef[];
  /** Id of the transfer that is requested, or `noTransfer`. */
  readonly requested: number;
  /** Id of the transfer that is completed, or `noTransfer`. */
  readonly completed: number;
}

interface SentMessage {
  readonly number: number;
  readonly contents: Contents;
  /** Epoch of the link when the message was sent. */
  readonly epoch: number;
  readonly sentMs: number;
  /** Bytes on their way when the message was sent: its own and those of the messages before it. */
  readonly bytesUnderWay: number;
}

/** The messages that a peer was sent and has not acknowledged: a window of bounded size. */
export class InFlight {
  /** In the order of their numbers. */
  #messages: SentMessage[] = [];
  #lastNumber = 0;
  #limits: Limits;

  /** @param limits bound the window, and the time until an acknowledgement is overdue */
  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /** Whether no message waits for an acknowledgement. */
  get isEmpty(): boolean {
    return this.#messages.length === 0;
  }

  /** Whether sending must wait for an acknowledgement. */
  get isFull(): boolean {
    return this.#messages.length >= this.#limits.inFlightMessagesMax;
  }

  /**
   * Adds a message that is sent now.
   *
   * @param epoch of the link
   * @param bytes that the message takes on its way, at the most
   * @returns the number of the message.
   */
  add(contents: Contents, epoch: number, bytes: number, nowMs: number): number {
    this.#messages.push({
      number: ++this.#lastNumber,
      contents,
      epoch,
      sentMs: nowMs,
      bytesUnderWay: bytes + (this.#messages.at(-1)?.bytesUnderWay ?? 0),
    });
    return this.#lastNumber;
  }

  /** Removes the messages up to `number`, because the peer has them. */
  acknowledge(number: number): void {
    while (this.#messages.length > 0 && this.#messages[0].number <= number) {
      this.#messages.shift()!.contents.entries.release();
    }
  }

  /** Removes all messages. */
  clear(): void {
    this.acknowledge(this.#lastNumber);
  }

  /**
   * Removes the messages that may be lost, because they were sent in an earlier epoch of the link.
   *
   * @returns their contents, still held: the caller releases the entries.
   */
  takeLost(epoch: number): readonly Contents[] {
    const lost = this.#messages.filter((message) => message.epoch !== epoch);
    if (lost.length > 0) {
      this.#messages = this.#messages.filter((message) => message.epoch === epoch);
    }
    return lost.map(({ contents }) => contents);
  }

  /**
   * Whether the acknowledgement of a message of this epoch of the link is overdue, even for the
   * slowest link that is supported: the connection may be dead without knowing it. Messages of earlier
   * epochs do not count, because they are sent again on this connection, and ending it would keep them
   * from ever arriving.
   */
  isOverdue(epoch: number, nowMs: number): boolean {
    const oldest = this.#messages.find((message) => message.epoch === epoch);
    if (oldest === undefined) return false;
    return nowMs - oldest.sentMs >
      this.#limits.ackTimeoutMs + oldest.bytesUnderWay / this.#limits.slowestLinkBytesPerMs;
  }

  /** Adds what the messages keep in the pool. */
  addTo(use: PoolUse): void {
    for (const { contents } of this.#messages) {
      for (const n of contents.entries.pooled) use.entries.add(n);
    }
  }

  /** @throws {Error} when an invariant does not hold. */
  assertInvariants(): void {
    assert(
      this.#messages.length <= this.#limits.inFlightMessagesMax,
      "no more are in flight than may be",
    );
    for (let i = 1; i < this.#messages.length; i++) {
      const [before, message] = [this.#messages[i - 1], this.#messages[i]];
      assert(
        before.number < message.number,
        "messages in flight are in the order of their numbers",
      );
      assert(before.epoch <= message.epoch, "epochs of messages in flight never decrease");
    }
  }
}
