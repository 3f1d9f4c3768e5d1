import {
  authCall,
  countCall,
  deleteCall,
  digestCall,
  type DigestPart,
  expireCall,
  exportCall,
  type ExportedEntry,
  forgetCall,
  getCall,
  type KeyRange,
  listCall,
  type Member,
  membersCall,
  mergeCall,
  type Page,
  pingCall,
  putCall,
  type PutOptions,
  scanCall,
  statsCall,
  type StatsFigures,
  ttlCall,
  type Value,
  type WatchedChange,
} from "../kvcommon/mod.ts";
import {
  type Call,
  ConnectionError,
  type Dialer,
  type Environment,
  isRetriable,
  realEnvironment,
  RpcConnection,
  RpcError,
  TimeoutError,
  TlsError,
} from "../rpc/mod.ts";
import type { ClientCallOptions, ClientOptions } from "./client_options.ts";
import { EitherSignal } from "./either_signal.ts";
import type { QueryRouter } from "./router.ts";
import { type ClientTarget, routerTo } from "./target.ts";
import { Listener } from "./listener.ts";
import { RetryPauses } from "./retry_pauses.ts";
import { tokenDialer } from "./token_dialer.ts";
import { watchChanges, type WatchHost, type WatchOptions } from "./watch.ts";

/**
 * Asks the store. Every call goes to the address that the router names at that moment; any number
 * may be in flight, all over one connection per address, and those made in one turn of the event
 * loop leave together. A lost connection is dialed anew by the next call.
 *
 * Every call rejects with
 * - `RpcError` when the server refuses it: `code` says what kind of refusal it is;
 * - `ConnectionError` when the address cannot be reached or the connection is lost: it tells the
 *   address, and by `retrySafe` whether the call can be made again without harm;
 * - `TimeoutError` when no reply comes in time;
 * - `TypeError` for a key that is no string, a value that is neither string nor bytes, and a lone surrogate;
 * - `RangeError` for a time that is no integer, or below 1.
 */
export class Client {
  #router: QueryRouter;
  #timeoutMs: number;
  #retries: number;
  #pauses: RetryPauses;
  #environment: Environment;
  #dialer: Dialer;
  /** What goes before all else on a connection to an address. */
  #openingAt: (address: string) => Call<void> | undefined;
  #connections = new Map<string, RpcConnection>();
  /** Numbers the connections ever dialed. */
  #dials = new WeakMap<RpcConnection, number>();
  #lastDial = 0;
  #closed = false;
  /** Says to the watches that it is closed. */
  #ended = new AbortController();
  #watchConnections = new Set<{ close(): Promise<void> }>();

