import { formatAddress, parseAddress } from "./address.ts";
import type { ByteListener, ByteStream, Transport } from "./transport.ts";

/** TCP on Deno, each write sent at once (no Nagle delay). */
export const tcpTransport: Transport = {
  listen(hostname, port, backlog) {
    // Deno 2.4 does not know the last option, and has 128 wait.
    const options = { hostname, port, transport: "tcp" as const, tcpBacklog: backlog };
    return new TcpListener(Deno.listen(options));
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
        if (!this.#closed && isFull(error)) throw error;
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

/** Whether the process, or the system, has as many files open as it may: a connection is one. */
function isFull(error: unknown): boolean {
  const { code } = error as { code?: string };
  return code === "EMFILE" || code === "ENFILE";
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
