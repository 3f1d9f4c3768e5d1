import { decode, type Environment } from "../rpc/mod.ts";

/** When the wait for a channel's message ends without one. Without either it lasts until the system closes. */
export interface ChannelOptions {
  /** Ends the wait after so many milliseconds; the response rejects with a `ChannelTimeoutError`. */
  timeoutMs?: number;
  /** Ends the wait when it aborts; the response rejects with its reason. */
  signal?: AbortSignal;
}

/** No message came to a channel in time. */
export class ChannelTimeoutError extends Error {
  static {
    this.prototype.name = "ChannelTimeoutError";
  }
}

interface Channel {
  resolve(message: unknown): void;
  reject(error: unknown): void;
}

/**
 * The open channels of a system. A channel takes one message, and is gone when it has it, or its
 * timeout or signal ends it: none outlives its use.
 */
export class Channels {
  #open = new Map<number, Channel>();
  #timers: Pick<Environment, "after">;
  /** Why no channel can be open any more. */
  #closed: Error | undefined;

  constructor(timers: Pick<Environment, "after">) {
    this.#timers = timers;
  }

  /** Number of channels that wait for their message. */
  get size(): number {
    return this.#open.size;
  }

  /** Opens the channel `counter`. @returns the promise of its message. */
  open<T>(counter: number, { timeoutMs, signal }: ChannelOptions): Promise<T> {
    const response = new Promise<T>((resolve, reject) => {
      this.#open.set(counter, { resolve: resolve as (message: unknown) => void, reject });
    });
    // A response that nobody awaits is no unhandled rejection.
    response.catch(() => {});
    if (this.#closed !== undefined) {
      this.#fail(counter, this.#closed);
      return response;
    }
    if (timeoutMs !== undefined) this.#endAfter(counter, timeoutMs);
    if (signal !== undefined) this.#endWith(counter, signal);
    return response;
  }

  #endAfter(counter: number, timeoutMs: number): void {
    const cancel = this.#timers.after(timeoutMs, () => {
      this.#fail(
        counter,
        new ChannelTimeoutError(`Cannot wait longer: no reply in ${timeoutMs} ms`),
      );
    });
    this.#finally(counter, cancel);
  }

  #endWith(counter: number, signal: AbortSignal): void {
    const onAbort = () => this.#fail(counter, signal.reason);
    if (signal.aborted) return onAbort();
    signal.addEventListener("abort", onAbort);
    this.#finally(counter, () => signal.removeEventListener("abort", onAbort));
  }

  /** Has `fn` called when the channel ends, one way or another. */
  #finally(counter: number, fn: () => void): void {
    const channel = this.#open.get(counter)!;
    const { resolve, reject } = channel;
    channel.resolve = (message) => (fn(), resolve(message));
    channel.reject = (error) => (fn(), reject(error));
  }

  /**
   * Hands over the channel's message, `bytes[start..end)`.
   *
   * @returns whether the channel was open.
   * @throws {MsgpackError} when that is no message; the channel stays open then.
   */
  deliver(counter: number, bytes: Uint8Array, start: number, end: number): boolean {
    const channel = this.#open.get(counter);
    if (channel === undefined) return false;
    const message = decode(bytes, start, end);
    this.#open.delete(counter);
    channel.resolve(message);
    return true;
  }

  /** Ends all of them with `error`, and those to come. */
  close(error: Error): void {
    this.#closed ??= error;
    for (const counter of [...this.#open.keys()]) this.#fail(counter, error);
  }

  #fail(counter: number, error: unknown): void {
    const channel = this.#open.get(counter);
    if (channel === undefined) return;
    this.#open.delete(counter);
    channel.reject(error);
  }
}
