import { formatAddress } from "./address.ts";
import type { ByteListener, ByteStream } from "./transport.ts";

/** The longest pause before a port that was given up is bound anew. */
const rebindMsMax = 100;

/** A port on Deno, of TCP or of TLS. */
export class DenoListener<Conn extends DenoConn> implements ByteListener {
  readonly address: string;
  #listener: Accepting<Conn>;
  #streamOf: (conn: Conn) => ByteStream;
  #closed = false;
  /** Has `accept` go on, which waits for the listener to be replaced. */
  #rebound = () => {};

  /** @param streamOf makes the stream of a connection */
  constructor(listener: Accepting<Conn>, streamOf: (conn: Conn) => ByteStream) {
    this.#listener = listener;
    this.#streamOf = streamOf;
    this.address = formatAddress(listener.addr);
  }

  /** Accepts from another listener of the same port from now on, and closes the one of before. */
  async replace(bind: () => Accepting<Conn>): Promise<void> {
    const old = this.#listener;
    old.close();
    for (let pauseMs = 1;; pauseMs = Math.min(2 * pauseMs, rebindMsMax)) {
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
      if (this.#closed) return;
      try {
        this.#listener = bind();
        break;
      } catch (error) {
        // The port is free only when what waited in `accept` has ended, and others may have taken the last file
        // descriptor meanwhile. Nobody listens until it is bound, so it is tried again and again.
        if (error instanceof TypeError) throw error;
      }
    }
    this.#rebound();
  }

  async accept(): Promise<ByteStream | null> {
    while (!this.#closed) {
      const listener = this.#listener;
      try {
        return this.#streamOf(await listener.accept());
      } catch (error) {
        if (this.#closed) return null;
        if (error instanceof Deno.errors.BadResource) {
          // It is being replaced.
          if (listener === this.#listener) {
            await new Promise<void>((resolve) => this.#rebound = resolve);
          }
          continue;
        }
        // A client that is gone before it is accepted, or no file descriptor left: neither may end
        // the listener. The pause keeps the second from spinning.
        await new Promise((resolve) => setTimeout(resolve, 20));
        if (!this.#closed && isFull(error)) throw error;
      }
    }
    return null;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#rebound();
    try {
      this.#listener.close();
    } catch {
      // It is being replaced, and closed already.
    }
  }
}

/** Whether the process, or the system, has as many files open as it may: a connection is one. */
function isFull(error: unknown): boolean {
  const { code } = error as { code?: string };
  return code === "EMFILE" || code === "ENFILE";
}

/** A connection on Deno. */
export type DenoConn = Deno.TcpConn | Deno.TlsConn;

/** The option of a port that says how many connections may wait: Deno 2.4 does not know it, and has 128 wait. */
export function waiting(backlog: number | undefined): { readonly tcpBacklog?: number } {
  return backlog === undefined ? {} : { tcpBacklog: backlog };
}

/** What accepts connections on Deno. */
export interface Accepting<Conn> {
  readonly addr: Deno.NetAddr;
  accept(): Promise<Conn>;
  close(): void;
}

/** A connection on Deno, of TCP or of TLS. */
export class DenoStream implements ByteStream {
  readonly peer: string;
  #conn: DenoConn;
  #closed = false;
  /** Ends the last write, if it is still pending. */
  #failWrite: (error: Error) => void = () => {};

  constructor(conn: DenoConn) {
    this.#conn = conn;
    this.peer = formatAddress(conn.remoteAddr);
    try {
      // Of one in TLS only the connection below it can be told.
      if ("setNoDelay" in conn) conn.setNoDelay(true);
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
      this.#conn.write(bytes).then((written) => {
        // The usual case: the system takes all of it.
        if (written === bytes.length) resolve();
        else this.#writeRest(bytes, written).then(resolve, reject);
      }, reject);
    });
  }

  async #writeRest(bytes: Uint8Array, from: number): Promise<void> {
    for (let at = from; at < bytes.length;) at += await this.#conn.write(bytes.subarray(at));
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
