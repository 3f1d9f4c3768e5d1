import { wireLimits } from "../limits.ts";
import type { ByteStream, Dialer } from "./transport.ts";

const { unreadBytesMax, unsentBytesMax, unsentCheckMs } = wireLimits;

/** Whether an address is that of a WebSocket, `ws://HOST:PORT/PATH` or `wss://...`, and no `host:port`. */
export function isWebSocketAddress(address: string): boolean {
  return /^wss?:\/\//.test(address);
}

/**
 * WebSockets of the runtime: whole frames, as they are written, make one binary message, and what comes in
 * messages is read as one stream.
 */
export const webSocketDialer: Dialer = {
  connect(address, signal) {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      if (!("WebSocket" in globalThis)) throw new Error("this runtime has no WebSocket");
      const socket = new WebSocket(address);
      socket.binaryType = "arraybuffer";
      const settle = (outcome: () => void) => {
        signal?.removeEventListener("abort", onAbort);
        socket.onopen = socket.onerror = socket.onclose = null;
        outcome();
      };
      const fail = (error: unknown) => settle(() => reject(error));
      const onAbort = () => {
        fail(signal?.reason);
        socket.close();
      };
      signal?.addEventListener("abort", onAbort);
      // A browser does not tell why.
      socket.onerror = () => fail(new Error("the WebSocket was not opened"));
      socket.onclose = () => fail(new Error("the WebSocket was closed"));
      socket.onopen = () => settle(() => resolve(new WebSocketStream(socket, address)));
    });
  },
};

class WebSocketStream implements ByteStream {
  readonly peer: string;
  #socket: WebSocket;
  /** What came and was not read, the first of it from `#at` on. */
  #messages: Uint8Array[] = [];
  #at = 0;
  #unreadBytes = 0;
  #isOver = false;
  #error: Error | undefined;
  /** Resumes the read that waits for a message, or the end. */
  #wake = () => {};

  constructor(socket: WebSocket, peer: string) {
    this.peer = peer;
    this.#socket = socket;
    socket.onmessage = ({ data }) => this.#receive(data);
    socket.onerror = () => this.#end(new Error("the WebSocket failed"));
    socket.onclose = ({ code }) => {
      this.#end(code === normalClosure ? undefined : new Error(`the WebSocket ended: ${code}`));
    };
  }

  async read(into: Uint8Array): Promise<number | null> {
    while (this.#messages.length === 0) {
      if (this.#error !== undefined) throw this.#error;
      if (this.#isOver) return null;
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
    const [message] = this.#messages;
    const part = message.subarray(this.#at, this.#at + into.length);
    into.set(part);
    this.#at += part.length;
    this.#unreadBytes -= part.length;
    if (this.#at === message.length) {
      this.#messages.shift();
      this.#at = 0;
    }
    return part.length;
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.#expectOpen();
    // The caller may use its buffer again before the socket has sent all of it.
    this.#socket.send(bytes.slice());
    while (this.#socket.bufferedAmount > unsentBytesMax) {
      await new Promise((resolve) => setTimeout(resolve, unsentCheckMs));
      this.#expectOpen();
    }
  }

  /** A WebSocket has no direction of its own that could end alone. */
  closeWrite(): Promise<void> {
    this.close();
    return Promise.resolve();
  }

  close(): void {
    this.#end(new Error("the connection was closed"));
    this.#socket.close(normalClosure);
  }

  #receive(data: unknown): void {
    // Whatever comes behind the end is read by nobody.
    if (this.#isOver) return;
    const isBinary = data instanceof ArrayBuffer;
    if (isBinary) {
      if (data.byteLength > 0) this.#messages.push(new Uint8Array(data));
      this.#unreadBytes += data.byteLength;
    }
    if (!isBinary || this.#unreadBytes > unreadBytesMax) {
      this.#end(
        new Error(
          isBinary
            ? `more than ${unreadBytesMax} bytes wait to be read`
            : "a message of text came, allowed are binary ones",
        ),
      );
      this.#socket.close();
      this.#messages = [];
    }
    this.#wake();
  }

  #end(error: Error | undefined): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#error = error;
    this.#wake();
  }

  #expectOpen(): void {
    if (this.#isOver) throw this.#error ?? new Error("the server ended the connection");
  }
}

/** The code of an end that is no fault. */
const normalClosure = 1000;
