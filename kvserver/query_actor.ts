import type { Actor, ActorContext, ActorRef } from "../actor/mod.ts";
import { uid } from "../actor/mod.ts";
import { futureToleranceMs, readEntriesMax, syncMessageBytesMax } from "../limits.ts";
import { type Answer, answerFrames, MsgpackReader, type MsgpackWriter } from "../rpc/mod.ts";
import { DiskDebt } from "./disk/disk_debt.ts";
import type { Durability, JournalMessage, LoadMessage } from "./disk/journal_messages.ts";
import { EntryBatch } from "./entry_batch.ts";
import { EntryReader } from "./entry_reader.ts";
import { originTest } from "./messages/origin_filter.ts";
import type {
  MergeMessage,
  ReadRequest,
  StatePart,
  WrittenMessage,
} from "./messages/replica_messages.ts";
import { SendPacer, type TickMessage } from "./send_pacer.ts";
import { Queries } from "./queries.ts";
import { beginReply, endReply, isQuery, Query } from "./query_message.ts";
import { serverStats } from "./server_stats.ts";
import { type EntryBytes, noEntry, type Store } from "./store/mod.ts";
import { WrittenEntries } from "./written_entries.ts";

type Message = MergeMessage | JournalMessage | TickMessage;

/** How a query actor keeps what it takes. */
export interface DiskOptions {
  /** The inbox of the server's journal. */
  journal: ActorRef;
  durability: Durability;
}

/** What a query actor is told at its start. */
export interface QueryActorOptions {
  /** The program's version, for `Stats`. */
  version: string;
  /** Its server's sync actor. */
  syncActor: ActorRef;
  /** Whether the server has no state to take over from others. */
  ready: boolean;
  /** Whether there is no other query actor anywhere, until the sync actor says otherwise. */
  isAlone: boolean;
  /** The replica. */
  store: Store;
  /** Absent when nothing is kept. */
  disk?: DiskOptions;
}

/** Reused for every query: it holds nothing between two of them. */
const query = new Query();

/**
 * Answers queries from a full replica of its own, at once: no query waits for another actor.
 *
 * Requests arrive as the bytes that came from the socket, any number of them in a message, and are
 * answered with the bytes that go back to it.
 */
export class QueryActor implements Actor {
  #context: ActorContext;
  #options: QueryActorOptions;
  #uid: string;
  #startedMs: number;
  #store: Store;
  #reader = new MsgpackReader(new Uint8Array());
  /** What it took and the sync actor does not know yet. */
  #written: WrittenEntries;
  /** What it took and is not on disk yet. */
  #disk: DiskDebt | undefined;
  /** Tells by the uid of an entry whether another server took it. */
  #isForeign: (uid: string) => boolean;
  /** When the query under way took its first Put, for all of its Puts; 0 before. */
  #nowMs = 0;
  /** The part of the state that it is asked for. */
  #read: ReadRequest | undefined;
  /** Whether it is asked to say when it has told all it took. */
  #draining = false;
  #pace: SendPacer;
  #ready: boolean;
  /** Whoever comes later is given the state, and this is told to pass on before that is read. */
  #isAlone: boolean;
  #entriesMerged = 0;
  #entriesIgnored = 0;
  #entriesFromFuture = 0;
  #futureLoggedMs = -Infinity;
  #connections = 0;
  #queries: Queries;

  constructor(context: ActorContext, options: QueryActorOptions) {
    this.#context = context;
    this.#options = options;
    this.#uid = uid(context.self);
    this.#startedMs = context.monotonicMs();
    this.#pace = new SendPacer(context, "sync");
    this.#ready = options.ready;
    this.#isAlone = options.isAlone;
    this.#store = options.store;
    this.#written = new WrittenEntries(options.store);
    this.#isForeign = originTest({ except: [context.self.incarnation] });
    const { disk, store } = options;
    const host = {
      uid: this.#uid,
      now: () => this.#nowMs ||= context.now(),
      stats: () => this.#stats(),
      bug: (error: unknown) => this.#bug(error),
    };
    this.#queries = new Queries(store, host, disk?.durability === "strict");
    if (disk === undefined) return;
    this.#disk = new DiskDebt(context, disk.journal, disk.durability, store);
  }

  /** Queries are read as they were marshalled. */
  onMarshalled(bytes: Uint8Array, start: number, end: number): boolean {
    if (!isQuery(bytes[start])) return false;
    this.#reader.reset(bytes, start, end);
    this.#answerQuery(bytes);
    this.#noteTaken();
    this.#sendWritten();
    this.#disk?.send();
    return true;
  }

  onMessage(message: Message): void {
    switch (message.type) {
      case "merge":
        this.#merge(message);
        break;
      case "load":
        return this.#load(message);
      case "tick":
        if (message.receiver === "sync") this.#pace.ticked();
        else this.#disk?.ticked();
        break;
      default:
        this.#disk?.receive(message);
        this.#queries.refusal = this.#disk?.refusal;
        return;
    }
    this.#sendWritten();
    this.#disk?.send();
  }

