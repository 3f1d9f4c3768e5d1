import type { LinkState } from "../../actor/mod.ts";
import type { ComparisonStep } from "./comparison_course.ts";
import type { Limits } from "../../limits.ts";
import { assert } from "../memory/assert.ts";
import type { Claim } from "../versions/claim.ts";
import type { Seen } from "../versions/version_bytes.ts";
import type { PoolUse } from "./entry_pool.ts";
import type { Rumours } from "./gossip.ts";
import type { OutgoingBatch } from "./outgoing_batch.ts";

/** The contents of a message to a peer, all of which are sent again if the message may be lost. */
export interface Contents extends Rumours {
  readonly entries: OutgoingBatch;
  /** Id of the transfer that is requested, or `noTransfer`. */
  readonly requested: number;
  /** Id of the transfer that is completed, or `noTransfer`. */
  readonly completed: number;
  /** The next step of a comparison; absent: there is none. It is not sent again. */
  readonly step: ComparisonStep | undefined;
  /** How many of the entries a comparison had to bring. */
  readonly repairs: number;
  /** What the entries cover that the peer has by then. */
  readonly claims: readonly Claim[];
  /** What the peer is told that this server has seen; absent: nothing new. */
  readonly seen: Seen | undefined;
  /** Of how many entries, about, the state is that the peer is being sent; absent: it is sent none. */
  readonly stateSize: number | undefined;
  /** Upper bound of the bytes of the entries. */
  readonly entryBytes: number;
  /** Since when the oldest of the entries waits; `Infinity` without any. */
  readonly sinceMs: number;
  /** Whether they were put just now: none is of a state that is taken over, or was brought by a comparison. */
  readonly isFresh: boolean;
}

/** What is kept of that until it is acknowledged: of what is not sent again only that it was there. */
export interface SentContents extends Omit<Contents, "step" | "seen"> {
  /** Of the comparison whose step it was; absent: there was none. */
  readonly stepId: number | undefined;
  readonly hasSeen: boolean;
}

/** Where a message is among all that were handed over to a link. */
export interface LinkPosition {
  /** Epoch of the link. */
  readonly epoch: number;
  /** How many messages were handed over in the epoch, this one included. */
  readonly told: number;
}

interface SentMessage extends LinkPosition {
  readonly contents: SentContents;
  readonly sentMs: number;
  /** Bytes that it takes on its way, at the most. */
  readonly bytes: number;
  /** Bytes under way when it was sent: its own and those of the messages before it. */
  readonly bytesUnderWay: number;
}

/** What an acknowledgement says of the link: of the last message that it is for. */
export interface Acknowledged {
  /** Bytes that were under way when the message was sent: its own and those before it. */
  readonly bytesUnderWay: number;
  /** Whether there were none before it. */
  readonly wasAlone: boolean;
  readonly tookMs: number;
  /** Upper bound of the bytes of the entries that are acknowledged. */
  readonly entryBytes: number;
  /** How long the oldest entry waited of each message that brought what was put here, and nothing else. */
  readonly waitedMs: readonly number[];
  /** What the peer was told of other servers, by each of the messages. */
  readonly rumours: readonly Rumours[];
}

/**
 * The messages that a peer was sent and has not acknowledged: a window of bounded size. The link tells
 * how many of those that were handed over to it the peer's system has handled.
 */
export class InFlight {
  /** In the order in which they were handed over. */
  #messages: SentMessage[] = [];
  #limits: Limits;

  /** @param limits bound the number of messages */
  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /** Whether no message waits for an acknowledgement. */
  get isEmpty(): boolean {
    return this.#messages.length === 0;
  }

  /** How many entries the messages hold. */
  get entryCount(): number {
    return this.#messages.reduce((count, { contents }) => count + contents.entries.size, 0);
  }

