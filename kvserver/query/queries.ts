import { type Admission, authenticate } from "../../access/mod.ts";
import {
  expectParams,
  type MethodName,
  methodNames,
  methodOf,
  readAddress,
  readCounterParam,
  readExpiresAt,
  readKey,
  readOrderParam,
  readPutOptions,
  readToken,
  readTtlMs,
  readValueParam,
  readWatchId,
  readWatchOptions,
} from "../../kvcommon/mod.ts";
import type { LongReply } from "../../resp/mod.ts";
import {
  deferred,
  type Incoming,
  inTurns,
  type MsgpackReader,
  type MsgpackWriter,
  type RequestHandler,
  RpcError,
  TurnTime,
  writeValue,
} from "../../rpc/mod.ts";
import { counterMax, expiresAtMax, noCounter, noExpiry, noValue } from "../entry/entry.ts";
import { orderFault } from "../entry/order.ts";
import { noEntry, type Store } from "../store/mod.ts";
import type { Question } from "../messages/sync_questions.ts";
import { noReplies } from "./deferred_results.ts";
import { Digests } from "./digests.ts";
import { type EntryForm, exported, exportedUnnumbered, scanned } from "./entry_page.ts";
import type { QueryHost } from "./query_host.ts";
import { keysOf, limitedStats } from "./limited_figures.ts";
import { expectMethodAllowed } from "./method_rights.ts";
import { RangeQueries } from "./range_queries.ts";
import type { AskedRequest } from "./sync_questions.ts";
import { Writes } from "./writes.ts";

/** The methods of a query port, executed on a replica: params in, results out, bytes all the way. */
export class Queries implements RequestHandler {
  /** The writes to the replica, those of commands of Redis clients among them. */
  readonly writes: Writes;
  /** The Puts whose replies are deferred; the caller replaces this after reading it. */
  deferred = noReplies();
  /** Requests that the sync actor answers; the caller clears the list after reading it. */
  readonly asked: AskedRequest[] = [];
  readonly replyBatchBytesMax: number;
  readonly turnTime: TurnTime;
  /** The methods that read a range of keys. */
  readonly ranges: RangeQueries;
  /** A List that is to be made in turns; the caller removes it. */
  longList: LongReply | undefined;
  /** Bytes that the replies of this query may have, unless they are short; set by the caller before a query. */
  turnBytesMax = Infinity;
  /** Of the connection of the query, set by the caller before it; `undefined`: no tokens are asked for. */
  admission: Admission | undefined;
  /** Whether this query has asked for something else than Gets; the caller removes it before a query. */
  hasActed = false;
  /** How many Gets were counted; whoever makes one again takes the first one back. */
  gets = 0;
  #digests: Digests;
  #store: Store;
  #host: QueryHost;
  #defersPuts: boolean;

  /** How many Puts, Expires and Merges were counted. */
  get puts(): number {
    return this.writes.puts;
  }

  /** How many Deletes were counted. */
  get deletes(): number {
    return this.writes.deletes;
  }

  /** How many Lists, Scans and Exports were counted. */
  get lists(): number {
    return this.ranges.lists;
  }

  /** @param defersPuts whether the caller replies to Puts, once they are on disk */
  constructor(store: Store, host: QueryHost, defersPuts: boolean) {
    this.replyBatchBytesMax = host.limits.replyBatchBytesMax;
    this.turnTime = new TurnTime(host.limits, host);
    this.writes = new Writes(store, host);
    this.ranges = new RangeQueries(store, host.limits);
    this.#digests = new Digests(store, host.limits);
    this.#store = store;
    this.#host = host;
    this.#defersPuts = defersPuts;
  }

  refused(code: string): void {
    this.#host.refused?.(code);
  }

  request(
    request: Incoming,
    reader: MsgpackReader,
    writer: MsgpackWriter,
  ): void | typeof deferred | typeof inTurns {
    const method = methodOf(reader.bytes, request.methodStart, request.methodEnd);
    if (this.admission !== undefined) {
      expectMethodAllowed(this.admission, method, request, reader);
    }
    if (method === "Get") return this.#get(request, reader, writer);
    this.hasActed = true;
    switch (method) {
      case "Put":
        return this.#put(request, reader, writer);
      case "Delete":
        return this.#delete(request, reader, writer);
      case "Expire":
        return this.#expire(request, reader, writer);
      case "Ttl":
        return this.#ttl(request, reader, writer);
      case "List":
        this.longList = this.ranges.list(request, reader, writer);
        return this.longList === undefined ? undefined : inTurns;
      case "Scan":
        return this.#page("Scan", scanned, request, reader, writer);
      case "Export":
        return this.#page(
          "Export",
          this.#isLimited ? exportedUnnumbered : exported,
          request,
          reader,
          writer,
        );
      case "Merge":
        return this.#merge(request, reader, writer);
      case "Count":
        return this.ranges.count(request, reader, writer);
      case "Digest":
        return this.#digest(request, reader, writer);
      case "Ping":
        expectParams(request, "Ping", 0);
        return void writer.str("pong");
      case "Stats":
        expectParams(request, "Stats", 0);
        return writeValue(writer, this.#stats());
      case "Members":
        expectParams(request, "Members", 0);
        return this.#ask(request, { type: "members" });
      case "Forget":
        expectParams(request, "Forget", 1);
        return this.#ask(request, { type: "forget", address: readAddress(reader) });
      case "Watch":
        return this.#watch(request, reader, writer);
      case "Unwatch":
        return this.#unwatch(request, reader, writer);
      case "Auth":
        return this.#auth(request, reader, writer);
      case undefined:
        throw new RpcError(
          "unknown_method",
          `Cannot call ${JSON.stringify(request.method(reader))}: allowed are ${
            methodNames.join(", ")
          }`,
        );
    }
  }

