import type { TokenEntry } from "../../access/mod.ts";
import type { Actor, ActorContext, ActorRef } from "../../actor/mod.ts";
import { uid } from "../../actor/mod.ts";
import {
  type Answer,
  answerFrames,
  frameHeaderBytes,
  frameLength,
  inTurns,
  isAllocationFailure,
  MsgpackReader,
  type MsgpackWriter,
  type RpcError,
} from "../../rpc/mod.ts";
import type { LongReply, ServerFigures } from "../../resp/mod.ts";
import type { JournalMessage, LoadMessage } from "../messages/journal_messages.ts";
import type { MergeMessage } from "../messages/replica_messages.ts";
import type { TickMessage } from "../messages/ticks.ts";
import type { Store } from "../store/mod.ts";
import type { Dot } from "../versions/version_vector.ts";
import { nobody } from "../watch/mod.ts";
import { FramedWatches } from "./framed_watches.ts";
import { Admissions } from "./admissions.ts";
import { Collector, collectorTicks, type CollectTurnMessage } from "./collector.ts";
import { ExpiryClock, expiryTicks } from "./expiry_clock.ts";
import { type CompareTurnMessage, Comparing } from "./comparing.ts";
import { noReplies } from "./deferred_results.ts";
import { type DiskOptions, GroupCommit } from "./group_commit.ts";
import { type ListTurnMessage, ListTurns } from "./list_turns.ts";
import { LongQueries, type LongQueryTurnMessage } from "./long_queries.ts";
import { type MergeTurnMessage, MergeTurns } from "./merge_turns.ts";
import { Merger } from "./merger.ts";
import type { ReadTurnMessage } from "./part_reading.ts";
import { Queries } from "./queries.ts";
import {
  beginReply,
  type ClosedMessage,
  endReply,
  isCommands,
  isQuery,
  makeLast,
  type NotifiedMessage,
  type OpenedMessage,
  Query,
  tellConnection,
  type TokensMessage,
  writeAdmitted,
  writeEnd,
} from "./query_message.ts";
import type { RefusalCounter } from "./measurements.ts";
import type { QueryCounter } from "./query_figures.ts";
import type { ReplicaSize } from "./replica_size.ts";
import { ReplicaVersions } from "./replica_versions.ts";
import { RedisKeyspace } from "./redis_keyspace.ts";
import { RedisQueries } from "./redis_queries.ts";
import { serverStats } from "./server_stats.ts";
import { SyncOutbox } from "./sync_outbox.ts";
import { SyncQuestions } from "./sync_questions.ts";
import { Watches, type WatchTurnMessage } from "./watches.ts";

type Message =
  | MergeMessage
  | JournalMessage
  | TickMessage
  | ListTurnMessage
  | LongQueryTurnMessage
  | CompareTurnMessage
  | MergeTurnMessage
  | ReadTurnMessage
  | CollectTurnMessage
  | WatchTurnMessage
  | NotifiedMessage
  | OpenedMessage
  | ClosedMessage
  | TokensMessage;

/** Options of a `QueryActor`. */
export interface QueryActorOptions {
  /** The program's version, for `Stats`. */
  version: string;
  /** Its server's sync actor. */
  syncActor: ActorRef;
  /** Whether the server has no state to take over from others. */
  ready: boolean;
  /** Whether this is the only query actor in the cluster, until the sync actor says otherwise. */
  isAlone: boolean;
  /** How many query actors the server has: each keeps what one accepts. Default 1. */
  replicaCount?: number;
  /** The replica. */
  store: Store;
  /** Absent when nothing is persisted. */
  disk?: DiskOptions;
  /** The tokens that are known; absent: none are asked for. */
  tokens?: readonly TokenEntry[];
  /** Passes on how many queries there were. */
  counter?: QueryCounter;
  /** Counts what is refused. */
  refusals?: RefusalCounter;
  /** Where it says how much its replica holds. */
  size?: ReplicaSize;
}

/**
 * Answers queries from a full replica of its own, at once: no query waits for another actor.
 *
 * Requests arrive as the bytes that came from the socket, any number of them in a message, and are
 * answered with the bytes that go back to it. Accepted Puts go to the other replicas by way of the
 * `SyncOutbox`, and to the disk by way of the `GroupCommit`.
 */
