import type { Answer } from "./answer.ts";
import type { Limited, Timers } from "./environment.ts";
import { FrameReader } from "./frame_reader.ts";
import { ShapeError } from "./message.ts";
import type { ByteStream } from "./transport.ts";

/** What became of frames, and the bytes to send back. */
export interface Reply extends Answer {
  /** Whole response frames; must not change any more. */
  replies: Uint8Array;
  /** How many of the requests will be answered by a `SendDeferred`; default: none. */
  deferred?: number;
}

/** Sends deferred response frames, and says how many of them a reply has announced. */
export type SendDeferred = (replies: Uint8Array, count: number) => void;

/** Ends a connection that was heard enough of: what was sent before still arrives. */
export type EndConnection = () => void;

/** Executes the frames of one connection. */
export interface FrameExecutor {
  /**
   * Executes whole frames. Called again only when the replies before are written and no more than
   * `deferredRepliesMax` replies are deferred: so the requests of a connection are executed in order,
   * and a client that does not read its replies is not read from.
   *
   * @param frames valid until the call settles
   * @param again whether these are the frames that the call before left unexecuted
   */
  execute(frames: Uint8Array, again: boolean): Promise<Reply> | Reply;
  /** Called, once, when the connection is over; a call that has not settled then must reject. */
  close?(): void;
}

/**
 * A connection that a server accepted: read, execute, write, and so on. The next bytes are read while
 * the replies to the last are still being written, but executed only afterwards: so its memory is
 * bounded by one receive buffer and one batch of replies. The kernel's buffers do the rest of the flow
 * control.
 */
export class ServedConnection {
  #stream: ByteStream;
  #environment: Pick<Timers, "after"> & Limited;
  #deferredRepliesMax: number;
  #executor: FrameExecutor;
  #closed = false;
  #isWriting = false;
  #writeError: unknown;
  /** How many replies are deferred. */
  #deferred = 0;
  /** What is to be written behind the write under way. */
  #queued: Uint8Array[] = [];
  /** Goes on when all that was to be written is, or the connection is closed. */
  #resume: (() => void) | undefined;
  /** Whether nothing more is sent, because what came was enough. */
  #isEnding = false;
  /** Called when it is closed. */
  #onClosed: (() => void) | undefined;

  /** @param serve makes the executor of its frames */
  constructor(
    stream: ByteStream,
    environment: Pick<Timers, "after"> & Limited,
    serve: (sendDeferred: SendDeferred, end: EndConnection) => FrameExecutor,
  ) {
    this.#stream = stream;
    this.#environment = environment;
    this.#deferredRepliesMax = environment.limits.deferredRepliesMax;
    this.#executor = serve(
      (replies, count) => this.#sendDeferred(replies, count),
      () => this.#end(),
    );
  }

  /** Ends it now; `serve` settles. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#onClosed?.();
    this.#executor.close?.();
    this.#stream.close();
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
      await this.#readAndAnswer();
      await this.#settled(0);
    } catch (error) {
      onFault(error);
      // When nothing can be written any more, nothing has to arrive.
      await this.#settled(0).then(() => this.#linger(), () => {});
    } finally {
      this.close();
    }
  }

  /** Resolves when the peer has ended the connection. @throws when it is to be ended here. */
  async #readAndAnswer(): Promise<void> {
    const reader = new FrameReader(this.#environment.limits.receiveBufferBytes);
    for (;;) {
      const count = await this.#stream.read(reader.space());
      if (count === null) return;
      reader.received(count);
      for (let frames = reader.take(); frames !== undefined; frames = reader.take()) {
        await this.#answer(frames);
      }
    }
  }

  /** @throws {ShapeError} when one of the frames is no message; it is answered by then. */
  async #answer(frames: Uint8Array): Promise<void> {
    for (let rest = frames; rest.length > 0;) {
      if (this.#isUnsettled) await this.#settled();
      const reply = await this.#executor.execute(rest, rest !== frames);
      const { replies, consumed, close, deferred = 0 } = reply;
      this.#deferred += deferred;
      if (replies.length > 0) this.#send(replies);
      if (close) throw new ShapeError("Cannot follow a connection: what came is no message");
      if (consumed === rest.length) return;
      rest = rest.subarray(consumed);
    }
  }

  #sendDeferred(replies: Uint8Array, count: number): void {
    this.#deferred -= count;
    if (!this.#closed && !this.#isEnding) this.#send(replies);
  }

  /** Has the peer see the end behind what was sent, and waits for no more of it than `lingerMs`. */
  #end(): void {
    if (this.#closed || this.#isEnding) return;
    this.#isEnding = true;
    const { lingerMs } = this.#environment.limits;
    this.#onClosed = this.#environment.after(lingerMs, () => this.close());
    if (!this.#isWriting) this.#closeWrite();
  }

  #closeWrite(): void {
    this.#stream.closeWrite().catch(() => this.close());
  }

  /** Writes, now or behind the write under way. */
  #send(bytes: Uint8Array): void {
    if (this.#isWriting) this.#queued.push(bytes);
    else this.#write(bytes);
  }

  #write(bytes: Uint8Array): void {
    this.#isWriting = true;
    this.#stream.write(bytes).then(this.#onWritten, this.#onWriteError);
  }

  #onWritten = (): void => {
    this.#isWriting = false;
    if (this.#queued.length > 0 && this.#writeError === undefined) {
      this.#write(concatenated(this.#queued.splice(0)));
    } else {
      if (this.#isEnding) this.#closeWrite();
      this.#resume?.();
    }
  };

  #onWriteError = (error: unknown): void => {
    this.#writeError = error;
    this.#onWritten();
  };

  /** Whether `settled` has something to wait for or to say. */
  get #isUnsettled(): boolean {
    return this.#isWriting || this.#deferred > this.#deferredRepliesMax ||
      this.#writeError !== undefined;
  }

  /**
   * Waits until everything is written, and no more than `deferredMax` replies are deferred.
   *
   * @throws what a write failed with.
   */
  async #settled(deferredMax = this.#deferredRepliesMax): Promise<void> {
    while (this.#writeError === undefined && (this.#isWriting || this.#deferred > deferredMax)) {
      await new Promise<void>((resolve) => this.#resume = resolve);
    }
    if (this.#writeError !== undefined) throw this.#writeError;
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

function concatenated(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0];
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
