import { type ActorContext, type ActorRef, uid } from "../../actor/mod.ts";
import type {
  CollectRequest,
  CompareRequest,
  LivingServers,
  ReadRequest,
} from "../messages/replica_messages.ts";
import type { SyncAnswer } from "../messages/sync_questions.ts";
import { noCounter } from "../entry/entry.ts";
import { SendPacer } from "../messages/send_pacer.ts";
import type { Ticking } from "../messages/ticks.ts";
import { WaitingSince } from "../messages/waiting_since.ts";
import type { Claim } from "../versions/claim.ts";
import type { EntryPool, PoolUse } from "./entry_pool.ts";
import type { ForwardedBatch } from "./forwarded_batch.ts";
import { MergeWindow } from "./merge_window.ts";
import { Outbox } from "./outbox.ts";
import { Progress, type ProgressChange } from "./progress.ts";
import type { OutgoingBatch } from "./outgoing_batch.ts";

/** How far a query actor has handed over what it accepted, when the server stops. */
type DrainState =
  /** The server does not stop. */
  | "serving"
  /** The next message asks the query actor for `isDrained`. */
  | "requested"
  /** The query actor was asked, and has not sent all that it accepted. */
  | "draining"
  /** The query actor has sent all that it accepted. */
  | "drained";

/** A message to a query actor, ready to be sent. */
export interface NextMerge {
  /** Entries to merge; the caller releases them. */
  readonly entries: OutgoingBatch;
  /** Number of the message; 0: without entries. */
  readonly number: number;
  readonly orders: Orders;
  /** Present when it is to be told that. */
  readonly living: LivingServers | undefined;
  readonly ready: boolean;
  readonly drain: boolean;
  readonly read: ReadRequest | undefined;
  readonly compare: CompareRequest | undefined;
  readonly collect: CollectRequest | undefined;
  /** What the entries that the replica has by then cover. */
  readonly claims: readonly Claim[];
  /** No tombstone that was forgotten elsewhere is later; absent: as before. */
  readonly floorMs: number | undefined;
  /** Entries that it is to drop; absent: there are none. */
  readonly dropped: readonly Uint8Array[] | undefined;
  /** Answers to questions of its clients; absent: there are none. */
  readonly answers: readonly SyncAnswer[] | undefined;
  readonly persistsAll: boolean;
  /** How many entries the state has that is taken over; absent: none is, or that is not known. */
  readonly expected: number | undefined;
}

/** What a query actor is told to do about Puts and Merges, at once whenever it changes. */
export interface Orders {
  /** Whether it believes that there is no other one in the cluster: it queues nothing for others then. */
  readonly isAlone: boolean;
  /** Why it refuses Puts; `undefined`: it takes them. */
  readonly refusal: string | undefined;
  /** Whether it keeps what it accepts for now. */
  readonly holdsBack: boolean;
  /** Other servers whose actors may have writes yet to make; `undefined`: it knows of none. */
  readonly living: LivingServers | undefined;
}

/** A query actor of this server, as the sync actor sees it: the entries that its replica is to be sent. */
export class LocalReplica {
  readonly ref: ActorRef;
  readonly uid: string;
  readonly pacer: SendPacer;
  #context: ActorContext;
  #outbox: Outbox;
  /** Since when the entries in the outbox wait. */
  #waiting = new WaitingSince();
  #window: MergeWindow;
  #progress: Progress;
  /** Whether so much waits that the others keep what they accept. */
  #isFull = false;
  /** The part of the state to request with the next message. */
  #read: ReadRequest | undefined;
  #answers: SyncAnswer[] = [];
  /** Entries that siblings have dropped. */
  #dropped: Uint8Array[] = [];
  #floorMs = 0;
  #toldFloorMs = 0;
  /** What the replica is to be told of what may be removed. */
  #collect: CollectRequest | undefined;
  /** Whether the query actor is to be told something, be it nothing new: it tells what it has loaded then. */
  #isToGreet = false;
  /** Whether entries wait that are to be persisted although they bear this server's name. */
  #persistsAll = false;
  /** What to ask about ranges, once as many entries have left as were queued before. */
  #compare: CompareRequest | undefined;
  #entriesAhead = 0;
  /** Whether all of the state that the server took over was sent, and its query actor told so. */
  #isReady = true;
  /** How many entries that state has, as the peer says that sends it; absent: it has not said. */
  #expected: number | undefined;
  /** Where the last entry of that state is among all that were sent. */
  #readyPlace = 0;
  #drain: DrainState = "serving";
  /** What the query actor was told last. */
  #told: Orders;
  #hasAccepted = false;
  #claimedTo = noCounter;

  /**
   * @param pool holds the entries
   * @param ticks come when something is due
   * @param isAlone whether it is the only query actor of its server
   */
  constructor(
    context: ActorContext,
    ref: ActorRef,
    pool: EntryPool,
    ticks: Ticking,
    isAlone: boolean,
  ) {
    this.#context = context;
    this.#told = { isAlone, refusal: undefined, holdsBack: false, living: undefined };
    this.ref = ref;
    this.uid = uid(ref);
    this.pacer = new SendPacer(context, ticks);
    this.#outbox = new Outbox(pool, context.limits, context.limits.mergeMessageBytesMax);
    this.#window = new MergeWindow(context.limits);
    this.#progress = new Progress(context.limits);
  }

