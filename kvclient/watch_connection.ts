import { pingCall, readWatchNotice, watchCall, type WatchNotice } from "../kvcommon/mod.ts";
import {
  type Call,
  ConnectionError,
  type ConnectionListener,
  type Dialer,
  type Environment,
  RpcConnection,
} from "../rpc/mod.ts";

/** Notices that are read ahead of who takes them; a server sends no more than 64 KiB, or one entry, in each. */
const noticesMax = 2;

/**
 * A connection for one watch. While nobody takes what it is told, nothing more is read: then the server
 * waits, and of each key tells only the newest. So who reads slowly costs little memory at both ends.
 */
export class WatchConnection {
  #connection: RpcConnection;
  #environment: Environment;
  #timeoutMs: number;
  #notices: WatchNotice[] = [];
  /** Has the connection read on; absent while it does. */
  #readOn: (() => void) | undefined;
  /** How often it has not read on at once. */
  #pauses = 0;
  /** Says that there is a notice, or none will come. */
  #wake = () => {};
  /** When a notice came last, or the server answered. */
  #heardMs: number;
  #isPinging = false;
  /** Why no notice will come. */
  #failure: unknown;

  /**
   * Dials.
   *
   * @param timeoutMs how long a call may take
   * @param opening as for an `RpcConnection`
   */
  constructor(
    address: string,
    dialer: Dialer,
    environment: Environment,
    timeoutMs: number,
    opening?: Call<unknown>,
  ) {
    this.#environment = environment;
    this.#timeoutMs = timeoutMs;
    this.#heardMs = environment.monotonicMs();
    const listener: ConnectionListener = {
      notified: (method, reader) => {
        const notice = readWatchNotice(method, reader);
        return notice === undefined ? undefined : this.#add(notice);
      },
      closed: () => {
        this.#failure ??= new ConnectionError(
          address,
          true,
          `Cannot watch at ${address}: the connection was lost`,
        );
        this.#wake();
      },
    };
    this.#connection = new RpcConnection(address, dialer, environment, listener, opening);
  }

  /** Begins to watch. */
  async watch(prefix: string, signal: AbortSignal): Promise<void> {
    await this.#connection.call(watchCall(prefix), { timeoutMs: this.#timeoutMs, signal });
  }

  /**
   * The next notice, once it is there; `undefined` when none comes until `untilMs`, on the monotonic clock.
   *
   * @throws {ConnectionError | TimeoutError} when the server is not there any more; the reason of `signal`.
   */
  async next(untilMs: number, signal: AbortSignal): Promise<WatchNotice | undefined> {
    const { watchPingMs } = this.#environment.limits;
    for (;;) {
      signal.throwIfAborted();
      const notice = this.#notices.shift();
      if (notice !== undefined) {
        this.#goOn();
        return notice;
      }
      if (this.#failure !== undefined) throw this.#failure;
      const nowMs = this.#environment.monotonicMs();
      if (nowMs >= untilMs) return undefined;
      if (nowMs >= this.#heardMs + watchPingMs) this.#ping();
      // While it pings, the answer wakes it.
      const pingMs = this.#isPinging ? nowMs + watchPingMs : this.#heardMs + watchPingMs;
      await this.#woken(Math.min(untilMs, pingMs) - nowMs, signal);
    }
  }

  /** Ends it. */
  close(): Promise<void> {
    this.#goOn();
    return this.#connection.close();
  }

  #add(notice: WatchNotice): Promise<void> | undefined {
    this.#heardMs = this.#environment.monotonicMs();
    this.#notices.push(notice);
    this.#wake();
    if (this.#notices.length < noticesMax) return undefined;
    this.#pauses++;
    return new Promise((resolve) => this.#readOn = resolve);
  }

  #goOn(): void {
    this.#readOn?.();
    this.#readOn = undefined;
  }

  /** Resolves after that time, or earlier when there is something to look at. */
  #woken(waitMs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        cancel();
        signal.removeEventListener("abort", end);
        this.#wake = () => {};
        resolve();
      };
      const cancel = this.#environment.after(waitMs, end);
      signal.addEventListener("abort", end);
      this.#wake = end;
    });
  }

  /** Asks whether the server is there: who only listens would not notice that it is gone. */
  #ping(): void {
    if (this.#isPinging) return;
    this.#isPinging = true;
    const pauses = this.#pauses;
    this.#connection.call(pingCall, { timeoutMs: this.#timeoutMs }).catch((error) => {
      // While it did not read it could not see the answer.
      if (pauses === this.#pauses && this.#readOn === undefined) this.#failure ??= error;
    }).finally(() => {
      this.#isPinging = false;
      this.#heardMs = this.#environment.monotonicMs();
      this.#wake();
    });
  }
}