  /** Whether the caller is to know of some keys alone. */
  get #isLimited(): boolean {
    return this.admission?.rights?.world !== undefined;
  }

  bug(error: unknown): void {
    this.#host.bug(error);
  }

  #get(
    request: Incoming,
    reader: MsgpackReader,
    writer: MsgpackWriter,
  ): void | typeof inTurns {
    expectParams(request, "Get", 1);
    const keyBytes = readKey(reader, "Get");
    const n = this.get(reader.bytes, reader.at - keyBytes, reader.at);
    if (n === noEntry) return writer.nil();
    const valueBytes = this.#store.valueLength(n);
    const { unchargedBytesMax } = this.#host.limits;
    if (valueBytes > unchargedBytesMax) {
      if (writer.size + valueBytes > this.turnBytesMax) {
        this.gets--;
        return inTurns;
      }
      writer.ensureAlone(valueBytes);
    }
    this.#store.writeValue(writer, n);
  }

  /** The entry of the key `bytes[start..end)`, if it is shown; or `noEntry`. Counted as a Get. */
  get(bytes: Uint8Array, start: number, end: number): number {
    this.gets++;
    return this.#store.get(bytes, start, end);
  }

  #put(
    request: Incoming,
    reader: MsgpackReader,
    writer: MsgpackWriter,
  ): void | typeof deferred {
    expectParams(request, "Put", 2, 3);
    const keyBytes = readKey(reader, "Put");
    const keyEnd = reader.at;
    const isBin = reader.isBin();
    const valueBytes = readValueParam(reader, "Put");
    const valueEnd = reader.at;
    const ttlMs = request.paramCount === 2 ? undefined : readPutOptions(reader);
    this.writes.put(
      reader.bytes,
      keyEnd - keyBytes,
      keyEnd,
      valueEnd - valueBytes,
      valueEnd,
      isBin,
      ttlMs === undefined ? noExpiry : this.expiresAfter(ttlMs),
    );
    if (!this.#defersPuts) return writer.nil();
    return this.#defer(request, null);
  }

  #delete(
    request: Incoming,
    reader: MsgpackReader,
    writer: MsgpackWriter,
  ): void | typeof deferred {
    expectParams(request, "Delete", 1);
    const keyBytes = readKey(reader, "Delete");
    const shown = this.writes.delete(reader.bytes, reader.at - keyBytes, reader.at);
    if (!this.#defersPuts) return writer.bool(shown);
    return this.#defer(request, shown);
  }

  #expire(
    request: Incoming,
    reader: MsgpackReader,
    writer: MsgpackWriter,
  ): void | typeof deferred {
    expectParams(request, "Expire", 2);
    const keyBytes = readKey(reader, "Expire");
    const keyEnd = reader.at;
    const expiresAt = reader.nil() ? noExpiry : this.expiresAfter(readTtlMs(reader, "Expire"));
    const shown = this.writes.expire(reader.bytes, keyEnd - keyBytes, keyEnd, expiresAt);
    if (!shown || !this.#defersPuts) return writer.bool(shown);
    return this.#defer(request, shown);
  }

  /** The time until which something lives that lives for so long from now on. */
  expiresAfter(ttlMs: number): number {
    return Math.min(this.#host.now() + ttlMs, expiresAtMax);
  }

  #ttl(request: Incoming, reader: MsgpackReader, writer: MsgpackWriter): void {
    expectParams(request, "Ttl", 1);
    const keyBytes = readKey(reader, "Ttl");
    this.gets++;
    writer.int(this.ttlMs(reader.bytes, reader.at - keyBytes, reader.at));
  }

  /** How long the key `bytes[keyStart..keyEnd)` still lives: -1 when it does not expire, -2 when it is absent. */
  ttlMs(bytes: Uint8Array, keyStart: number, keyEnd: number): number {
    const n = this.#store.get(bytes, keyStart, keyEnd);
    if (n === noEntry) return -2;
    const expiresAt = this.#store.expiresAtOf(n);
    // What is shown lives for a moment at least, whatever the clock did since the query began.
    return expiresAt === noExpiry ? -1 : Math.max(1, expiresAt - this.#host.now());
  }

  /**
   * Takes an entry of a backup, as one of another server: checked, and only if it is later than the
   * entry held.
   */
  #merge(
    request: Incoming,
    reader: MsgpackReader,
    writer: MsgpackWriter,
  ): void | typeof deferred {
    expectParams(request, "Merge", 4, 5);
    const keyBytes = readKey(reader, "Merge");
    const keyEnd = reader.at;
    const isBin = reader.isBin();
    const valueBytes = reader.nil() ? noValue : readValueParam(reader, "Merge");
    const valueEnd = valueBytes === noValue ? noValue : reader.at;
    const order = readOrderParam(reader, "Merge");
    const fault = orderFault(order, this.#host.now(), this.#host.limits);
    if (fault !== null) throw new RpcError("bad_request", `Cannot Merge: ${fault}`);
    const expiresAt = reader.nil() ? noExpiry : readExpiresAt(reader, "Merge");
    if (expiresAt !== noExpiry && valueBytes === noValue) {
      throw new RpcError("bad_request", "Cannot Merge: found a deletion that expires");
    }
    const isNumbered = request.paramCount === 5 && !reader.nil();
    const given = isNumbered ? readCounterParam(reader, "Merge", counterMax) : noCounter;
    // Whether it was seen would tell how many writes of other keys there were.
    const counter = this.#isLimited ? noCounter : given;
    const isMerged = this.writes.merge({
      ...order,
      bytes: reader.bytes,
      keyStart: keyEnd - keyBytes,
      keyEnd,
      valueStart: valueBytes === noValue ? noValue : valueEnd - valueBytes,
      valueEnd,
      isBin,
      counter,
      expiresAt,
    });
    if (!isMerged) return writer.bool(false);
    if (!this.#defersPuts) return writer.bool(true);
    return this.#defer(request, true);
  }

  #ask({ msgid }: Incoming, question: Question): typeof deferred {
    this.asked.push({ msgid: msgid!, question, isLimited: this.#isLimited });
    return deferred;
  }

  #defer({ msgid }: Incoming, result: boolean | null): typeof deferred {
    this.deferred.msgids.push(msgid!);
    this.deferred.results.push(result);
    return deferred;
  }

  #page(
    method: MethodName,
    form: EntryForm,
    request: Incoming,
    reader: MsgpackReader,
    writer: MsgpackWriter,
  ): void | typeof inTurns {
    if (!this.ranges.page(method, form, request, reader, writer, this.turnBytesMax)) return inTurns;
  }

  #digest(
    request: Incoming,
    reader: MsgpackReader,
    writer: MsgpackWriter,
  ): void | typeof inTurns {
    const isOwnTurn = this.turnBytesMax === Infinity;
    if (!this.#digests.answer(request, reader, writer, isOwnTurn)) return inTurns;
  }

  #watch(request: Incoming, reader: MsgpackReader, writer: MsgpackWriter): void {
    expectParams(request, "Watch", 1, 2);
    const prefixBytes = readKey(reader, "Watch", "prefix");
    const prefix = reader.bytes.slice(reader.at - prefixBytes, reader.at);
    const isInitial = request.paramCount === 2 && readWatchOptions(reader);
    writer.int(this.#host.watch(prefix, isInitial));
  }

  /** What another token was told it may be told no more, so its watches end with it. */
  #auth(request: Incoming, reader: MsgpackReader, writer: MsgpackWriter): void {
    expectParams(request, "Auth", 1);
    const before = this.admission?.rights;
    writeValue(writer, authenticate(this.admission, readToken(reader)));
    if (before !== undefined && before !== this.admission?.rights) this.#host.unwatchAll();
  }

  #unwatch(request: Incoming, reader: MsgpackReader, writer: MsgpackWriter): void {
    expectParams(request, "Unwatch", 1);
    this.#host.unwatch(readWatchId(reader));
    writer.nil();
  }

  /** Those of the server and of this query actor; of a limited token's world, its keys. */
  #stats(): Record<string, number | boolean | string> {
    const world = this.admission?.rights?.world;
    const figures = this.#host.stats();
    if (world === undefined) return { ...figures, ...this.#figures() };
    return { ...limitedStats(figures), keys: keysOf(this.#store, world) };
  }

  #figures(): Record<string, number> {
    return {
      keys: this.#store.size,
      tombstones: this.#store.tombstones,
      gets: this.gets,
      puts: this.puts,
      deletes: this.deletes,
      lists: this.lists,
    };
  }
}
