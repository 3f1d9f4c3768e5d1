/**
 * The network as the parts see it: streams of bytes between addresses. TCP is in `tcp.ts` and
 * `node_tcp.ts`, pairs of memory buffers are in `tests/support/`.
 *
 * @module
 */

/** One end of a connection. */
export interface ByteStream {
  /** The other end's address, as `host:port`. */
  readonly peer: string;
  /** Fills the front of `into`; resolves with the number of bytes, or `null` at the end. */
  read(into: Uint8Array): Promise<number | null>;
  /** Resolves when all of `bytes` are handed to the network; `bytes` may be reused then. */
  write(bytes: Uint8Array): Promise<void>;
  /** Says to the other side that nothing more will come; reading goes on. */
  closeWrite(): Promise<void>;
  /** Ends both directions now; pending reads and writes settle. May be called again. */
  close(): void;
}

/** A bound port. */
export interface ByteListener {
  /** Where it listens, as `host:port`. */
  readonly address: string;
  /**
   * The next incoming connection, or `null` once closed. Rejects when the system lets this process open
   * nothing more, because too much is open; it may be called again, and waits a little then.
   */
  accept(): Promise<ByteStream | null>;
  /** Frees the port. May be called again. */
  close(): void;
}

/** Opens connections: all that a client needs of a network. */
export interface Dialer {
  /**
   * Connects to `address`, a `host:port`; rejects when nobody answers there. Goes on trying for as
   * long as the network does; `signal` ends that.
   */
  connect(address: string, signal?: AbortSignal): Promise<ByteStream>;
}

/** Opens and accepts connections: what a server needs of a network. */
export interface Transport extends Dialer {
  /**
   * Binds a port; port 0 stands for any free one.
   *
   * @param backlog connections that may wait to be accepted, as far as the system allows
   * @throws {Error} when the port cannot be bound.
   */
  listen(hostname: string, port: number, backlog?: number): ByteListener;
  /**
   * Resolves when all ports that it was to bind take connections; rejects when one cannot. Absent: each does at
   * once.
   */
  bound?(): Promise<void>;
}
