import { wireLimits } from "../limits.ts";
import { dial } from "./dial.ts";
import type { Environment } from "./environment.ts";
import { ConnectionError, RpcError, TimeoutError } from "./errors.ts";
import { frameHeaderBytes, frameLength, FrameReader } from "./frame_reader.ts";
import { FrameSender } from "./frame_sender.ts";
import { beginRequest, readNotificationHead, readResponseHead } from "./message.ts";
import { MsgpackReader, type MsgpackWriter } from "./msgpack/mod.ts";
import { expectNoAlert, TlsError } from "./tls_error.ts";
import type { ByteStream, Dialer } from "./transport.ts";

const { frameBytesMax } = wireLimits;

/** A call: what it sends, and how its result is read. */
export interface Call<T> {
  method: string;
  /** Writes the params: exactly one array. */
  writeParams(writer: MsgpackWriter): void;
  /** Reads the result from its first byte on. */
  readResult(reader: MsgpackReader): T;
  /** Whether it may have its effect twice without harm, so that a lost reply may be asked again. */
  repeatable: boolean;
}

/** Options of one call. */
export interface CallOptions {
  /** After so many milliseconds without a reply the call fails with a `TimeoutError`. */
  timeoutMs: number;
  /** Ends the call early; it then fails with the signal's reason. */
  signal?: AbortSignal;
}

/** What follows a connection beside its calls. */
export interface ConnectionListener {
  /**
   * Takes a notification of the server, its params as `reader` has them. It must not keep `reader`.
   *
   * @returns what the connection waits for before it reads on; `undefined`: nothing.
   * @throws what ends the connection, because it is not understood.
   */
  notified(method: string, reader: MsgpackReader): Promise<void> | undefined;
  /** Called once the connection is over. */
  closed(): void;
}

interface Pending {
  call: Call<unknown>;
  /** Whether its bytes may have left. */
  sent: boolean;
  deadlineMs: number;
  timeoutMs: number;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/**
 * One connection to a server, shared by any number of calls at once.
 *
 * Dials on construction; calls made meanwhile wait for it. Requests of one turn of the event loop
 * leave in one write; replies are matched by msgid and may come in any order. When the connection
 * is lost every open call fails and `closed` is true: it never comes back, dial anew.
 */
export class RpcConnection {
  /** The server's `host:port`. */
  readonly address: string;
  /** Whether it began with a call that has the server let it in. */
  readonly isOpened: boolean;
  #environment: Environment;
  #outgoingBytesMax: number;
  #stream: ByteStream | undefined;
  #pending = new Map<number, Pending>();
  #nextMsgid = 0;
  #sender: FrameSender;
  /** Calls whose requests have not left. */
  #unsent: Pending[] = [];
  #closed = false;
  /** Ends the dial, if it is still under way. */
  #dialing = new AbortController();
  #done: Promise<void>;
  #cancelTimer: (() => void) | undefined;
  #timerAtMs = Infinity;
  #listener: ConnectionListener | undefined;
  /** Why the server does not let it in. */
  #refusal: RpcError | undefined;
  /** When the first call was made that nothing has come after. */
  #silentSinceMs: number | undefined;

  /**
   * @param listener default: notifications are ignored
   * @param opening a call that goes before all others, by which the server lets it in; when that is
   * refused, so are they. A server that does not know its method needs none. Default: there is none.
   */
  constructor(
    address: string,
    dialer: Dialer,
    environment: Environment,
    listener?: ConnectionListener,
    opening?: Call<unknown>,
  ) {
    this.address = address;
    this.#listener = listener;
    this.#environment = environment;
    this.#outgoingBytesMax = environment.limits.outgoingBytesMax;
    this.#sender = new FrameSender(environment, {
      leaving: () => {
        for (const pending of this.#unsent) pending.sent = true;
        this.#unsent = [];
      },
      failed: (_stream, error) => this.#end("it was lost while sending", error),
    });
    this.#done = this.#run(dialer);
    this.isOpened = opening !== undefined;
    if (opening !== undefined) this.#open(opening);
  }

  /** Whether it is over. */
  get closed(): boolean {
    return this.#closed;
  }