  // ---- entries ------------------------------------------------------------------------------

  /** The entries that wait to be sent. */
  waiting(): Iterable<number> {
    return this.#outbox.values();
  }

  /** Whether entries wait to be sent. */
  get hasEntries(): boolean {
    return this.#outbox.size > 0;
  }

  /** Upper bound of the bytes of the entries that wait to be sent, or to be merged. */
  get pendingBytes(): number {
    return this.#outbox.bytes + this.#window.bytes;
  }

  /** Bytes that are charged for what waits: the room that entries will take there, and claims. */
  get chargedBytes(): number {
    return this.pendingBytes + this.#outbox.claimBytes;
  }

  /** Age of the oldest entry that is not merged, by what the sync actor knows; 0: all are. */
  get lagMs(): number {
    const oldestMs = Math.min(this.#waiting.oldestMs, this.#window.oldestMs);
    return oldestMs === Infinity ? 0 : Math.max(0, this.#context.monotonicMs() - oldestMs);
  }

  /** Notes how far the replica is. @returns what has changed. */
  observeProgress(): ProgressChange | undefined {
    const { lagMs } = this;
    return this.#progress.observe({ isIdle: lagMs === 0, lagMs, overflows: 0, upMs: Infinity });
  }

  /** Whether so much waits that the others are to keep what they accept, until half of it is gone. */
  get isFull(): boolean {
    const { siblingBytesMax } = this.#context.limits;
    const bytesMax = this.#isFull ? siblingBytesMax / 2 : siblingBytesMax;
    return this.#isFull = this.#outbox.bytes > bytesMax;
  }

  /** Where the last entry is that waits: of all entries that ever left or wait. */
  get place(): number {
    return this.#window.entriesLeft + this.#outbox.size;
  }

  /** Whether all entries up to a place are merged. */
  hasMerged(place: number): boolean {
    const { entriesLeft, entriesMerged } = this.#window;
    // Some of those that waited may have been removed: then nothing is left that waits.
    return entriesMerged >= place || this.#outbox.size === 0 && entriesMerged === entriesLeft;
  }

  /** The query actor has merged all messages up to that number. */
  merged(number: number): void {
    this.#window.merged(number);
  }

  /** Enqueues an entry. */
  enqueue(n: number): void {
    this.#outbox.enqueue(n);
    this.#waiting.enqueued(this.#outbox.size, this.#context.monotonicMs());
  }

  /** Enqueues the entries of a batch. @param ageMs how long they have waited elsewhere */
  enqueueBatch(batch: ForwardedBatch, ageMs: number): void {
    this.#outbox.enqueueBatch(batch);
    this.#waiting.enqueued(this.#outbox.size, this.#context.monotonicMs() - ageMs);
  }

  /** Enqueues claims, behind the entries that they cover. */
  enqueueClaims(claims: readonly Claim[]): void {
    this.#outbox.claim(claims);
  }

  /** Removes the entries of a batch, because they came from the query actor. */
  removeBatch(batch: ForwardedBatch): void {
    this.#outbox.removeBatch(batch);
    this.#waiting.left(0, this.#outbox.size);
  }

  // ---- messages -----------------------------------------------------------------------------

  /** Whether the replica holds the state that the server took over, and its query actor was told so. */
  get isReady(): boolean {
    return this.#isReady && this.hasMerged(this.#readyPlace);
  }

  /** Whether the query actor has sent all that it accepted, after it was asked to. */
  get isDrained(): boolean {
    return this.#drain === "drained";
  }

  /** Has the query actor tell what it has seen: it loaded something before it could. */
  greet(): void {
    this.#isToGreet = true;
  }

  /** The server begins to take a state over. */
  notReady(): void {
    this.#isReady = false;
  }

  /** Makes ready for so many entries, which the state has that the server takes over. */
  expect(entries: number): void {
    this.#expected = entries;
  }

  /** Requests a part of the state with the next message. */
  requestRead(request: ReadRequest): void {
    this.#read = request;
  }

  /** Answers a question of its clients with the next message. */
  answer(answer: SyncAnswer): void {
    this.#answers.push(answer);
  }

  /** Has the replica drop what a sibling has dropped: before it merges what waits for it. */
  drop(removals: readonly Uint8Array[]): void {
    this.#dropped.push(...removals);
  }

  /** No tombstone that was forgotten elsewhere is later than this. */
  raiseFloor(ms: number): void {
    this.#floorMs = Math.max(this.#floorMs, ms);
  }

  /** Says which tombstones the replica may remove. */
  collect(request: CollectRequest): void {
    this.#collect = request;
  }

  /** Has all be persisted that waits now. */
  persistAll(): void {
    this.#persistsAll = true;
  }

  /** Has the replica compared, when it holds all that waits for it now. */
  requestCompare(request: CompareRequest): void {
    this.#compare = request;
    this.#entriesAhead = this.#outbox.size;
  }

  /** Asks the query actor, with the next message, to say when it has sent all that it accepted. */
  requestDrain(): void {
    this.#drain = "requested";
  }

  /** Whether the query actor has ever accepted a Put, as far as it has said. */
  get hasAccepted(): boolean {
    return this.#hasAccepted;
  }

  /** The query actor says whether it has ever accepted a Put. */
  accepted(hasAccepted: boolean): void {
    this.#hasAccepted ||= hasAccepted;
  }

  /** The query actor has claimed its writes up to this one: the sync actor has passed their entries on. */
  get claimedTo(): number {
    return this.#claimedTo;
  }

  /** The query actor claims its own writes. */
  claims(claims: readonly Claim[]): void {
    for (const { to } of claims) this.#claimedTo = Math.max(this.#claimedTo, to);
  }

  /** The query actor has sent all that it accepted. */
  drained(): void {
    this.#drain = "drained";
  }

  /**
   * Whether a message is to be sent now. What has time goes with the next one, or when as many may leave at once
   * as ever, so that no Put waits for it.
   *
   * @param isStateComplete whether all of the state that the server takes over has come
   * @param orders which the query actor is told at once when they change
   */
  isMessageDue(isStateComplete: boolean, orders: Orders): boolean {
    if (this.#hasNews(isStateComplete, orders)) return this.pacer.isDue();
    return this.#hasNewsWithTime && this.pacer.isRested();
  }

  #hasNews(isStateComplete: boolean, orders: Orders): boolean {
    return !isSame(orders, this.#told) || this.#hasEntriesToSend || this.#read !== undefined ||
      this.#drain === "requested" || this.#isToGreet || this.#outbox.hasClaims ||
      this.#dropped.length > 0 || this.#answers.length > 0 ||
      this.#compare?.isLikelyEqual === false || isStateComplete && !this.#isReady;
  }

  get #hasNewsWithTime(): boolean {
    return this.#collect !== undefined || this.#compare !== undefined;
  }

  get #hasEntriesToSend(): boolean {
    return this.#outbox.size > 0 && this.#window.roomBytes > 0;
  }

  /** Makes the message to send now. It makes the replica ready if the rest of the state is in it. */
  nextMessage(isStateComplete: boolean, orders: Orders): NextMerge {
    const living = orders.living === this.#told.living ? undefined : orders.living;
    this.#told = orders;
    const entries = this.#takeEntries();
    const expected = this.#isReady ? undefined : this.#expected;
    if (!this.#isReady && isStateComplete && this.#outbox.size === 0) {
      this.#isReady = true;
      this.#expected = undefined;
      this.#readyPlace = this.place;
    }
    this.#entriesAhead = this.#outbox.size === 0
      ? 0
      : Math.max(0, this.#entriesAhead - entries.batch.size);
    const message = {
      entries: entries.batch,
      number: entries.number,
      orders,
      living,
      ready: this.#isReady,
      drain: this.#drain === "requested",
      read: this.#read,
      claims: this.#outbox.takeClaims(),
      dropped: this.#dropped.length > 0 ? this.#dropped.splice(0) : undefined,
      floorMs: this.#floorMs > this.#toldFloorMs ? this.#floorMs : undefined,
      collect: this.#collect,
      compare: this.#entriesAhead === 0 ? this.#compare : undefined,
      answers: this.#answers.length > 0 ? this.#answers.splice(0) : undefined,
      persistsAll: this.#persistsAll,
      expected,
    };
    this.#persistsAll &&= this.#outbox.size > 0;
    this.#read = this.#collect = undefined;
    this.#isToGreet = false;
    this.#toldFloorMs = this.#floorMs;
    if (message.compare !== undefined) this.#compare = undefined;
    if (message.drain) this.#drain = "draining";
    return message;
  }

  #takeEntries(): { batch: OutgoingBatch; number: number } {
    if (!this.#hasEntriesToSend) return { batch: this.#outbox.takeNone(), number: 0 };
    const { bytes } = this.#outbox;
    const { oldestMs } = this.#waiting;
    const batch = this.#outbox.take(this.#window.roomBytes);
    this.#waiting.left(batch.size, this.#outbox.size);
    const leftBytes = bytes - this.#outbox.bytes;
    return { batch, number: this.#window.leaves(batch.size, leftBytes, oldestMs) };
  }

  // ---- invariants ---------------------------------------------------------------------------

  /** Adds the entries that it keeps in the pool. */
  addTo(use: PoolUse): void {
    this.#outbox.addTo(use);
  }

  /** @throws {Error} when an invariant does not hold. */
  assertInvariants(): void {
    this.#outbox.assertInvariants();
    this.#window.assertInvariants();
  }
}

function isSame(a: Orders, b: Orders): boolean {
  return a.isAlone === b.isAlone && a.refusal === b.refusal && a.holdsBack === b.holdsBack &&
    a.living === b.living;
}
