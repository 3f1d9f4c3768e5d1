import type { ActorContext, ActorRef } from "../../actor/mod.ts";
import { Charge, RpcError, TokenBucket } from "../../rpc/mod.ts";
import {
  type CommitMessage,
  type Durability,
  writeAccepted,
} from "../messages/journal_messages.ts";
import { assert } from "../memory/assert.ts";
import { SendPacer } from "../messages/send_pacer.ts";
import { Ticks } from "../messages/ticks.ts";
import { seenBytes } from "../versions/version_bytes.ts";
import type { VersionVector } from "../versions/version_vector.ts";
import { DirtySet, diskMarks, type Store } from "../store/mod.ts";
import { PendingAcks, type PutRequests } from "./pending_acks.ts";
import { type OnRefusedPuts, PutReplies } from "./put_replies.ts";
import type { ReplicaVersions } from "./replica_versions.ts";
import type { DiskState } from "./server_stats.ts";

/** How a query actor persists entries. */
export interface DiskOptions {
  /** The inbox of the server's journal. */
  journal: ActorRef;
  durability: Durability;
}

/**
 * Sends the entries that a query actor accepted to the journal, and with strict durability
 * acknowledges their Puts once they are on disk.
 *
 * One commit is under way at a time. Entries that are put meanwhile go with the next one, each key once
 * (a group commit). So the replica itself bounds the entries that wait, however slow the disk is and
 * however long it refuses.
 */
export class GroupCommit {
  #context: ActorContext;
  #journal: ActorRef;
  #isStrict: boolean;
  #dirty: DirtySet;
  #versions: ReplicaVersions;
  /** Entries that are gone, as `removalsOf` writes them. */
  #removals: Uint8Array[] = [];
  #removalBytes = 0;
  /** Whether the actor persists what other servers' actors wrote. */
  #persistsForeign = false;
  #ticks: Ticks;
  #pacer: SendPacer;
  #replies: PutReplies;
  #pendingAcks = new PendingAcks();
  /** Number of the last message to the journal, and of the last one that is on disk. */
  #sent = 0;
  #onDisk = 0;
  /** The messages that are not on disk, the oldest first: their entries, and what was seen with them. */
  #inFlight: { message: number; entries: number; seen: VersionVector | undefined }[] = [];
  /** When `#sent` and `#onDisk` changed, on the monotonic clock. */
  #sentMs = 0;
  #onDiskMs = 0;
  /** Puts that were unacknowledged when the last commit ended, because soon there may be as many again. */
  #expected = 0;
  /** Whether the last message could not hold the whole dirty set. */
  #isBehind = false;
  /** Whether a tick comes when a commit is due, because reading the clock for each query costs time. */
  #isWaiting = false;
  /** Whether that tick has come. */
  #hasWaited = false;
  #refusal: RpcError | undefined;
  /** Why the disk refuses, as the journal last said. */
  #diskReason: string | undefined;
  /** Bytes of the messages that are not on disk. */
  #underWayBytes = 0;
  #charge: Charge;
  /** Each is told `true` once everything is on disk. */
  #flushes: ActorRef[] = [];

  /** @param onReleased called with the inbox of a connection behind the replies to it that were held */
  constructor(
    context: ActorContext,
    store: Store,
    versions: ReplicaVersions,
    { journal, durability }: DiskOptions,
    onReleased: (inbox: number) => void = () => {},
    onRefused?: OnRefusedPuts,
  ) {
    this.#context = context;
    this.#versions = versions;
    this.#journal = journal;
    this.#isStrict = durability === "strict";
    this.#dirty = new DirtySet(store, diskMarks);
    this.#ticks = new Ticks(context, "disk");
    const budget = new TokenBucket(1, context.limits.diskPaceMs);
    this.#pacer = new SendPacer(context, this.#ticks, budget);
    this.#replies = new PutReplies(context, onReleased, onRefused);
    this.#charge = new Charge(context.memory, "disk");
  }

  /** The error to refuse Puts with while the disk refuses to be written; `undefined` otherwise. */
  get refusal(): RpcError | undefined {
    return this.#refusal;
  }

  /** Why the disk refuses, as the journal last said; `undefined`: it does not. */
  get diskReason(): string | undefined {
    return this.#diskReason;
  }

  /** What the disk does, as the journal last said. */
  get disk(): DiskState {
    return this.#refusal === undefined ? "ok" : "refusing";
  }