  /**
   * Makes a call.
   *
   * @throws {RpcError} when the server refuses it, or it exceeds a frame; {ConnectionError} when the
   * server cannot be reached or the connection is lost; {TimeoutError}; {TypeError} when a param
   * cannot be written; the signal's reason.
   */
  call<T>(call: Call<T>, options: CallOptions): Promise<T> {
    return new Promise<T>((resolve, reject) => this.#begin(call, options, resolve, reject));
  }

  #begin<T>(
    call: Call<T>,
    { timeoutMs, signal }: CallOptions,
    resolve: (value: T) => void,
    reject: (error: unknown) => void,
  ): void {
    signal?.throwIfAborted();
    if (this.#closed) throw this.#lost(call, false, "it was closed");
    const msgid = this.#writeRequest(call);
    this.#silentSinceMs ??= this.#environment.monotonicMs();
    const pending: Pending = {
      call,
      sent: false,
      deadlineMs: this.#environment.monotonicMs() + timeoutMs,
      timeoutMs,
      resolve: resolve as (value: unknown) => void,
      reject,
    };
    if (signal !== undefined) this.#watch(signal, msgid, pending);
    this.#pending.set(msgid, pending);
    this.#unsent.push(pending);
    this.#armTimer(pending.deadlineMs);
    this.#sender.send();
  }

  /** Ends it; open calls fail. Resolves when nothing of it is left. */
  async close(): Promise<void> {
    this.#end("it was closed");
    await this.#done;
  }

  /** What comes back to it is heard at once: before the answers to the calls behind it. */
  #open(opening: Call<unknown>): void {
    const { callTimeoutMs } = this.#environment.limits;
    this.#begin(opening, { timeoutMs: callTimeoutMs }, () => {}, (error) => {
      if (error instanceof RpcError && error.code === "unknown_method") return;
      if (error instanceof RpcError) this.#refusal = error;
      this.#end("it did not let this program in", error);
    });
  }

  #writeRequest(call: Call<unknown>): number {
    do this.#nextMsgid = (this.#nextMsgid + 1) >>> 0; while (this.#pending.has(this.#nextMsgid));
    const { frames } = this.#sender;
    const start = frames.length;
    try {
      const frame = beginRequest(frames, this.#nextMsgid, call.method);
      call.writeParams(frames);
      const bytes = frames.endFrame(frame);
      if (frames.length > this.#outgoingBytesMax) {
        throw this.#lost(
          call,
          false,
          `more than ${this.#outgoingBytesMax} bytes wait to be sent`,
        );
      }
      // The server would end the connection for it, and every other call with it.
      if (bytes > frameBytesMax) {
        throw new RpcError(
          "too_large",
          `Cannot call ${call.method}: the request has ${bytes} bytes, allowed are ${frameBytesMax}`,
        );
      }
    } catch (error) {
      frames.length = start;
      throw error;
    }
    return this.#nextMsgid;
  }

  #watch(signal: AbortSignal, msgid: number, pending: Pending): void {
    const { resolve, reject } = pending;
    const onAbort = () => {
      this.#takePending(msgid);
      reject(signal.reason);
    };
    signal.addEventListener("abort", onAbort, { once: true });
    pending.resolve = (value) => (signal.removeEventListener("abort", onAbort), resolve(value));
    pending.reject = (error) => (signal.removeEventListener("abort", onAbort), reject(error));
  }

  /** The open call of that msgid, which is open no more. */
  #takePending(msgid: number): Pending | undefined {
    const pending = this.#pending.get(msgid);
    this.#pending.delete(msgid);
    if (this.#pending.size === 0) this.#disarmTimer();
    return pending;
  }

  // ---- receiving ----------------------------------------------------------------------------

  async #run(dialer: Dialer): Promise<void> {
    try {
      const stream = await dial(dialer, this.address, this.#environment, this.#dialing.signal);
      if (this.#closed) return stream.close();
      this.#stream = stream;
      this.#sender.begin(stream);
      await this.#receive(stream);
      this.#end("the server ended the connection");
    } catch (error) {
      this.#end(whyLost(error, this.#stream !== undefined), error);
    }
  }

  async #receive(stream: ByteStream): Promise<void> {
    const frames = new FrameReader(this.#environment.limits);
    const reader = new MsgpackReader(new Uint8Array());
    let isFirst = true;
    for (;;) {
      const space = frames.space();
      const count = await stream.read(space);
      if (count === null) return;
      if (isFirst) expectNoAlert(space.subarray(0, count));
      isFirst = false;
      frames.received(count);
      this.#silentSinceMs = undefined;
      for (let batch = frames.take(); batch !== undefined; batch = frames.take()) {
        for (let at = 0; at < batch.length;) {
          const start = at + frameHeaderBytes;
          at = start + frameLength(batch, at);
          reader.reset(batch, start, at);
          const waits = this.#take(reader);
          if (waits !== undefined) await waits;
          if (this.#closed) return;
        }
      }
    }
  }

  /** @returns what to wait for before the next message is taken. */
  #take(reader: MsgpackReader): Promise<void> | undefined {
    const method = readNotificationHead(reader);
    if (method === undefined) return void this.#settle(reader);
    return this.#listener?.notified(method, reader);
  }

  /** A response to no open call is one that timed out or was aborted. */
  #settle(reader: MsgpackReader): void {
    const { msgid, error } = readResponseHead(reader);
    const pending = this.#takePending(msgid);
    if (pending === undefined) return;
    if (error !== undefined) {
      return pending.reject(new RpcError(error.code, error.message, { address: this.address }));
    }
    try {
      pending.resolve(pending.call.readResult(reader));
    } catch (cause) {
      pending.reject(this.#lost(pending.call, true, "its reply is not understood", cause));
      throw cause;
    }
  }

  // ---- ending -------------------------------------------------------------------------------

  #end(why: string, cause?: unknown): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#dialing.abort();
    this.#disarmTimer();
    this.#sender.close();
    this.#stream?.close();
    const open = [...this.#pending.values()];
    this.#pending.clear();
    for (const { call, sent, reject } of open) reject(this.#lost(call, sent, why, cause));
    this.#listener?.closed();
  }

  #lost(call: Call<unknown>, sent: boolean, why: string, cause?: unknown): Error {
    if (this.#refusal !== undefined) return this.#refusal;
    const detail = cause instanceof Error ? `: ${cause.message}` : "";
    return new ConnectionError(
      this.address,
      !sent || call.repeatable,
      `Cannot call ${call.method} at ${this.address}: ${why}${detail}`,
      { cause },
    );
  }

  // ---- deadlines ----------------------------------------------------------------------------

  /** One timer serves all calls: it is set for the earliest deadline, or earlier. */
  #armTimer(deadlineMs: number): void {
    if (deadlineMs >= this.#timerAtMs) return;
    this.#cancelTimer?.();
    this.#timerAtMs = deadlineMs;
    const delayMs = Math.max(0, deadlineMs - this.#environment.monotonicMs());
    this.#cancelTimer = this.#environment.after(delayMs, () => this.#expire());
  }

  #disarmTimer(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#timerAtMs = Infinity;
  }

  #expire(): void {
    const nowMs = this.#environment.monotonicMs();
    const lateMs = nowMs - this.#timerAtMs;
    this.#disarmTimer();
    const { standstillMs, silenceMsMax } = this.#environment.limits;
    const stoodStill = lateMs > standstillMs;
    if (stoodStill) this.#putOff(lateMs + standstillMs);
    let nextMs = Infinity;
    for (const [msgid, { call, deadlineMs, timeoutMs, reject }] of this.#pending) {
      if (deadlineMs <= nowMs) {
        this.#pending.delete(msgid);
        reject(new TimeoutError(this.address, call.repeatable, timeoutMs));
      } else nextMs = Math.min(nextMs, deadlineMs);
    }
    if (nextMs !== Infinity) this.#armTimer(nextMs);
    if (stoodStill) return;
    // A peer that vanished without a word: nothing else would show it for a quarter of an hour.
    if (nowMs - (this.#silentSinceMs ?? nowMs) >= silenceMsMax) {
      this.#end("it is silent");
    }
  }

  /** This process stood still: replies that came meanwhile are yet to be read. */
  #putOff(ms: number): void {
    for (const pending of this.#pending.values()) pending.deadlineMs += ms;
    if (this.#silentSinceMs !== undefined) this.#silentSinceMs += ms;
  }
}

function whyLost(error: unknown, isConnected: boolean): string {
  if (error instanceof TlsError) return "no TLS connection comes about";
  return isConnected ? "the connection was lost" : "nothing answers there";
}