  #answerQuery(bytes: Uint8Array): void {
    query.read(this.#reader);
    const { inbox, connections, start, end } = query;
    this.#connections = connections;
    this.#nowMs = 0;
    const writer = this.#context.beginMessage();
    const place = beginReply(writer);
    const answer = this.#answer(bytes, start, end, writer, place);
    endReply(writer, place, answer, this.#queries.takenMsgids.length);
    const { address, incarnation } = this.#context.self;
    this.#context.tellWritten({ address, incarnation, counter: inbox });
  }

  /** Whoever asked is waiting: a bug of ours ends its connection rather than leave it so. */
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
      this.#bug(error);
      writer.truncate(place);
      return { consumed: end - start, close: true };
    }
  }

  /** Owes what the query put: to the other replicas, to the disk, and answers that wait for it. */
  #noteTaken(): void {
    const { taken, takenMsgids: msgids } = this.#queries;
    if (taken.length === 0) return;
    const written = this.#isAlone ? undefined : this.#written;
    for (const n of taken) {
      written?.add(n);
      this.#disk?.add(n);
    }
    taken.length = 0;
    if (msgids.length === 0) return;
    this.#disk!.hold({ inbox: query.inbox, msgids });
    this.#queries.takenMsgids = [];
  }

  #bug(error: unknown): void {
    console.error(`Query actor ${this.#uid}:`, error);
  }

  #stats(): Record<string, number | boolean | string> {
    return {
      ...serverStats(this.#context.stats(), this.#ready),
      entriesMerged: this.#entriesMerged,
      entriesIgnored: this.#entriesIgnored,
      entriesFromFuture: this.#entriesFromFuture,
      connections: this.#connections,
      uptimeMs: Math.round(this.#context.monotonicMs() - this.#startedMs),
      version: this.#options.version,
    };
  }

  // ---- sync ---------------------------------------------------------------------------------

  #merge({ entries, read, ready, isAlone, persistsRemote, drain }: MergeMessage): void {
    this.#ready = ready;
    this.#isAlone = isAlone;
    const nowMs = this.#context.now();
    const received = new EntryReader(entries);
    while (received.next()) {
      if (received.timestamp > nowMs + futureToleranceMs) this.#noteFuture(received, nowMs);
      const n = this.#store.merge(received);
      if (n === noEntry) {
        this.#entriesIgnored++;
        continue;
      }
      this.#entriesMerged++;
      // What it took of this key itself and is beaten now, nobody needs to know.
      this.#written.forget(n);
      // What its siblings took, they keep themselves.
      if (persistsRemote && this.#isForeign(received.uid)) this.#disk?.add(n);
    }
    this.#read = read ?? this.#read;
    this.#draining ||= drain;
  }

  #load({ entries, replyTo }: LoadMessage): void {
    for (const entry = new EntryReader(entries); entry.next();) this.#store.merge(entry);
    this.#context.tell(replyTo, true);
  }

  /** Merged like any other: dropping it here and not elsewhere would diverge. */
  #noteFuture({ timestamp, uid }: EntryBytes, nowMs: number): void {
    this.#entriesFromFuture++;
    if (nowMs - this.#futureLoggedMs < futureToleranceMs) return;
    this.#futureLoggedMs = nowMs;
    console.error(`An entry of ${uid} is ${timestamp - nowMs} ms ahead of this server's clock`);
  }

  #sendWritten(): void {
    const hasNews = this.#written.size > 0 || this.#read !== undefined || this.#draining;
    if (!hasNews || !this.#pace.isDue()) return;
    // What was written goes first, but a part of the state gets half of the message at least.
    const batch = this.#written.take(
      this.#read === undefined ? syncMessageBytesMax : syncMessageBytesMax / 2,
    );
    const message: WrittenMessage = {
      type: "written",
      from: this.#context.self.counter,
      entries: batch.encode(),
      isDrained: this.#draining && this.#written.size === 0,
    };
    if (message.isDrained) this.#draining = false;
    if (this.#read !== undefined) {
      message.part = this.#readPart(this.#read, syncMessageBytesMax - message.entries.length);
    }
    this.#read = undefined;
    this.#context.tell(this.#options.syncActor, message);
    this.#pace.sent();
    if (this.#written.size > 0 || this.#draining) this.#pace.isDue();
  }

  /** A turn looks at `readEntriesMax` entries at the most, however few of them are asked for. */
  #readPart({ id, after, filter }: ReadRequest, bytesMax: number): StatePart {
    const part = new EntryBatch(this.#store, bytesMax);
    const isAsked = originTest(filter);
    let looked = 0;
    let last = noEntry;
    const isDone = this.#store.walk(after, (n) => {
      if (looked === readEntriesMax) return false;
      if (isAsked(this.#store.uidOf(n)) && !part.add(n)) return false;
      last = n;
      looked++;
      return true;
    });
    const entries = part.encode();
    return isDone ? { id, entries } : { id, entries, after: this.#store.keyOf(last) };
  }
}