  /** The entries that the messages hold. */
  *entries(): Iterable<number> {
    for (const { contents } of this.#messages) yield* contents.entries.numbers;
  }

  /** Bytes that the messages take on their way, at the most. */
  get bytes(): number {
    return this.#messages.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** Upper bound of the bytes of the entries that the messages hold. */
  get entryBytes(): number {
    return this.#messages.reduce((sum, { contents }) => sum + contents.entryBytes, 0);
  }

  /** Since when the oldest of the entries waits; `Infinity`: there are none. */
  get sinceMs(): number {
    return this.#messages.reduce(
      (oldest, { contents }) => Math.min(oldest, contents.sinceMs),
      Infinity,
    );
  }

  /** Whether sending must wait for an acknowledgement. */
  get isFull(): boolean {
    return this.#messages.length >= this.#limits.inFlightMessagesMax;
  }

  /**
   * Adds a message that is sent now.
   *
   * @param bytes that the message takes on its way, at the most
   */
  add(
    { step, seen, ...others }: Contents,
    { epoch, told }: LinkPosition,
    bytes: number,
    nowMs: number,
  ): void {
    this.#messages.push({
      contents: { ...others, stepId: step?.id, hasSeen: seen !== undefined },
      epoch,
      told,
      sentMs: nowMs,
      bytes,
      bytesUnderWay: bytes + this.bytes,
    });
  }

  /**
   * Removes the messages that the peer has: of an epoch, the first `handled` that were handed over.
   *
   * @returns what that says of the link; `undefined`: there were none.
   */
  acknowledge(epoch: number, handled: number, nowMs: number): Acknowledged | undefined {
    const isHandled = (message: SentMessage) => message.epoch === epoch && message.told <= handled;
    const last = this.#messages.findLast(isHandled);
    if (last === undefined) return undefined;
    const waitedMs: number[] = [];
    const rumours: Rumours[] = [];
    let handledBytes = 0;
    for (const { contents } of this.#messages.filter(isHandled)) {
      const { entries, entryBytes, isFresh, sinceMs } = contents;
      rumours.push(contents);
      handledBytes += entryBytes;
      if (isFresh && sinceMs < Infinity) waitedMs.push(nowMs - sinceMs);
      entries.release();
    }
    this.#messages = this.#messages.filter((message) => !isHandled(message));
    const { bytes, bytesUnderWay, sentMs } = last;
    return {
      bytesUnderWay,
      wasAlone: bytes === bytesUnderWay,
      tookMs: nowMs - sentMs,
      entryBytes: handledBytes,
      waitedMs,
      rumours,
    };
  }

  /** Removes all messages. */
  clear(): void {
    for (const { contents } of this.#messages.splice(0)) contents.entries.release();
  }

  /**
   * Removes the messages that may be lost, because they were sent in an earlier epoch of the link.
   *
   * @returns their contents, still held: the caller releases the entries.
   */
  takeLost(epoch: number): readonly SentContents[] {
    const lost = this.#messages.filter((message) => message.epoch !== epoch);
    if (lost.length > 0) {
      this.#messages = this.#messages.filter((message) => message.epoch === epoch);
    }
    return lost.map(({ contents }) => contents);
  }

  /**
   * Whether the acknowledgement of a message of this epoch of the link is overdue, and nothing else came back:
   * the connection may be dead without knowing it. Messages of earlier epochs do not count, because they are
   * sent again on this connection, and ending it would keep them from ever arriving.
   *
   * @param patienceMs how long an acknowledgement is waited for when so many bytes are under way
   */
  isOverdue(
    { epoch, silentMs }: Pick<LinkState, "epoch" | "silentMs">,
    nowMs: number,
    patienceMs: (bytesUnderWay: number) => number,
  ): boolean {
    const oldest = this.#messages.find((message) => message.epoch === epoch);
    if (oldest === undefined) return false;
    return Math.min(nowMs - oldest.sentMs, silentMs) > patienceMs(oldest.bytesUnderWay);
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
      assert(before.epoch <= message.epoch, "epochs of messages in flight never decrease");
      assert(
        before.epoch < message.epoch || before.told < message.told,
        "messages in flight are in the order in which they were handed over",
      );
    }
  }
}
