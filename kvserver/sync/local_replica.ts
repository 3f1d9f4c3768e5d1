import { type ActorContext, type ActorRef, uid } from "../../actor/mod.ts";
import type { CompareRequest, ReadRequest } from "../messages/replica_messages.ts";
import type { SyncAnswer } from "../messages/sync_questions.ts";
import { SendPacer } from "../messages/send_pacer.ts";
import type { EntryPool } from "./entry_pool.ts";
import { Outbox } from "./outbox.ts";
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
  readonly ready: boolean;
  readonly drain: boolean;
  readonly read: ReadRequest | undefined;
  readonly compare: CompareRequest | undefined;
  /** Answers to questions of its clients; absent: there are none. */
  readonly answers: readonly SyncAnswer[] | undefined;
  readonly persistsAll: boolean;
}

/** A query actor of this server, as the sync actor sees it: the entries that its replica is to be sent. */
export class LocalReplica {
  readonly ref: ActorRef;
  readonly uid: string;
  readonly pacer: SendPacer;
  readonly outbox: Outbox;
  /** The part of the state to request with the next message. */
  #read: ReadRequest | undefined;
  #answers: SyncAnswer[] = [];
  /** Whether entries wait that are to be persisted although they bear this server's name. */
  #persistsAll = false;
  /** What to ask about ranges, once as many entries have left as were queued before. */
  #compare: CompareRequest | undefined;
  #entriesAhead = 0;
  /** Whether the replica holds the state that the server took over, and its query actor was told so. */
  #isReady = true;
  #drain: DrainState = "serving";
  /** Whether the query actor believes that there is no other one in the cluster. */
  #isAlone: boolean;
  #hasAccepted = false;

  /**
   * @param pool holds the entries
   * @param isAlone whether it is the only query actor of its server
   */
  constructor(context: ActorContext, ref: ActorRef, pool: EntryPool, isAlone: boolean) {
    this.#isAlone = isAlone;
    this.ref = ref;
    this.uid = uid(ref);
    this.pacer = new SendPacer(context, this.uid);
    this.outbox = new Outbox(pool, context.limits);
  }

  /** Whether the replica holds the state that the server took over, and its query actor was told so. */
  get isReady(): boolean {
    return this.#isReady;
  }

  /** Whether the query actor has sent all that it accepted, after it was asked to. */
  get isDrained(): boolean {
    return this.#drain === "drained";
  }

  /** The server begins to take a state over. */
  notReady(): void {
    this.#isReady = false;
  }

  /** Requests a part of the state with the next message. */
  requestRead(request: ReadRequest): void {
    this.#read = request;
  }

  /** Answers a question of its clients with the next message. */
  answer(answer: SyncAnswer): void {
    this.#answers.push(answer);
  }

  /** Has all be persisted that waits now. */
  persistAll(): void {
    this.#persistsAll = true;
  }

  /** Has the replica compared, when it holds all that waits for it now. */
  requestCompare(request: CompareRequest): void {
    this.#compare = request;
    this.#entriesAhead = this.outbox.size;
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

  /** The query actor has sent all that it accepted. */
  drained(): void {
    this.#drain = "drained";
  }

  /**
   * @param isStateComplete whether all of the state that the server takes over has come
   * @param isAlone whether there is no other query actor in the cluster: it is told at once when that
   * changes, because it queues nothing for others before
   */
  hasNews(isStateComplete: boolean, isAlone: boolean): boolean {
    return isAlone !== this.#isAlone || this.outbox.size > 0 || this.#read !== undefined ||
      this.#drain === "requested" ||
      this.#answers.length > 0 || this.#compare !== undefined || isStateComplete && !this.#isReady;
  }

  /** Makes the message to send now. It makes the replica ready if the rest of the state is in it. */
  nextMessage(isStateComplete: boolean, isAlone: boolean): NextMerge {
    this.#isAlone = isAlone;
    const entries = this.outbox.take();
    this.#isReady ||= isStateComplete && this.outbox.size === 0;
    this.#entriesAhead = this.outbox.size === 0
      ? 0
      : Math.max(0, this.#entriesAhead - entries.size);
    const message = {
      entries,
      ready: this.#isReady,
      drain: this.#drain === "requested",
      read: this.#read,
      compare: this.#entriesAhead === 0 ? this.#compare : undefined,
      answers: this.#answers.length > 0 ? this.#answers.splice(0) : undefined,
      persistsAll: this.#persistsAll,
    };
    this.#persistsAll &&= this.outbox.size > 0;
    this.#read = undefined;
    if (message.compare !== undefined) this.#compare = undefined;
    if (message.drain) this.#drain = "draining";
    return message;
  }
}
