import type { Answer } from "./answer.ts";
import { Charge, chargedBytes } from "./charge.ts";
import type { Accounted, Connected, Limited, Sliced, Timers } from "./environment.ts";
import { freeMemory } from "./msgpack/free_memory.ts";
import { FrameReader, type RequestCutter } from "./frame_reader.ts";
import type { MemoryHolder } from "./memory_account.ts";
import { ShapeError } from "./message.ts";
import type { Flow } from "./time_slices.ts";
import { hostOf } from "./address.ts";
import type { Standing } from "./connection_room.ts";
import { expectNoTls } from "./tls_error.ts";
import type { ByteStream } from "./transport.ts";
import { TurnedWriter } from "./turned_writer.ts";
import { WriteQueue } from "./write_queue.ts";

/** What became of frames, and the bytes to send back. */
export interface Reply extends Answer {
  /** Whole response frames; must not change any more. */
  replies: Uint8Array;
  /**
   * More of them, in pieces, which go behind `replies`. Each has a buffer of its own, whose memory is
   * given back when it is written. Default: none.
   */
  pieces?: readonly Uint8Array[];
  /** How many of the requests will be answered by a `SendDeferred`; default: none. */
  deferred?: number;
  /** Whether the client asked for the end of the connection: nothing behind it is heard. Default: no. */
  isLast?: boolean;
  /**
   * Serves the connection from then on, in another protocol, once the replies are written. The stream is
   * closed behind it.
   */
  takeOver?(stream: ByteStream): Promise<void>;
}

/**
 * Sends frames that no reply brings.
 *
 * @param replies whole frames
 * @param count how many of the responses that a reply has announced as deferred they are; 0 for
 * notifications
 */
export type SendDeferred = (replies: Uint8Array, count: number) => void;

/** Ends a connection that was heard enough of: what was sent before still arrives. */
export type EndConnection = () => void;

const noPieces: readonly Uint8Array[] = [];

/** What a connection that is served needs of the world outside. */
export type ServingEnvironment = Pick<Timers, "after"> & Limited & Accounted & Sliced & Connected;

/** A connection that is ended because memory is full. */
export interface Cut {
  /** The host at its other end. */
  host: string;
  /** Bytes that were charged for it. */
  heldBytes: number;
}

/** Executes the frames of one connection. */
export interface FrameExecutor {
  /** Whether it executes the frames where they lie. Default: it makes a copy, which is charged. */
  readonly isInPlace?: boolean;
  /** Whether the other end is a server: it may be idle, and is cut for its memory last. Default: it is none. */
  readonly isPeer?: boolean;
  /** What the other end has shown of what it is here for. Default: enough, once a whole frame has come. */
  readonly standing?: Standing;
  /**
   * Called with the first byte that came, before anything is executed.
   *
   * @returns what cuts the stream into requests; `undefined`: it consists of frames.
   */
  cutterFor?(firstByte: number): RequestCutter | undefined;
  /**
   * Executes whole frames. Called again only when the replies before are written and no more than
   * `deferredRepliesMax` replies are deferred: so the requests of a connection are executed in order,
   * and a client that does not read its replies is not read from.
   *
   * @param frames valid until the call settles; `frameHeadroomBytes` before them are free to be written
   * @param again whether these are the frames that the call before left unexecuted
   */
  execute(frames: Uint8Array, again: boolean): Promise<Reply> | Reply;
  /** Called when bytes have come, whether they are whole frames or not. */
  received?(): void;
  /** Called when all that was sent is written, or cannot be. */
  written?(): void;
  /** Bytes of replies that are not complete, which it charges itself. Default 0. */
  readonly heldBytes?: number;
  /** Called, once, when the connection is over; a call that has not settled then must reject. */
  close?(): void;
}

