/**
 * The network as the parts see it: streams of bytes between addresses. TCP here, pairs of memory
 * buffers in `tests/support/`.
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
  /** The next incoming connection, or `null` once closed. */
  accept(): Promise<ByteStream | null>;
  /** Frees the port. May be called again. */
  close(): void;
}

/** Opens and accepts connections. */
export interface Transport {
  /** @throws {Error} when the port cannot be bound. */
  listen(hostname: string, port: number): ByteListener;
  /**
   * Connects to `address`, a `host:port`; rejects when nobody answers there. Goes on trying for as
   * long as the network does; `signal` ends that.
   */
  connect(address: string, signal?: AbortSignal): Promise<ByteStream>;
}

/** TCP, each write sent at once (no Nagle delay). */
export const tcpTransport: Transport = {
  listen(hostname, port) {
    return new TcpListener(Deno.listen({ hostname, port, transport: "tcp" }));
  },
  async connect(address, signal) {
    return new TcpStream(await Deno.connect({ ...parseAddress(address), signal }));
  },
};

class TcpListener implements ByteListener {
  readonly address: string;
  #listener: Deno.TcpListener;
  #closed = false;

  constructor(listener: Deno.TcpListener) {
    this.#listener = listener;
    this.address = formatAddress(listener.addr);
  }

  async accept(): Promise<ByteStream | null> {
    while (!this.#closed) {
      try {
        return new TcpStream(await this.#listener.accept());
      } catch (error) {
        if (this.#closed || error instanceof Deno.errors.BadResource) return null;
        // A client that is gone before it is accepted, or no file descriptor left: neither may end
        // the listener. The pause keeps the second from spinning.
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
    return null;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#listener.close();
  }
}

class TcpStream implements ByteStream {
  readonly peer: string;
  #conn: Deno.TcpConn;
  #closed = false;
  /** Ends the last write, if it is still pending. */
  #failWrite: (error: Error) => void = () => {};

  constructor(conn: Deno.TcpConn) {
    this.#conn = conn;
    this.peer = formatAddress(conn.remoteAddr);
    try {
      conn.setNoDelay(true);
    } catch {
      // The other side is gone already; the first read will say so.
    }
  }

  read(into: Uint8Array): Promise<number | null> {
    return this.#conn.read(into);
  }

  write(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      // Deno 2.4 leaves a write pending when its connection is closed.
      this.#failWrite = reject;
      this.#writeAll(bytes).then(resolve, reject);
    });
  }

  async #writeAll(bytes: Uint8Array): Promise<void> {
    let written = await this.#conn.write(bytes);
    while (written < bytes.length) written += await this.#conn.write(bytes.subarray(written));
  }

  closeWrite(): Promise<void> {
    return this.#conn.closeWrite();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#conn.close();
    this.#failWrite(new Deno.errors.Interrupted("The connection was closed"));
  }
}

/**
 * Takes a `host:port` apart; an IPv6 host stands in brackets.
 *
 * @throws {TypeError} when it is not of that form.
 */
export function parseAddress(address: string): { hostname: string; port: number } {
  const match = /^(?:\[([0-9a-fA-F:.%]+)\]|([^\s:\[\]\/]+)):(\d{1,5})$/.exec(address);
  const port = Number(match?.[3]);
  if (match === null || port > 65535) {
    throw new TypeError(
      `Cannot use "${address}" as an address: allowed is HOST:PORT, as in 127.0.0.1:6001`,
    );
  }
  return { hostname: match[1] ?? match[2], port };
}

/** Puts a `host:port` together; an IPv6 host gets its brackets. */
export function formatAddress({ hostname, port }: { hostname: string; port: number }): string {
  return hostname.includes(":") ? `[${hostname}]:${port}` : `${hostname}:${port}`;
}
