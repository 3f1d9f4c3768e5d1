import { pingCall, readWatchNotice, unwatchCall, type Value, watchCall } from "../kvcommon/mod.ts";
import { type Backoff, reconnectBackoff, RpcConnection, RpcError } from "../rpc/mod.ts";
import type { WatchHost } from "./watch.ts";

/** A prefix that is listened to. */
interface Listened {
  /** The id of its watch; absent until the server has answered. */
  id?: number;
  /** Whether all has come that was there at the beginning. */
  isLive: boolean;
  /** What has come and was not taken: of each key the newest. */
  readonly changes: Map<string, Value | undefined>;
}

/**
 * Hears what changes below several prefixes, which may be others at any time, over one connection: for
 * who would otherwise list them again and again. It is less than a watch: what was there comes again
 * whenever a connection is lost, and what is deleted meanwhile is not told.
 */
export class Listener {
  #host: WatchHost;
  #onChange: () => void;
  #backoff: Backoff;
  #connection: RpcConnection | undefined;
  #address = "";
  #listened = new Map<string, Listened>();
  #byId = new Map<number, Listened>();
  #cancelTimer: (() => void) | undefined;
  #isClosed = false;
  #isRefused = false;
  #hasConnected = false;
  /** When something came last, or was begun. */
  #heardMs = 0;

  /** Hears nothing yet. @param onChange called when there is something to be taken, or was lost */
  constructor(host: WatchHost, onChange: () => void) {
    this.#host = host;
    this.#onChange = onChange;
    this.#backoff = reconnectBackoff(host.environment);
  }

  /** Says to which prefixes it is to listen from now on. */
  listen(prefixes: readonly string[]): void {
    if (this.#isClosed || this.#isRefused) return;
    for (const prefix of this.#listened.keys()) {
      if (!prefixes.includes(prefix)) this.#forget(prefix);
    }
    for (const prefix of prefixes) {
      if (this.#listened.has(prefix)) continue;
      const listened = { isLive: false, changes: new Map() };
      this.#listened.set(prefix, listened);
      if (this.#connection !== undefined) this.#watch(this.#connection, prefix, listened);
    }
    if (this.#connection === undefined && this.#cancelTimer === undefined) this.#connect();
  }

  /** Whether it hears what changes below a prefix, and has heard all that is there. */
  hears(prefix: string): boolean {
    return this.#listened.get(prefix)?.isLive ?? false;
  }

  /**
   * Takes what has changed below a prefix that it hears since it was taken last; the first time, all that
   * is there.
   *
   * @returns by key, what is deleted `undefined`.
   */
  take(prefix: string): Map<string, Value | undefined> {
    const listened = this.#listened.get(prefix);
    const changes = new Map(listened?.changes);
    listened?.changes.clear();
    return changes;
  }

  /** Ends it. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancelTimer?.();
    this.#host.connections.delete(this);
    await this.#connection?.close();
  }

  #connect(): void {
    this.#cancelTimer = undefined;
    this.#address = this.#host.router.nextAddr();
    const connection = new RpcConnection(
      this.#address,
      this.#host.dialer,
      this.#host.environment,
      {
        notified: (method, reader) => {
          this.#hear();
          const notice = readWatchNotice(method, reader);
          if (notice !== undefined) this.#take(notice.id, notice.changes);
          return undefined;
        },
        closed: () => this.#lost(connection),
      },
      this.#host.openingAt(this.#address),
    );
    this.#connection = connection;
    for (const [prefix, listened] of this.#listened) this.#watch(connection, prefix, listened);
    this.#hear();
    this.#pingLater(connection);
  }

  #hear(): void {
    this.#heardMs = this.#host.environment.monotonicMs();
  }

  #watch(connection: RpcConnection, prefix: string, listened: Listened): void {
    const { timeoutMs } = this.#host;
    // Its notifications may be read in the same turn as the response: so the id is noted at once.
    const call = watchCall(prefix);
    const readResult: typeof call.readResult = (reader) => {
      listened.id = call.readResult(reader);
      if (this.#listened.get(prefix) === listened) this.#byId.set(listened.id, listened);
      else this.#unwatch(connection, listened.id);
      return listened.id;
    };
    connection.call({ ...call, readResult }, { timeoutMs }).catch((error) => {
      if (error instanceof RpcError && error.code === "unknown_method") this.#isRefused = true;
      void connection.close();
    });
  }

  #unwatch(connection: RpcConnection, id: number): void {
    const { timeoutMs } = this.#host;
    // Of a connection that is lost there is nothing left to end.
    connection.call(unwatchCall(id), { timeoutMs }).catch(() => {});
  }

  #forget(prefix: string): void {
    const { id } = this.#listened.get(prefix)!;
    this.#listened.delete(prefix);
    if (id === undefined) return;
    this.#byId.delete(id);
    if (this.#connection !== undefined) this.#unwatch(this.#connection, id);
  }

  #take(id: number, changes: { key: string; value: Value | undefined }[] | undefined): void {
    const listened = this.#byId.get(id);
    if (listened === undefined) return;
    this.#hasConnected = true;
    if (changes === undefined) {
      listened.isLive = true;
      this.#backoff.reset();
    } else for (const { key, value } of changes) listened.changes.set(key, value);
    const { listenedKeysMax } = this.#host.environment.limits;
    if (listened.changes.size > listenedKeysMax) void this.#connection?.close();
    else if (listened.isLive && listened.changes.size > 0) this.#onChange();
  }

  #lost(connection: RpcConnection): void {
    if (connection !== this.#connection) return;
    this.#connection = undefined;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#byId.clear();
    for (const listened of this.#listened.values()) {
      delete listened.id;
      listened.isLive = false;
      listened.changes.clear();
    }
    if (this.#isClosed || this.#isRefused) return;
    if (this.#hasConnected) this.#host.router.reportFailure?.(this.#address);
    this.#hasConnected = false;
    this.#cancelTimer = this.#host.environment.after(
      this.#backoff.nextMs(),
      () => this.#connect(),
    );
    this.#onChange();
  }

  /**
   * Asks whether the server is there when nothing has come for a while: who only listens would not notice
   * that it is gone.
   */
  #pingLater(connection: RpcConnection): void {
    const { environment } = this.#host;
    const { listenPingMs } = environment.limits;
    const silentMs = environment.monotonicMs() - this.#heardMs;
    if (silentMs >= listenPingMs) return this.#ping(connection);
    this.#cancelTimer = environment.after(
      listenPingMs - silentMs,
      () => this.#pingLater(connection),
    );
  }

  #ping(connection: RpcConnection): void {
    const { listenPatienceMs } = this.#host.environment.limits;
    const timeoutMs = Math.min(this.#host.timeoutMs, listenPatienceMs);
    connection.call(pingCall, { timeoutMs }).then(
      () => {
        if (connection !== this.#connection || this.#isClosed) return;
        this.#hear();
        this.#pingLater(connection);
      },
      () => connection.close(),
    );
  }
}
