import { connectionsMax, lingerBytesMax, lingerMs } from "../limits.ts";
import type { Answer } from "./answer.ts";
import type { Environment } from "./environment.ts";
import { FrameReader } from "./frame_reader.ts";
import { ShapeError } from "./message.ts";
import type { ByteListener, ByteStream, Transport } from "./transport.ts";

/** What became of frames, and the bytes to send back. */
export interface Reply extends Answer {
  /** Whole response frames; must not change any more. */
  replies: Uint8Array;
}

/** A connection, by its identity. */
export interface Connection {
  /** The other end's address, as `host:port`. */
  readonly peer: string;
}

/** Options of an `RpcServer`. */
export interface RpcServerOptions {
  transport: Transport;
  timers: Pick<Environment, "after">;
  hostname: string;
  /** 0: any free port. */
  port: number;
  /**
   * Executes whole frames of one connection; called again only when the replies are written, so a
   * connection's requests are executed in order, and a client that does not read its replies is
   * not read from. `frames` are valid until the call settles.
   *
   * @param connection one object for all calls of a connection
   * @param again whether these are the frames that the call before left unexecuted
   */
  execute(frames: Uint8Array, connection: Connection, again: boolean): Promise<Reply> | Reply;
  /** Told when a connection ends otherwise than by the peer's orderly close. */
  onFault?(peer: string, error: unknown): void;
}

/**
 * Listens on a port and serves its connections independently of one another.
 *
 * Each connection is one loop: read, execute, write. Its memory is bounded by one receive buffer
 * and one batch of replies; the kernel's buffers do the rest of the flow control.
 */
export class RpcServer {
  #options: RpcServerOptions;
  #listener: ByteListener;
  #streams = new Set<ByteStream>();
  #loops = new Set<Promise<void>>();
  #closed = false;

  /** @throws {Error} when the port cannot be bound. */
  constructor(options: RpcServerOptions) {
    this.#options = options;
    this.#listener = options.transport.listen(options.hostname, options.port);
    this.#track(this.#accept());
  }

  /** Where it listens, as `host:port`. */
  get address(): string {
    return this.#listener.address;
  }

  /** Number of open connections. */
  get connections(): number {
    return this.#streams.size;
  }

  /** Ends the listener and every connection; resolves when the port is free and all loops ended. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#listener.close();
    for (const stream of this.#streams) stream.close();
    while (this.#loops.size > 0) await Promise.all(this.#loops);
  }

  #track(loop: Promise<void>): void {
    this.#loops.add(loop);
    loop.finally(() => this.#loops.delete(loop));
  }

  async #accept(): Promise<void> {
    for (;;) {
      const stream = await this.#listener.accept();
      if (stream === null) return;
      if (this.#closed || this.#streams.size >= connectionsMax) {
        this.#fault(stream, new Error(`More than ${connectionsMax} connections`));
        stream.close();
      } else this.#track(this.#serve(stream));
    }
  }

  async #serve(stream: ByteStream): Promise<void> {
    this.#streams.add(stream);
    try {
      const endedByPeer = await this.#readAndAnswer(stream);
      if (!endedByPeer) await this.#linger(stream);
    } catch (error) {
      this.#fault(stream, error);
    } finally {
      this.#streams.delete(stream);
      stream.close();
    }
  }

  /** @returns whether the peer ended the connection; `false` when it is to be ended here. */
  async #readAndAnswer(stream: ByteStream): Promise<boolean> {
    const reader = new FrameReader();
    for (;;) {
      const count = await stream.read(reader.space());
      if (count === null) return true;
      reader.received(count);
      try {
        for (let frames = reader.take(); frames !== undefined; frames = reader.take()) {
          if (!await this.#answer(stream, frames)) return false;
        }
      } catch (error) {
        this.#fault(stream, error);
        return false;
      }
    }
  }

  async #answer(stream: ByteStream, frames: Uint8Array): Promise<boolean> {
    for (let rest = frames; rest.length > 0;) {
      const again = rest !== frames;
      const { replies, consumed, close } = await this.#options.execute(rest, stream, again);
      if (replies.length > 0) await stream.write(replies);
      if (close) {
        this.#fault(stream, new ShapeError("Cannot follow a connection: what came is no message"));
        return false;
      }
      rest = rest.subarray(consumed);
    }
    return true;
  }

  /**
   * Lets the last reply arrive before the connection ends: closing a socket that holds unread
   * bytes resets it, and a reset takes what the peer has not read yet.
   */
  async #linger(stream: ByteStream): Promise<void> {
    const cancel = this.#options.timers.after(lingerMs, () => stream.close());
    try {
      await stream.closeWrite();
      const ignored = new Uint8Array(16 * 1024);
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

  /** What fails because this end is closed is nobody's fault. */
  #fault(stream: ByteStream, error: unknown): void {
    if (!this.#closed) this.#options.onFault?.(stream.peer, error);
  }
}