/**
 * A connection that a server accepted: read, execute, write, and so on. The next bytes are read while
 * the replies to the last are still being written, but executed only afterwards: so its memory is
 * bounded by one receive buffer and one batch of replies. The kernel's buffers do the rest of the flow
 * control.
 *
 * All that it holds is charged to the account of its thread: its buffer, the frames that are being
 * executed if that is done with a copy of them, and the replies that are not written.
 */
export class ServedConnection implements MemoryHolder {
  #stream: ByteStream;
  #environment: ServingEnvironment;
  #deferredRepliesMax: number;
  #executor: FrameExecutor;
  #reader: FrameReader;
  #charge: Charge;
  #flow: Flow;
  /** Bytes of the receive buffer that are charged. */
  #bufferBytes = 0;
  #onCut: ((cut: Cut) => void) | undefined;
  /** Whether a whole frame has come. */
  #hasSpoken = false;
  /** How often something came or left, and what that was when it was looked at last. */
  #steps = 0;
  #stepsSeen = 0;
  #isStuck = false;
  /** How long nothing has come, while nothing was to be done. */
  #quietMs = 0;
  #isReading = false;
  #isExecuting = false;
  /** Whether anything has come. */
  #isBegun = false;
  /** Why it was ended here. */
  #endReason: Error | undefined;
  #closed = false;
  #writes: WriteQueue;
  /** How many replies are deferred. */
  #deferred = 0;
  /** Goes on when all that was to be written is, or the connection is closed. */
  #resume: (() => void) | undefined;
  /** Whether nothing more is sent, because what came was enough. */
  #isEnding = false;
  /** Called when it is closed. */
  #onClosed: (() => void) | undefined;

