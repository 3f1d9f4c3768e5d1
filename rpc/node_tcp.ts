import type { Socket } from "node:net";
import { formatAddress, parseAddress } from "./address.ts";
import type { ByteStream, Dialer } from "./transport.ts";

/**
 * TCP on Node, each write sent at once (no Nagle delay). `node:net` is loaded by the first
 * connection, because a runtime that never dials may not have it.
 */
export const nodeTcpDialer: Dialer = {
  async connect(address, signal) {
    const { hostname: host, port } = parseAddress(address);
    const { connect } = await import("node:net");
    signal?.throwIfAborted();
    // With `allowHalfOpen` the socket still writes after the other side has closed its direction.
    const socket = connect({ host, port, noDelay: true, allowHalfOpen: true });
    await connected(socket, signal);
    return new NodeStream(socket, address);
  },
};

/** Resolves when `socket` is connected. @throws {Error} when it fails; the signal's reason. */
export function connected(
  socket: Socket,
  signal: AbortSignal | undefined,
  event = "connect",
): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (outcome: () => void) => {
      signal?.removeEventListener("abort", onAbort);
      socket.off("error", onError);
      outcome();
    };
    const onAbort = () => {
      settle(() => reject(signal?.reason));
      socket.destroy();
    };
    // A name with several addresses fails with an error for each, and no message of its own.
    const onError = (error: Error) =>
      settle(() => reject(error instanceof AggregateError ? error.errors[0] : error));
    signal?.addEventListener("abort", onAbort);
    socket.once("error", onError);
    socket.once(event, () => settle(resolve));
  });
}

/** A connection on Node. */
export class NodeStream implements ByteStream {
  readonly peer: string;
  #socket: Socket;
  #error: Error | undefined;
  /** Resumes the read that waits for the socket to change. */
  #wake: () => void = () => {};

  constructor(socket: Socket, address: string) {
    this.#socket = socket;
    const { remoteAddress: hostname, remotePort: port } = socket;
    this.peer = hostname === undefined || port === undefined
      ? address
      : formatAddress({ hostname, port });
    socket.on("error", (error) => this.#error = error);
    for (const event of ["readable", "end", "close"]) socket.on(event, () => this.#wake());
  }

  async read(into: Uint8Array): Promise<number | null> {
    const socket = this.#socket;
    for (;;) {
      const count = Math.min(socket.readableLength, into.length);
      // Asking for no bytes makes the socket fetch some, or notice its end.
      const chunk: Uint8Array | null = socket.read(count);
      if (count > 0 && chunk !== null) {
        into.set(chunk);
        return count;
      }
      if (socket.readableEnded) return null;
      if (socket.destroyed) throw this.#closed();
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
  }

  write(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#socket.write(bytes, (error) => {
        // Node reports no error for a write that is cut off by destroying its socket.
        if (error || this.#socket.destroyed) reject(error ?? this.#closed());
        else resolve();
      });
    });
  }

  closeWrite(): Promise<void> {
    return new Promise((resolve) => this.#socket.end(resolve));
  }

  close(): void {
    this.#socket.destroy();
  }

  /** Why the socket can be used no more. */
  #closed(): Error {
    return this.#error ?? new Error("The connection was closed");
  }
}