export class QueryActor implements Actor {
  #context: ActorContext;
  #version: string;
  #uid: string;
  #startedMs: number;
  #store: Store;
  #reader = new MsgpackReader(new Uint8Array());
  /** The query that is being answered; one object serves for all. */
  #query = new Query();
  #queries: Queries;
  /** Absent when no tokens are asked for. */
  #admissions: Admissions | undefined;
  #redis: RedisQueries;
  #counter: QueryCounter | undefined;
  #size: ReplicaSize | undefined;
  #lists: ListTurns;
  #longQueries: LongQueries;
  #watches: Watches;
  #framedWatches: FramedWatches;
  /** How many of the entries that the query put were noted by the watches. */
  #watched = 0;
  /** By which entries expire. */
  #clock: ExpiryClock;
  #outbox: SyncOutbox;
  #comparing: Comparing;
  #questions: SyncQuestions;
  /** What the replica has seen. */
  #versions: ReplicaVersions;
  #collector: Collector;
  /** Absent when nothing is persisted. */
  #commit: GroupCommit | undefined;
  #merger: Merger;
  #merges: MergeTurns;
  /** Wall clock of the query under way, read at its first Put and good for all of them; 0: not read. */
  #nowMs = 0;
  #ready: boolean;
  #connections = 0;

