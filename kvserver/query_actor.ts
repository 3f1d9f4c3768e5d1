/**
 * A query actor answers from a full replica of its own and never waits for another one; syncing goes
 * on behind that. The strategy: **each Put travels once along each edge of a tree.** The query actor
 * that took it tells its server's sync actor; that one tells the sibling query actors, and once the
 * sync actor of every other server, which tells its own query actors. Every hop keeps what it owes
 * per receiver and by key, so that only the newest entry of a key travels, and tells each receiver
 * at most one message per 105 ms: the first at once, all that comes meanwhile in the next. So a Put
 * is on every local replica after two hops and on every remote one after three and the wire, however
 * many Puts there are, and no pair of actors ever exchanges more than ten messages a second.
 *
 * Inside a server a tell cannot be lost. Between servers it can: a sync actor keeps what it sent until
 * it is acknowledged (acknowledgements ride on the next message back) and owes it again when the
 * connection has changed since. A server that comes to be known, in either direction, is owed all
 * that the other's actors ever took, read from a replica part by part; one donor gives it everything
 * else. Merging takes the later of two entries by a total order, so it does not matter in which order
 * and how often they arrive. (After Anna's multicast of merged updates and Dynamo's hinted handoff;
 * `docs/sync.md` has the figures.)
 *
 * @module
 */

import type { Actor, ActorContext, ActorRef } from "../actor/mod.ts";
import { uid } from "../actor/mod.ts";
import {
  expectParams,
  methodNames,
  methodOf,
  readKey,
  readScanLimit,
  readValueParam,
} from "../kvcommon/mod.ts";
import {
  frameBytesMax,
  futureToleranceMs,
  readEntriesMax,
  scanPageBytesMax,
  syncMessageBytesMax,
} from "../limits.ts";
import {
  type Answer,
  answerFrames,
  type Incoming,
  later,
  MsgpackReader,
  type MsgpackWriter,
  type RequestHandler,
  RpcError,
  writeValue,
} from "../rpc/mod.ts";
import { debtTest } from "./debt.ts";
import { DiskDebt } from "./disk/disk_debt.ts";
import type { Durability, JournalMessage, LoadMessage } from "./disk/journal_messages.ts";
import { EntryBatch } from "./entry_batch.ts";
import { EntryReader } from "./entry_reader.ts";
import { Pace, type TickMessage } from "./pace.ts";
import { beginReply, endReply, isQuery, Query } from "./query_message.ts";
import { type EntryBytes, noEntry, type Store } from "./store/mod.ts";
import type { MergeMessage, ReadRequest, StatePart, WrittenMessage } from "./sync_messages.ts";
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

/** Slack for what stands around the entries of a List in its frame. */
const listFrameBytesMax = frameBytesMax - 64;

/**
 * Answers queries from a full replica of its own, at once: no query waits for another actor.
 *
 * Requests arrive as the bytes that came from the socket, any number of them in a message, and are
 * answered with the bytes that go back to it.
 */
export class QueryActor implements Actor, RequestHandler {
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
  /** How many requests of the query under way are answered later. */
  #later = 0;
  /** The part of the state that it is asked for. */
  #read: ReadRequest | undefined;
  /** Whether it is asked to say when it has told all it took. */
  #draining = false;
  #pace: Pace;
  #ready: boolean;
  /** Whoever comes later is given the state, and this is told to pass on before that is read. */
  #isAlone: boolean;
  #entriesMerged = 0;
  #entriesIgnored = 0;
  #entriesFromFuture = 0;
  #futureLoggedMs = -Infinity;
  #connections = 0;
  #gets = 0;
  #puts = 0;
  #lists = 0;

  constructor(context: ActorContext, options: QueryActorOptions) {
    this.#context = context;
    this.#options = options;
    this.#uid = uid(context.self);
    this.#startedMs = context.monotonicMs();
    this.#pace = new Pace(context, "sync");
    this.#ready = options.ready;
    this.#isAlone = options.isAlone;
    this.#store = options.store;
    this.#written = new WrittenEntries(options.store);
    this.#isForeign = debtTest({ except: [context.self.incarnation] });
    const { disk, store } = options;
    if (disk === undefined) return;
    this.#disk = new DiskDebt(context, disk.journal, disk.durability, store);
  }