  /** Adds an entry to the next commit. */
  add(n: number): void {
    this.#dirty.add(n);
  }

  /** Removes an entry, because nothing is to be known of its key. */
  remove(n: number): void {
    this.#dirty.remove(n);
  }

  /** Has the disk forget entries that are gone, as `removalsOf` writes them: one actor does so for its server. */
  addRemovals(removals: Uint8Array): void {
    if (!this.#persistsForeign) return;
    this.#removals.push(removals);
    this.#removalBytes += removals.length;
  }

  /** Whether so much is to be removed from the disk that more has to wait. */
  get isFullOfRemovals(): boolean {
    return this.#removalBytes >= this.#context.limits.diskMessageBytesMax;
  }

  /** Says whether the actor persists what other servers' actors wrote. */
  persistForeign(persistsForeign: boolean): void {
    this.#persistsForeign = persistsForeign;
  }

  /** Acknowledges Puts once their entries, which were added, are on disk. For strict durability only. */
  acknowledgeLater(puts: PutRequests): void {
    this.#pendingAcks.add(puts);
    this.#chargeAll();
  }

  /** As `acknowledgeLater`, of Puts all of whose entries were added by now, and may be on disk already. */
  acknowledgeOnDisk(puts: PutRequests): void {
    this.acknowledgeLater(puts);
    // Otherwise they go with the next commit.
    if (this.#dirty.size > 0) return;
    if (this.#sent > this.#onDisk) return this.#pendingAcks.assignTo(this.#sent);
    this.#replies.acknowledge(this.#pendingAcks.releaseAll());
    this.#chargeAll();
  }

  /** Sends the added entries to the journal, if a commit is due and none is under way. */
  send(): void {
    if (this.#sent > this.#onDisk || !this.#hasNews) return;
    this.#isWaiting = this.#flushes.length === 0 && !this.#hasWaited &&
      !(this.#isStrict ? this.#isGathered() : this.#isDue());
    if (this.#isWaiting) return;
    this.#hasWaited = false;
    // With strict durability everything goes at once, because acknowledgements wait for it.
    do this.#sendMessage(); while (this.#isStrict && this.#dirty.size > 0);
    this.#pendingAcks.assignTo(this.#sent);
    this.#chargeAll();
    this.#sentMs = this.#context.monotonicMs();
    this.#isBehind = this.#dirty.size > 0;
    this.#pacer.sent();
  }

  /** What other servers' actors wrote is told to the disk at once with what was removed, or later with entries. */
  get #hasNews(): boolean {
    return this.#dirty.size > 0 || this.#removals.length > 0 ||
      this.#persistsForeign && this.#versions.hasForeign || this.#dirty.claims.isDue;
  }

  /** @throws {Error} when an invariant does not hold between two messages. */
  assertInvariants(): void {
    this.#dirty.assertQueueInvariants();
    this.#pendingAcks.assertInvariants();
    assert(this.#onDisk <= this.#sent, "nothing is on disk that was not sent");
    assert(this.#isStrict || this.#pendingAcks.size === 0, "only strict Puts wait for the disk");
    let last = this.#onDisk;
    for (const { message, entries } of this.#inFlight) {
      assert(message > last && message <= this.#sent, "messages in flight are those not on disk");
      assert(entries >= 0, "no message to the journal holds less than nothing");
      last = message;
    }
  }

  /** Handles a message of the journal. */
  receive(message: CommitMessage): void {
    switch (message.type) {
      case "onDisk":
        if (!this.#isUnderWay(message.message)) return this.#ignore(message.message);
        this.#committed(message.message);
        break;
      case "failing":
        this.#setFailing(message.reason);
        break;
      case "flush":
        this.#flushes.push(message.replyTo);
        break;
      case "countUnwritten":
        this.#context.tell(message.replyTo, this.#unwritten());
        break;
    }
    this.send();
    this.#answerFlushes();
  }

  /** To be called with each of its ticks. */
  ticked(): void {
    this.#ticks.ticked();
    this.#hasWaited = this.#isWaiting;
  }

  /** With relaxed durability a commit is due once per pace; at once while the dirty set exceeds a message. */
  #isDue(): boolean {
    return this.#isBehind || (!this.#isWaiting && this.#pacer.isDue());
  }

  /**
   * Whether to commit now rather than together with what comes soon: the acknowledgements that have
   * just left bring the next Puts. (As PostgreSQL's `commit_delay`, whose best value is half the time of
   * a write too.) Otherwise two halves of the clients would take turns with a slow disk, which takes
   * twice as long: where a sync takes 5 ms, waiting is worth 1.5 times the Puts at depths 1 and 16.
   */
  #isGathered(): boolean {
    const commitMs = this.#onDiskMs - this.#sentMs;
    if (commitMs < slowMs || this.#expected < gatheredMin) return true;
    if (this.#pendingAcks.size >= this.#expected * gatheredShare) return true;
    if (this.#isWaiting) return false;
    const restMs = this.#onDiskMs + Math.max(1, commitMs / 2) - this.#context.monotonicMs();
    if (restMs <= 0) return true;
    this.#pacer.tickWithin(restMs);
    return false;
  }

  /** Whether a message of this number was sent, and is not on disk as far as is known. */
  #isUnderWay(number: number): boolean {
    return Number.isInteger(number) && number > this.#onDisk && number <= this.#sent;
  }

  /** A number that no message under way has would have Puts acknowledged, or kept from the disk, for nothing. */
  #ignore(number: number): void {
    this.#context.log.error(
      "The journal says that message {number} is on disk: ignored, allowed are {first} to {last}",
      { number, first: this.#onDisk + 1, last: this.#sent },
    );
  }

  #unwritten(): number {
    return this.#inFlight.reduce((sum, { entries }) => sum + entries, this.#dirty.size);
  }

  #committed(number: number): void {
    this.#onDisk = number;
    while (this.#inFlight.length > 0 && this.#inFlight[0].message <= number) {
      const { seen } = this.#inFlight.shift()!;
      if (seen !== undefined) this.#versions.onDisk(seen);
    }
    if (this.#onDisk === this.#sent) this.#underWayBytes = 0;
    this.#onDiskMs = this.#context.monotonicMs();
    this.#expected = this.#pendingAcks.size;
    const released = this.#pendingAcks.release(number);
    this.#chargeAll();
    // The disk begins with the next commit while the acknowledgements of this one are written.
    this.send();
    this.#replies.acknowledge(released);
  }

  /** Refuses the Puts under way too, because it may be long until they are on disk. */
  #setFailing(reason: string | undefined): void {
    this.#diskReason = reason;
    this.#refusal = reason === undefined ? undefined : unavailable(reason);
    if (this.#refusal === undefined) return;
    this.#replies.refuse(this.#pendingAcks.releaseAll(), this.#refusal);
    this.#chargeAll();
  }

  #sendMessage(): void {
    const { claims } = this.#dirty;
    this.#versions.claimToDisk(claims, this.#persistsForeign);
    const entries = this.#dirty.drain(this.#context.limits.diskMessageBytesMax);
    const removals = this.#removals.shift();
    this.#removalBytes -= removals?.length ?? 0;
    const seen = this.#versions.diskSeen(claims.take(), this.#dirty.size === 0);
    const writer = this.#context.beginMessage();
    const start = writer.size;
    writeAccepted(writer, this.#context.self.counter, ++this.#sent, {
      removals,
      entries,
      seen: seen === undefined ? undefined : seenBytes(seen),
    });
    this.#inFlight.push({ message: this.#sent, entries: entries.size, seen: seen?.vector });
    this.#underWayBytes += writer.size - start;
    this.#context.tellWritten(this.#journal);
  }

  #chargeAll(): void {
    const { size, heldBytes } = this.#pendingAcks;
    this.#charge.set(copies * this.#underWayBytes + bytesPerAck * size + heldBytes);
  }

  #answerFlushes(): void {
    if (this.#hasNews || this.#sent > this.#onDisk) return;
    for (const replyTo of this.#flushes.splice(0)) this.#context.tell(replyTo, true);
  }
}

/** How often what is written is in memory on its way to the disk: as a message, and as its record. */
const copies = 2;

/** What a Put takes that is not acknowledged. */
const bytesPerAck = 32;

/** With fewer unacknowledged Puts than this, a commit waits for no further ones. */
const gatheredMin = 8;

/** Once so many of the expected Puts are there, a commit waits for no further ones. */
const gatheredShare = 15 / 16;

/** A commit that takes longer than this makes the disk slow: clients could have put again meanwhile. */
const slowMs = 1;

function unavailable(reason: string): RpcError {
  return new RpcError(
    "unavailable",
    `Cannot Put: the server's disk refuses to be written (${reason}); allowed are reads, until it ` +
      `does not`,
  );
}