  constructor(context: ActorContext, options: QueryActorOptions) {
    const { store, disk, tokens, refusals } = options;
    this.#context = context;
    this.#counter = options.counter;
    this.#size = options.size;
    if (tokens !== undefined) {
      const clock = { monotonicMs: () => context.monotonicMs() };
      this.#admissions = new Admissions(tokens, clock, (why) => refusals?.noteToken(why));
    }
    this.#version = options.version;
    this.#uid = uid(context.self);
    this.#startedMs = context.monotonicMs();
    this.#ready = options.ready;
    this.#store = store;
    this.#longQueries = new LongQueries(context);
    this.#watches = new Watches(context, store);
    this.#framedWatches = new FramedWatches(this.#watches);
    this.#clock = new ExpiryClock(context, store, (n) => {
      this.#watches.changed(n);
      if (!store.isShown(n)) this.#collector.noteHidden();
    });
    this.#questions = new SyncQuestions(context);
    const versions = this.#versions = new ReplicaVersions(
      context,
      () => this.#queries.writes.counter,
      disk !== undefined,
    );
    store.onUnclaimedReplaced = (uid, counter) => versions.replaced(uid, counter);
    this.#comparing = new Comparing(context, store, versions, (dropped) => {
      this.#collector.drop(dropped);
    });
    this.#outbox = new SyncOutbox(
      context,
      store,
      this.#questions,
      this.#comparing,
      versions,
      options,
    );
    if (disk !== undefined) {
      const onReleased = (inbox: number) => this.#watches.release(inbox);
      this.#commit = new GroupCommit(
        context,
        store,
        versions,
        disk,
        onReleased,
        (door, code, count) => refusals?.note(door, code, count),
      );
    }
    this.#merger = new Merger(
      context,
      store,
      this.#watches,
      this.#outbox,
      versions,
      this.#commit,
      () => this.#collector.noteHidden(),
    );
    this.#merges = new MergeTurns(context, this.#merger, {
      onBegun: (message) => this.#mergeBegun(message),
      onMerged: (message) => this.#merged(message),
    });
    this.#collector = new Collector(
      context,
      store,
      this.#watches,
      this.#comparing,
      versions,
      this.#outbox,
      this.#commit,
      (n) => this.#queries.writes.deleteAgain(n),
    );
    const host = {
      uid: this.#uid,
      limits: context.limits,
      memory: context.memory,
      replicaCount: options.replicaCount ?? 1,
      now: () => this.#nowMs ||= context.now(),
      monotonicMs: () => context.monotonicMs(),
      hasSeen: (write: Dot) => versions.hasSeen(write),
      isUngiven: (write: Dot) => versions.isUngiven(write),
      stats: () => this.#stats(),
      watch: (prefix: Uint8Array, isInitial: boolean) => {
        // Entries that the query has put by now are from before the watch.
        this.#noteAccepted();
        return this.#framedWatches.begin(this.#query.inbox, prefix, isInitial);
      },
      unwatch: (id: number) => this.#framedWatches.end(this.#query.inbox, id),
      unwatchAll: () => this.#framedWatches.endAll(this.#query.inbox),
      refused: (code: string) => refusals?.note("frames", code),
      bug: (error: unknown) => this.#bug(error),
    };
    const isStrict = disk?.durability === "strict";
    this.#lists = new ListTurns(
      context,
      (inbox) => this.#watches.release(inbox),
      isStrict ? this.#commit : undefined,
    );
    this.#queries = new Queries(store, host, isStrict);
    this.#redis = new RedisQueries(
      context,
      new RedisKeyspace(store, this.#queries),
      {
        ...host,
        recentMs: () => context.recentMs(),
        refused: (code) => refusals?.note("redis", code),
        figures: () => this.#figures(),
      },
      this.#watches,
      () => this.#noteAccepted(),
      isStrict ? this.#commit : undefined,
      this.#admissions,
    );
  }

  /** Answers a query, which is read as it was marshalled. */
  onMarshalled(bytes: Uint8Array, start: number, end: number): boolean {
    if (!isQuery(bytes[start]) && !isCommands(bytes[start])) return false;
    this.#clock.passTime();
    this.#queries.turnBytesMax = this.#context.limits.listPartBytes;
    this.#queries.hasActed = false;
    if (!this.#answerMessage(bytes, start, end)) {
      this.#longQueries.add({ inbox: this.#query.inbox, bytes, start, end });
    }
    if (this.#mayHaveNews(bytes[start])) this.#send();
    return true;
  }

  /** Whether a query may have left something to send: Gets leave nothing, unless the clock hides entries. */
  #mayHaveNews(first: number): boolean {
    return this.#queries.hasActed || !isQuery(first) || this.#store.expiring > 0;
  }

  onMessage(message: Message): void {
    this.#clock.passTime();
    switch (message.type) {
      case "merge":
        this.#outbox.instructed(message);
        if (message.living !== undefined) this.#versions.living(message.living);
        if (message.answers !== undefined) this.#questions.answered(message.answers);
        this.#merges.add(message);
        break;
      case "mergeTurn":
        this.#merges.turn();
        break;
      case "readTurn":
        this.#outbox.readTurn();
        break;
      case "load":
        return this.#load(message);
      case "listTurn":
        this.#nowMs = 0;
        this.#queries.writes.beginQuery();
        this.#lists.turn();
        // Whoever has sent the last query has not deleted the keys.
        this.#queueAccepted(nobody);
        break;
      case "longQueryTurn":
        this.#longQueryTurn();
        break;
      case "compareTurn":
        this.#comparing.turn();
        break;
      case "collectTurn":
        this.#collector.turn();
        this.#queueAccepted(nobody);
        break;
      case "watchTurn":
        this.#watches.turn();
        break;
      case "notified":
        this.#watches.notified(message.inbox);
        break;
      case "opened":
        this.#admissions?.opened(message.inbox, message.host);
        break;
      case "closed":
        this.#redis.forget(message.inbox);
        this.#framedWatches.forget(message.inbox);
        this.#watches.forget(message.inbox);
        this.#lists.forget(message.inbox);
        this.#longQueries.forget(message.inbox);
        this.#admissions?.forget(message.inbox);
        break;
      case "tokens":
        this.#endRevoked(message.tokens);
        break;
      case "tick":
        if (message.receiver === "sync") this.#outbox.ticked();
        else if (message.receiver === expiryTicks) this.#clock.ticked();
        else if (message.receiver === collectorTicks) this.#collector.ticked();
        else this.#commit?.ticked();
        break;
      default:
        this.#commit?.receive(message);
        this.#queries.writes.refusal = this.#refusal;
        // Those whose replies were held are told what has changed meanwhile.
        return this.#watches.send();
    }
    this.#send();
  }

  #send(): void {
    const { floorMs } = this.#versions;
    this.#queries.writes.floorMs = floorMs === 0 ? 0 : floorMs + 1;
    this.#outbox.send();
    this.#queries.writes.refusal = this.#refusal;
    this.#commit?.send();
    this.#watches.send();
    this.#clock.awaitNext();
    this.#size?.note(this.#store);
  }

  /** Why Puts are refused; `undefined`: they are taken. */
  get #refusal(): RpcError | undefined {
    return this.#commit?.refusal ?? this.#outbox.refusal;
  }

  // ---- queries ------------------------------------------------------------------------------

  #longQueryTurn(): void {
    const query = this.#longQueries.take();
    if (query === undefined) return;
    this.#queries.turnBytesMax = Infinity;
    // What takes several turns is asked again in each.
    if (!this.#answerMessage(query.bytes, query.start, query.end)) this.#longQueries.add(query);
  }

  /** @returns whether it was its turn; otherwise nothing of it was executed. */
  #answerMessage(bytes: Uint8Array, start: number, end: number): boolean {
    this.#reader.reset(bytes, start, end);
    const isAnswered = isQuery(bytes[start])
      ? this.#answerQuery(bytes)
      : this.#answerCommands(bytes);
    const door = isQuery(bytes[start]) ? "frames" : "redis";
    this.#counter?.note(door, this.#query.inbox, this.#queries);
    if (this.#queries.writes.lacksRoom) this.#sayFull();
    this.#queueAccepted();
    this.#ask();
    if (this.#admissions?.isNewlyAdmitted(this.#query.inbox)) {
      writeAdmitted(this.#context.beginMessage());
      tellConnection(this.#context, this.#query.inbox);
    }
    return isAnswered;
  }

  #answerQuery(bytes: Uint8Array): boolean {
    const query = this.#query;
    query.read(this.#reader);
    this.#beginTurn(query);
    const admission = this.#admissions?.of(query.inbox);
    this.#queries.admission = admission;
    const writer = this.#context.beginMessage();
    const place = beginReply(writer);
    const answer = this.#answer(bytes, query.start, query.end, writer, place);
    const { longList } = this.#queries;
    this.#queries.longList = undefined;
    // Requests before a long one are answered first: the receiver tells the long one again then.
    if (answer.consumed === 0) {
      if (longList !== undefined) this.#listInTurns(bytes, longList);
      else this.#context.abandonMessage();
      return longList !== undefined;
    }
    const { deferred, asked } = this.#queries;
    endReply(writer, place, answer, deferred.msgids.length + asked.length);
    if (admission?.isBarred) makeLast(writer, place, true);
    tellConnection(this.#context, query.inbox);
    return true;
  }

  #answerCommands(bytes: Uint8Array): boolean {
    const query = this.#query;
    query.readCommands(this.#reader);
    this.#beginTurn(query);
    const long = this.#redis.answer(query, bytes, this.#queries.turnBytesMax);
    if (long === inTurns) return false;
    if (long !== undefined) this.#lists.begin(long);
    return true;
  }

  #beginTurn({ connections }: Query): void {
    this.#connections = connections;
    this.#nowMs = 0;
    this.#queries.writes.beginQuery();
  }

  /** Ends the connections whose tokens are not among these. */
  #endRevoked(tokens: readonly TokenEntry[]): void {
    for (const inbox of this.#admissions?.replace(tokens) ?? []) {
      writeEnd(this.#context.beginMessage());
      tellConnection(this.#context, inbox);
    }
  }

  /** The query begins with a List that is long. */
  #listInTurns(bytes: Uint8Array, reply: LongReply): void {
    this.#context.abandonMessage();
    this.#queries.ranges.countList();
    const { inbox, start } = this.#query;
    const requestBytes = frameHeaderBytes + frameLength(bytes, start);
    this.#lists.begin({ inbox, requestBytes, reply });
  }

  /** A bug of this program ends the connection of the query, because its client waits for an answer. */
  #answer(
    bytes: Uint8Array,
    start: number,
    end: number,
    writer: MsgpackWriter,
    place: number,
  ): Answer {
    try {
      return answerFrames(bytes, this.#reader, writer, this.#queries, start, end);
    } catch (error) {
      if (!isAllocationFailure(error)) this.#bug(error);
      writer.truncate(place);
      return { consumed: end - start, close: true };
    }
  }

  /**
   * Queues the entries that were put, for sync and disk, and the replies that wait for the disk.
   *
   * @param by counter of the inbox of whose connection, or `nobody`
   */
  #queueAccepted(by = this.#query.inbox): void {
    const { writes: { accepted }, deferred } = this.#queries;
    if (accepted.length === 0) return;
    for (const n of accepted) {
      this.#outbox.add(n);
      this.#commit?.add(n);
    }
    this.#noteAccepted(by);
    this.#watched = accepted.length = 0;
    if (this.#queries.writes.hasMergedDeletion) this.#collector.noteHidden();
    this.#queries.writes.hasMergedDeletion = false;
    if (deferred.msgids.length === 0) return;
    this.#commit!.acknowledgeLater({ inbox: this.#query.inbox, ...deferred });
    this.#queries.deferred = noReplies();
  }

  /** Warns who runs the server, because a refusal reaches the client alone, who cannot free memory. */
  #sayFull(): void {
    this.#context.log.warn(
      "Memory is full: Puts are refused until something is deleted, or the server is started again " +
        "with a greater --max-memory than {maxBytes} bytes",
      { maxBytes: this.#context.memory.maxBytes },
    );
  }

  /** Has the watches note the entries that were put by now. */
  #noteAccepted(by = this.#query.inbox): void {
    const { accepted } = this.#queries.writes;
    if (this.#watches.size > 0) {
      for (let i = this.#watched; i < accepted.length; i++) {
        this.#watches.changed(accepted[i], by);
      }
    }
    this.#watched = accepted.length;
  }

  /** Passes on what the query asks of the sync actor. */
  #ask(): void {
    const { asked } = this.#queries;
    if (asked.length > 0) this.#questions.ask(this.#query.inbox, asked.splice(0));
  }

  #bug(error: unknown): void {
    this.#context.log.bug("Query actor {actor} failed", error, { actor: this.#uid });
  }

  #figures(): ServerFigures {
    const { memory } = this.#context;
    return {
      version: this.#version,
      uptimeMs: this.#context.monotonicMs() - this.#startedMs,
      connections: this.#connections,
      memoryBytes: memory.bytes,
      memoryMaxBytes: memory.maxBytes,
      disk: this.#commit?.disk ?? "none",
    };
  }

  #stats(): Record<string, number | boolean | string> {
    return {
      ...serverStats(
        this.#context.stats(),
        this.#ready,
        this.#context.memory,
        this.#commit?.disk ?? "none",
        this.#commit?.diskReason,
      ),
      ...this.#merger.figures,
      connections: this.#connections,
      watches: this.#watches.size,
      uptimeMs: Math.round(this.#context.monotonicMs() - this.#startedMs),
      version: this.#version,
    };
  }

  // ---- merging ------------------------------------------------------------------------------

  /** The entries of a message are about to be merged: one of them may take the place of what is dropped. */
  #mergeBegun({ persistsRemote, dropped = [], expected }: MergeMessage): void {
    if (expected !== undefined) this.#expect(expected);
    this.#commit?.persistForeign(persistsRemote);
    this.#versions.persistsOthers = persistsRemote;
    this.#collector.isFirst = persistsRemote;
    for (const removals of dropped) this.#collector.dropAlike(removals);
  }

  /** Makes ready for entries of a state, for more of them the more have come: others say how many there are. */
  #expect(entries: number): void {
    const { expectedEntriesFirst, expectedFactor } = this.#context.limits;
    const believed = expectedFactor * Math.max(expectedEntriesFirst, this.#store.size);
    this.#store.expect(Math.min(entries, believed));
  }

  /** All entries of a message are merged. */
  #merged(message: MergeMessage): void {
    // What was made ready for entries that have not come is given back.
    if (message.ready && !this.#ready) this.#store.expect(0);
    this.#ready = message.ready;
    this.#outbox.merged(message);
    // Behind the entries, which they cover, and with which the other replica is told what this one holds.
    if (message.claims !== undefined) this.#versions.take(message.claims);
    if (message.floorMs !== undefined) this.#versions.raiseFloor(message.floorMs);
    if (message.collect !== undefined) this.#collector.collect(message.collect);
    if (message.compare !== undefined) this.#comparing.request(message.compare);
  }

  #load({ entries, seen, expected, replyTo }: LoadMessage): void {
    if (expected !== undefined) this.#store.expect(expected);
    if (entries !== undefined) this.#merger.load(entries);
    if (seen !== undefined) this.#versions.loaded(seen);
    this.#watches.send();
    this.#clock.awaitNext();
    this.#size?.note(this.#store);
    this.#context.tell(replyTo, true);
  }

  /**
   * Asserts what holds between two messages. It walks over all that waits: for tests.
   *
   * @throws {Error} when an invariant does not hold.
   */
  assertInvariants(): void {
    this.#outbox.assertInvariants();
    this.#commit?.assertInvariants();
  }
}