  /** Queries are read as they were marshalled. */
  onMarshalled(bytes: Uint8Array, start: number, end: number): boolean {
    if (!isQuery(bytes[start])) return false;
    this.#reader.reset(bytes, start, end);
    this.#answerQuery(bytes);
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
        return this.#disk?.receive(message);
    }
    this.#sendWritten();
    this.#disk?.send();
  }

  #answerQuery(bytes: Uint8Array): void {
    query.read(this.#reader);
    const { inbox, connections, start, end } = query;
    this.#connections = connections;
    this.#later = 0;
    const writer = this.#context.beginMessage();
    const place = beginReply(writer);
    const answer = this.#answer(bytes, start, end, writer, place);
    endReply(writer, place, answer, this.#later);
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
      return answerFrames(bytes, this.#reader, writer, this, start, end);
    } catch (error) {
      this.bug(error);
      writer.truncate(place);
      return { consumed: end - start, close: true };
    }
  }

  // ---- sync ---------------------------------------------------------------------------------

  #merge({ entries, read, ready, isAlone, isKeeper, drain }: MergeMessage): void {
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
      if (isKeeper && this.#isForeign(received.uid)) this.#disk?.add(n);
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
  #readPart({ id, after, debt }: ReadRequest, bytesMax: number): StatePart {
    const part = new EntryBatch(this.#store, bytesMax);
    const isAsked = debtTest(debt);
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

  // ---- queries ------------------------------------------------------------------------------

  request(
    request: Incoming,
    reader: MsgpackReader,
    writer: MsgpackWriter,
  ): void | typeof later {
    switch (methodOf(reader.bytes, request.methodStart, request.methodEnd)) {
      case "Get":
        return this.#get(request, reader, writer);
      case "Put":
        return this.#put(request, reader, writer);
      case "List":
        return this.#list(request, reader, writer);
      case "Scan":
        return this.#scan(request, reader, writer);
      case "Ping":
        expectParams(request, "Ping", 0);
        return void writer.str("pong");
      case "Stats":
        expectParams(request, "Stats", 0);
        return writeValue(writer, this.#stats());
      case undefined:
        throw new RpcError(
          "unknown_method",
          `Cannot call ${JSON.stringify(request.method(reader))}: allowed are ${
            methodNames.join(", ")
          }`,
        );
    }
  }

  bug(error: unknown): void {
    console.error(`Query actor ${this.#uid}:`, error);
  }

  #get(request: Incoming, reader: MsgpackReader, writer: MsgpackWriter): void {
    expectParams(request, "Get", 1);
    const keyBytes = readKey(reader, "Get");
    this.#gets++;
    const n = this.#store.get(reader.bytes, reader.at - keyBytes, reader.at);
    if (n === noEntry) writer.nil();
    else this.#store.writeValue(writer, n);
  }

  #put(
    request: Incoming,
    reader: MsgpackReader,
    writer: MsgpackWriter,
  ): void | typeof later {
    expectParams(request, "Put", 2);
    const keyBytes = readKey(reader, "Put");
    const keyEnd = reader.at;
    const valueBytes = readValueParam(reader, "Put");
    this.#disk?.expectWritable();
    this.#puts++;
    const n = this.#store.put(
      reader.bytes,
      keyEnd - keyBytes,
      keyEnd,
      reader.at - valueBytes,
      reader.at,
      this.#context.now(),
      this.#uid,
    );
    if (!this.#isAlone) this.#written.add(n);
    if (this.#disk?.addPut(n, query.inbox, request.msgid!)) {
      this.#later++;
      return later;
    }
    writer.nil();
  }

  #list(request: Incoming, reader: MsgpackReader, writer: MsgpackWriter): void {
    expectParams(request, "List", 1);
    const prefixBytes = readKey(reader, "List", "prefix");
    this.#lists++;
    const start = writer.size;
    const header = writer.reserveHeader32();
    let count = 0;
    const prefix = reader.bytes.subarray(reader.at - prefixBytes, reader.at);
    this.#store.scan(prefix, undefined, (n) => {
      if (writer.size - start + this.#store.bytesOf(n) > listFrameBytesMax) {
        throw new RpcError(
          "too_large",
          `Cannot List: the entries exceed a frame of ${frameBytesMax} bytes, use Scan`,
        );
      }
      this.#store.writeKey(writer, n);
      this.#store.writeValue(writer, n);
      count++;
      return true;
    });
    writer.fillHeader32(header, 0xdf, count);
  }

  #scan(request: Incoming, reader: MsgpackReader, writer: MsgpackWriter): void {
    expectParams(request, "Scan", 3);
    const prefixBytes = readKey(reader, "Scan", "prefix");
    const prefix = reader.bytes.subarray(reader.at - prefixBytes, reader.at);
    let after: Uint8Array | undefined;
    if (!reader.nil()) {
      const afterBytes = readKey(reader, "Scan", "after");
      after = reader.bytes.subarray(reader.at - afterBytes, reader.at);
    }
    const limit = readScanLimit(reader);
    this.#lists++;
    writer.arrayHeader(2);
    const start = writer.size;
    const header = writer.reserveHeader32();
    let count = 0;
    const done = this.#store.scan(prefix, after, (n) => {
      if (count === limit) return false;
      const bytes = writer.size - start + this.#store.bytesOf(n);
      if (count > 0 && bytes > scanPageBytesMax) return false;
      writer.arrayHeader(2);
      this.#store.writeKey(writer, n);
      this.#store.writeValue(writer, n);
      count++;
      return true;
    });
    writer.fillHeader32(header, 0xdd, count);
    writer.bool(done);
  }

  #stats(): Record<string, number | boolean | string> {
    return {
      ...this.#context.stats(),
      ready: this.#ready,
      keys: this.#store.size,
      gets: this.#gets,
      puts: this.#puts,
      lists: this.#lists,
      entriesMerged: this.#entriesMerged,
      entriesIgnored: this.#entriesIgnored,
      entriesFromFuture: this.#entriesFromFuture,
      connections: this.#connections,
      uptimeMs: Math.round(this.#context.monotonicMs() - this.#startedMs),
      version: this.#options.version,
    };
  }
}