  /**
   * @param serve makes the executor of its frames
   * @param onCut called when it is ended because memory is full
   */
  constructor(
    stream: ByteStream,
    environment: ServingEnvironment,
    serve: (sendDeferred: SendDeferred, end: EndConnection) => FrameExecutor,
    onCut?: (cut: Cut) => void,
  ) {
    this.#onCut = onCut;
    this.#stream = stream;
    this.#environment = environment;
    this.#deferredRepliesMax = environment.limits.deferredRepliesMax;
    this.#reader = new FrameReader(environment.limits);
    this.#charge = new Charge(environment.memory, "connections");
    this.#flow = environment.slices.flow(() => this.isPeer);
    this.#writes = new WriteQueue(
      new TurnedWriter(stream, environment.slices, environment.limits),
      environment.limits,
      (bytes) => this.#hold(bytes),
      this.#onWritten,
    );
    this.#charge.add(environment.limits.connectionBytes);
    this.#chargeBuffer();
    environment.memory.addHolder(this);
    this.#executor = serve(
      (replies, count) => this.#sendDeferred(replies, count),
      () => this.#end(),
    );
  }

  /** Bytes charged for it. */
  get heldBytes(): number {
    return this.#charge.bytes + (this.#executor.heldBytes ?? 0);
  }

  /** Whether nothing has come or left since it was looked at last. */
  get isStuck(): boolean {
    return this.#isStuck;
  }

  /** Whether the other end is a server. */
  get isPeer(): boolean {
    return this.#executor.isPeer ?? false;
  }

  /** The host at the other end. */
  get host(): string {
    return hostOf(this.#stream.peer);
  }

  /** What the other end has shown of what it is here for. */
  get standing(): Standing {
    return this.#executor.standing ?? (this.#hasSpoken ? "established" : "silent");
  }

  /** Ends it now, because another one is to have its place. */
  makeWay(): void {
    this.#closeFor("there is no room for it beside others");
  }

  /** Ends it now, because it holds more memory than others, of which there is not enough. */
  cut(): void {
    if (!this.#closed) this.#onCut?.({ host: this.host, heldBytes: this.heldBytes });
    this.#closeFor(`it held ${this.heldBytes} bytes, and memory is full`);
  }

  /**
   * Ends it when it is stuck in the midst of a frame, or idle. To be called every `passedMs`.
   *
   * @param idleTimeoutMs how long it may be idle; default: for ever
   */
  check(passedMs: number, idleTimeoutMs = Infinity): void {
    this.#isStuck = this.#steps === this.#stepsSeen;
    this.#stepsSeen = this.#steps;
    if (!this.#isStuck || !this.#isReading || this.#writes.isWriting || this.#deferred > 0) {
      this.#quietMs = 0;
      return;
    }
    this.#quietMs += passedMs;
    const { halfFrameMs } = this.#environment.limits;
    if (this.#reader.hasPart && this.#quietMs >= halfFrameMs) {
      this.#closeFor(`nothing came in the midst of a frame for ${halfFrameMs / 1_000} s`);
    } else if (!this.isPeer && this.#quietMs >= idleTimeoutMs) {
      this.#closeFor(`it was idle for ${idleTimeoutMs / 1_000} s`);
    }
  }

  #closeFor(why: string): void {
    if (this.#closed) return;
    this.#endReason = new Error(`Cannot keep the connection: ${why}`);
    this.close();
  }

  /** Ends it now; `serve` settles. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#environment.memory.removeHolder(this);
    this.#charge.set(0);
    this.#onClosed?.();
    this.#executor.close?.();
    this.#flow.close();
    this.#stream.close();
    this.#reader.close(this.#isExecuting);
    this.#writes.close();
    this.#deferred = 0;
    this.#resume?.();
  }

  /**
   * Serves until either side ends it.
   *
   * @param onFault called when that is not the client's orderly close
   */
  async serve(onFault: (error: unknown) => void): Promise<void> {
    try {
      const isEndedHere = await this.#readAndAnswer();
      await this.#settled(0);
      if (isEndedHere) await this.#linger();
    } catch (error) {
      onFault(this.#endReason ?? error);
      if (this.#closed) return;
      // When nothing can be written any more, nothing has to arrive.
      await this.#settled(0).then(() => this.#linger(), () => {});
    } finally {
      this.close();
    }
  }

  /**
   * Resolves when the peer has ended the connection, or has asked this end to do it.
   *
   * @returns whether it asked.
   * @throws when it is to be ended here for another reason.
   */
  async #readAndAnswer(): Promise<boolean> {
    const reader = this.#reader;
    for (;;) {
      // Before the buffer grows: what others took in this turn was not looked at yet.
      this.#environment.memory.relieveIfDue();
      if (this.#closed) throw closedError();
      const space = reader.space();
      if (reader.byteLength !== this.#bufferBytes) this.#chargeBuffer();
      this.#isReading = true;
      const count = await this.#stream.read(space);
      this.#isReading = false;
      if (this.#closed) throw closedError();
      if (count === null) return false;
      if (!this.#isBegun) this.#begin(space[0]);
      reader.received(count);
      this.#executor.received?.();
      this.#steps++;
      for (let frames = reader.take(); frames !== undefined; frames = reader.take()) {
        this.#hasSpoken = true;
        // No function of its own, which would cost a promise for each read.
        for (let rest = frames; rest.length > 0;) {
          if (this.#isUnsettled) await this.#settled();
          const charged = this.#executor.isInPlace
            ? 0
            : chargedBytes(rest.length, this.#environment.limits);
          if (charged > 0) this.#hold(charged);
          const turn = this.#flow.begin(rest.length);
          if (turn !== undefined) await turn;
          if (this.#closed) throw closedError();
          this.#isExecuting = true;
          const reply = await this.#executor.execute(rest, rest !== frames);
          this.#isExecuting = false;
          this.#flow.end();
          if (charged > 0) this.#hold(-charged);
          this.#sendReply(reply);
          if (reply.isLast) return true;
          if (reply.takeOver !== undefined) {
            await this.#handOver(reply.takeOver, rest.length - reply.consumed);
            return false;
          }
          if (reply.consumed === rest.length) break;
          rest = rest.subarray(reply.consumed);
        }
      }
    }
  }

  #begin(firstByte: number): void {
    this.#isBegun = true;
    expectNoTls(firstByte);
    const cutter = this.#executor.cutterFor?.(firstByte);
    if (cutter !== undefined) this.#reader.cutBy(cutter);
  }

  #chargeBuffer(): void {
    this.#hold(this.#reader.byteLength - this.#bufferBytes);
    this.#bufferBytes = this.#reader.byteLength;
  }

  /** Charges so many bytes more, or less. What is gone holds nothing. */
  #hold(bytes: number): void {
    if (!this.#closed) this.#charge.add(bytes);
  }

  /** @throws {ShapeError} when one of the frames is no message; it is answered by then. */
  #sendReply(reply: Reply): void {
    const { replies, pieces = noPieces, close, deferred = 0 } = reply;
    this.#deferred += deferred;
    if (replies.length > 0) this.#writes.send(replies);
    for (const piece of pieces) {
      if (this.#closed) freeMemory(piece);
      else this.#writes.sendPiece(piece);
    }
    if (close) throw new ShapeError("Cannot follow a connection: what came is no message");
  }

  /** @param restBytes of what came together with the request that the reply is to */
  async #handOver(takeOver: NonNullable<Reply["takeOver"]>, restBytes: number): Promise<void> {
    await this.#settled(0);
    if (restBytes > 0 || this.#reader.hasPart) {
      throw new ShapeError(
        "Cannot change the protocol of a connection: more came before the reply",
      );
    }
    await takeOver(this.#stream);
  }

  #sendDeferred(replies: Uint8Array, count: number): void {
    this.#deferred -= count;
    if (!this.#closed && !this.#isEnding) this.#writes.send(replies);
  }

  /** Has the peer see the end behind what was sent, and waits for no more of it than `lingerMs`. */
  #end(): void {
    if (this.#closed || this.#isEnding) return;
    this.#isEnding = true;
    const { lingerMs } = this.#environment.limits;
    this.#onClosed = this.#environment.after(lingerMs, () => this.close());
    if (!this.#writes.isWriting) this.#closeWrite();
  }

  #closeWrite(): void {
    this.#stream.closeWrite().catch(() => this.close());
  }

  #onWritten = (isIdle: boolean): void => {
    this.#steps++;
    if (!isIdle) return;
    if (this.#isEnding) this.#closeWrite();
    this.#executor.written?.();
    this.#resume?.();
  };

  /** Whether `settled` has something to wait for or to say. */
  get #isUnsettled(): boolean {
    return this.#writes.isWriting || this.#deferred > this.#deferredRepliesMax ||
      this.#writes.error !== undefined;
  }

  /**
   * Waits until everything is written, and no more than `deferredMax` replies are deferred.
   *
   * @throws what a write failed with.
   */
  async #settled(deferredMax = this.#deferredRepliesMax): Promise<void> {
    const writes = this.#writes;
    while (writes.error === undefined && (writes.isWriting || this.#deferred > deferredMax)) {
      await new Promise<void>((resolve) => this.#resume = resolve);
    }
    if (writes.error !== undefined) throw writes.error;
  }

  /**
   * Lets the last reply arrive before the connection ends: closing a socket that holds unread
   * bytes resets it, and a reset takes what the peer has not read yet.
   */
  async #linger(): Promise<void> {
    const stream = this.#stream;
    const { lingerMs, lingerBytesMax, receiveBufferBytes } = this.#environment.limits;
    const cancel = this.#environment.after(lingerMs, () => stream.close());
    try {
      await stream.closeWrite();
      const ignored = new Uint8Array(receiveBufferBytes);
      for (let total = 0; total < lingerBytesMax;) {
        const count = await stream.read(ignored);
        if (count === null) return;
        total += count;
      }
    } catch {
      // Reset by the peer, or closed by the timer: over either way.
    } finally {
      cancel();
    }
  }
}

function closedError(): Error {
  return new Error("The connection was closed");
}