  /**
   * Connects to nothing yet: the first call does.
   *
   * @throws {TypeError} when `target` is a bad address, or has one; {RangeError} when it is an empty list.
   */
  constructor(target: ClientTarget, options: ClientOptions = {}) {
    this.#router = routerTo(target);
    this.#environment = options.environment ?? realEnvironment;
    this.#retries = options.retries ?? this.#environment.limits.callRetries;
    this.#pauses = new RetryPauses(this.#environment);
    this.#timeoutMs = options.timeoutMs ?? this.#environment.limits.callTimeoutMs;
    const { token, transport } = options;
    const tokenAt = typeof token === "function" ? token : () => token;
    this.#dialer = transport ?? tokenDialer(tokenAt, options);
    this.#openingAt = (address) => {
      const token = tokenAt(address);
      return token === undefined ? undefined : authCall(token);
    };
  }

  /**
   * The value of `key`, or `undefined` when it is absent: a string or bytes, as which it was put.
   *
   * @typeParam T of values, by the caller's word: who puts only strings may say so. Nothing checks it.
   */
  get<T extends Value = Value>(
    key: string,
    options?: ClientCallOptions,
  ): Promise<T | undefined> {
    return this.#call(getCall(key), options) as Promise<T | undefined>;
  }

  /**
   * Makes `value` the value of `key`. Resolves when one replica has it; it spreads from there. With
   * `ttlMs` it is absent again after that time; without, it stays, also where the value before was to expire.
   */
  put(key: string, value: Value, options?: ClientCallOptions & PutOptions): Promise<void> {
    return this.#call(putCall(key, value, options), options);
  }

  /**
   * Deletes `key`: it is absent from then on, on one replica at first, and spreads as a Put does.
   *
   * @returns whether that replica showed the key. The others lose it in either case.
   */
  delete(key: string, options?: ClientCallOptions): Promise<boolean> {
    return this.#call(deleteCall(key), options);
  }

  /**
   * Has `key` expire after `ttlMs`, or never when that is `null`.
   *
   * @returns whether the replica showed the key; otherwise nothing has changed.
   */
  expire(key: string, ttlMs: number | null, options?: ClientCallOptions): Promise<boolean> {
    return this.#call(expireCall(key, ttlMs), options);
  }

  /** How many milliseconds `key` has left: -1 when it does not expire, -2 when it is absent. */
  ttl(key: string, options?: ClientCallOptions): Promise<number> {
    return this.#call(ttlCall(key), options);
  }

  /**
   * All entries whose keys begin with `prefix`, in ascending order of the keys' UTF-8 bytes. What
   * is too large for one reply is scanned; it is then no snapshot of one moment.
   *
   * @typeParam T of values, as `get` has it
   */
  async list<T extends Value = Value>(
    prefix: string,
    options?: ClientCallOptions,
  ): Promise<Map<string, T>> {
    const address = this.#router.nextAddr();
    try {
      return await this.#callAt(address, listCall(prefix), options) as Map<string, T>;
    } catch (error) {
      if (!(error instanceof RpcError) || error.code !== "too_large") throw error;
    }
    const entries = new Map<string, T>();
    for await (const [key, value] of this.#scanAt(address, prefix, options)) {
      entries.set(key, value as T);
    }
    return entries;
  }

  /**
   * The entries whose keys begin with `prefix`, page by page from one address, in ascending order
   * of the keys' UTF-8 bytes. A key that is there throughout comes exactly once.
   *
   * @typeParam T of values, as `get` has it
   */
  async *scan<T extends Value = Value>(
    prefix: string,
    options?: ClientCallOptions,
  ): AsyncGenerator<[string, T]> {
    const entries = this.#scanAt(this.#router.nextAddr(), prefix, options);
    yield* entries as AsyncGenerator<[string, T]>;
  }

  /**
   * As `scan`, the entries as they are kept: with when they expire and when they were written.
   *
   * @param options `after`: only of keys behind it
   */
  async *export(
    prefix: string,
    options: ClientCallOptions & { after?: string } = {},
  ): AsyncGenerator<ExportedEntry> {
    const address = this.#router.nextAddr();
    yield* this.#pagesAt(
      address,
      options,
      ({ key }) => key,
      (after, limit) => exportCall(prefix, after ?? options.after, limit),
    );
  }

  /**
   * Takes an entry as `export` yields it, and as it was written then: it beats nothing that is later.
   *
   * @returns whether the replica took it, because it held nothing later or equal.
   */
  merge(entry: ExportedEntry, options?: ClientCallOptions): Promise<boolean> {
    return this.#call(mergeCall(entry), options);
  }

  /**
   * What changes below `prefix`, one change at a time, for ever; with `initial`, first what is there. Of
   * changes of a key that come faster than they are taken, only the last is told.
   *
   * It has a connection of its own. When that is lost it asks again, the same server or the next one that
   * the router names, until one answers: what has changed meanwhile is told then, once. So nothing that
   * stays is missed. A write that was lost together with its server is told to be gone a few seconds after
   * another one answers. It remembers the keys that are there, up to `watchMemoryBytesMax` bytes.
   *
   * ```ts
   * import { Client } from "./mod.ts";
   *
   * async function follow(client: Client, signal: AbortSignal) {
   *   for await (const { key, value } of client.watch("job/", { initial: true, signal })) {
   *     console.log(key, value === undefined ? "is gone" : value);
   *   }
   * }
   * ```
   *
   * @throws {RpcError} `unknown_method` when the server has no watches, or another refusal; {ConnectionError}
   * or {TimeoutError} when nobody answers at its beginning; {RangeError} past what it can remember; the
   * reason of the signal.
   */
  async *watch(prefix: string, options: WatchOptions = {}): AsyncGenerator<WatchedChange> {
    if (this.#closed) throw closedError();
    options.signal?.throwIfAborted();
    const either = new EitherSignal(this.#ended.signal, options.signal);
    try {
      yield* watchChanges(this.#watchHost, prefix, options, either.signal);
    } finally {
      either.release();
    }
  }

  /**
   * Hears what changes below several prefixes over one connection: less than `watch`, and for many of them.
   *
   * @param onChange called when there is something to be taken of it, or the connection was lost
   */
  listen(onChange: () => void): Listener {
    if (this.#closed) throw closedError();
    const listener = new Listener(this.#watchHost, onChange);
    this.#watchConnections.add(listener);
    return listener;
  }

  get #watchHost(): WatchHost {
    return {
      router: this.#router,
      dialer: this.#dialer,
      environment: this.#environment,
      timeoutMs: this.#timeoutMs,
      openingAt: this.#openingAt,
      connections: this.#watchConnections,
    };
  }

  /** The number of keys that begin with `prefix`, which costs the server little however many they are. */
  count(prefix: string, options?: ClientCallOptions): Promise<number> {
    return this.#call(countCall(prefix), options);
  }

  /**
   * What the entries of a range of keys sum up to on one replica, part by part: replicas that hold the same
   * answer the same. A range is split into so many parts with as many entries each, or at the given keys,
   * each of which begins one more part.
   *
   * @param parts from 1 to 64, or up to 63 keys in ascending order of their UTF-8 bytes
   */
  digest(
    range: KeyRange,
    parts: number | readonly string[],
    options?: ClientCallOptions,
  ): Promise<DigestPart[]> {
    return this.#call(digestCall(range, parts), options);
  }

  /** Resolves when a server answers. */
  ping(options?: ClientCallOptions): Promise<void> {
    return this.#call(pingCall, options);
  }

  /** The servers that a server knows, itself first. */
  members(options?: ClientCallOptions): Promise<Member[]> {
    return this.#call(membersCall, options);
  }

  /**
   * Has the whole cluster forget a server that is down, by the address of its system port: until it greets
   * again itself, it is dialed no more, and nothing is kept for it.
   *
   * @returns whether it was known.
   */
  forget(address: string, options?: ClientCallOptions): Promise<boolean> {
    return this.#call(forgetCall(address), options);
  }

  /** The figures of a query actor and its server, by name; `docs/command-line.md` lists them. */
  stats(options?: ClientCallOptions): Promise<StatsFigures> {
    return this.#call(statsCall, options);
  }

  /**
   * Names the connection that a call made in this turn goes through. Another address has another
   * name, and so has a new connection to the same one: its server may have started again meanwhile.
   */
  connectionName(): string {
    const address = this.#router.nextAddr();
    return `${address}#${this.#dials.get(this.#connectionTo(address))}`;
  }

  /** Ends all connections; open calls fail, later ones too. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#ended.abort(closedError());
    const connections = [...this.#connections.values(), ...this.#watchConnections];
    this.#connections.clear();
    await Promise.all(connections.map((connection) => connection.close()));
  }

  /** `close`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async *#scanAt(
    address: string,
    prefix: string,
    options: ClientCallOptions | undefined,
  ): AsyncGenerator<[string, Value]> {
    yield* this.#pagesAt(
      address,
      options,
      ([key]) => key,
      (after, limit) => scanCall(prefix, after, limit),
    );
  }

  async *#pagesAt<Entry>(
    address: string,
    options: ClientCallOptions | undefined,
    keyOf: (entry: Entry) => string,
    pageCall: (after: string | undefined, limit: number) => Call<Page<Entry>>,
  ): AsyncGenerator<Entry> {
    let after: string | undefined;
    let emptyPages = 0;
    for (let done = false; !done;) {
      const call = pageCall(after, this.#environment.limits.clientScanEntries);
      const page = await this.#callAt(address, call, options);
      yield* page.entries;
      const last = page.entries.at(-1);
      if (last !== undefined) after = keyOf(last);
      done = page.done;
      emptyPages = page.entries.length === 0 ? emptyPages + 1 : 0;
      if (emptyPages > this.#environment.limits.emptyPagesMax) {
        throw new RpcError("internal", `Cannot Scan at ${address}: its pages are empty, for ever`);
      }
    }
  }

  // deno-lint-ignore require-await -- so that a router that throws rejects the call
  async #call<T>(call: Call<T>, options: ClientCallOptions | undefined): Promise<T> {
    return this.#callAt(this.#router.nextAddr(), call, options);
  }

  async #callAt<T>(
    address: string,
    call: Call<T>,
    { timeoutMs = this.#timeoutMs, signal }: ClientCallOptions = {},
  ): Promise<T> {
    const untilMs = this.#environment.monotonicMs() + timeoutMs;
    for (let tries = 0;; tries++) {
      const leftMs = tries === 0 ? timeoutMs : untilMs - this.#environment.monotonicMs();
      const connection = this.#connectionTo(address);
      try {
        return await connection.call(call, { timeoutMs: leftMs, signal });
      } catch (error) {
        if (this.#hasTokenNow(connection, error)) {
          void connection.close();
          continue;
        }
        if (this.#closed || !isUnreachable(error)) throw error;
        this.#router.reportFailure?.(address);
        if (tries >= this.#retries || !isRetriable(error)) throw error;
        const failed = address;
        address = this.#router.nextAddr();
        // That two ends come to no agreement on TLS does not pass.
        if (address === failed && (error as Error).cause instanceof TlsError) throw error;
        const hasTime = address === failed
          ? await this.#pause(address, tries, untilMs, signal)
          : this.#environment.monotonicMs() < untilMs;
        if (this.#closed || !hasTime) throw error;
        signal?.throwIfAborted();
      }
    }
  }

  /** Whether a connection was refused a call because it showed no token, at whose address one is known since. */
  #hasTokenNow(connection: RpcConnection, error: unknown): boolean {
    return error instanceof RpcError && error.code === "unauthorized" && !this.#closed &&
      !connection.isOpened && this.#openingAt(connection.address) !== undefined;
  }

  /** As `RetryPauses.wait`; the client's end ends it too. */
  async #pause(
    address: string,
    tries: number,
    untilMs: number,
    signal: AbortSignal | undefined,
  ): Promise<boolean> {
    const either = new EitherSignal(this.#ended.signal, signal);
    try {
      return await this.#pauses.wait(address, tries, untilMs, either.signal);
    } finally {
      either.release();
    }
  }

  #connectionTo(address: string): RpcConnection {
    if (this.#closed) throw closedError();
    let connection = this.#connections.get(address);
    if (connection === undefined || connection.closed) {
      connection = new RpcConnection(
        address,
        this.#dialer,
        this.#environment,
        undefined,
        this.#openingAt(address),
      );
      this.#connections.set(address, connection);
      this.#dials.set(connection, ++this.#lastDial);
    }
    return connection;
  }
}

function closedError(): Error {
  return new Error("Cannot call: the client is closed");
}

/** Whether another server may answer in place of the one that was asked. */
function isUnreachable(error: unknown): boolean {
  return error instanceof ConnectionError || error instanceof TimeoutError ||
    (error instanceof RpcError && error.code === "unavailable");
}
