import {
  type ByteListener,
  type ByteStream,
  parseAddress,
  type Timers,
  type Transport,
} from "../../rpc/mod.ts";
import type { Body } from "./message.ts";
import { MessageStream, type Part } from "./message_stream.ts";

/** An end of a stream: who connected, or who listened. */
type End = "dialer" | "listener";

/** Of messages that carry a stream. */
export type StreamBody = Body & {
  readonly type: "stream";
  /** Names the stream, for both ends. */
  readonly stream: string;
  /** The end that sends this: a stream of a node to itself has both there. */
  readonly by: End;
  readonly op: "open" | "opened" | "refused" | "part" | "ack" | "reset";
  readonly port?: number;
  readonly part?: Part;
  readonly next?: number;
};

/** An attempt to connect is repeated, and given up, after so long. */
const [openAgainMs, openMaxMs] = [300, 3_000];

/** Streams of bytes between the nodes of a Maelstrom network: `host:port` is the id of a node, and a port there. */
export class MessageTransport implements Transport {
  #node: string;
  #send: (dest: string, body: StreamBody) => void;
  #timers: Timers;
  #streams = new Map<string, MessageStream>();
  #opening = new Map<string, (isOpen: boolean) => void>();
  #listeners = new Map<number, MessageListener>();
  #opened = 0;
  #lastPort = 40_000;

  /** @param send hands a message to the network, for another node or for this one */
  constructor(node: string, send: (dest: string, body: StreamBody) => void, timers: Timers) {
    this.#node = node;
    this.#send = send;
    this.#timers = timers;
  }

  listen(hostname: string, port: number): ByteListener {
    const bound = port === 0 ? ++this.#lastPort : port;
    if (this.#listeners.has(bound)) throw new Deno.errors.AddrInUse(`Port ${bound} is in use`);
    const listener = new MessageListener(
      `${hostname}:${bound}`,
      () => this.#listeners.delete(bound),
    );
    this.#listeners.set(bound, listener);
    return listener;
  }

  async connect(address: string, signal?: AbortSignal): Promise<ByteStream> {
    const { hostname, port } = parseAddress(address);
    const name = `${this.#node}-${++this.#opened}`;
    const stream = this.#newStream(name, "dialer", hostname);
    const isOpen = await new Promise<boolean>((resolve) => {
      this.#opening.set(name, resolve);
      signal?.addEventListener("abort", () => resolve(false));
      const ask = (waitedMs: number) => {
        if (!this.#opening.has(name)) return;
        if (waitedMs >= openMaxMs) return resolve(false);
        this.#send(hostname, { type: "stream", by: "dialer", op: "open", stream: name, port });
        this.#timers.after(openAgainMs, () => ask(waitedMs + openAgainMs));
      };
      ask(0);
    });
    this.#opening.delete(name);
    if (isOpen) return stream;
    stream.close();
    throw new Deno.errors.ConnectionRefused(`Nobody answers at ${address}`);
  }

  /** Takes a message from another node, or from this one. */
  received(src: string, { op, by, stream: name, port, part, next }: StreamBody): void {
    const own = by === "dialer" ? "listener" : "dialer";
    const stream = this.#streams.get(`${own} ${name}`);
    switch (op) {
      case "open":
        return this.#open(name, src, port!);
      case "opened":
      case "refused":
        return this.#opening.get(name)?.(op === "opened");
      case "part":
        // Of a stream that this node has forgotten.
        if (stream !== undefined) return stream.received(part!);
        return this.#send(src, { type: "stream", by: own, op: "reset", stream: name });
      case "ack":
        return stream?.acknowledged(next!);
      case "reset":
        stream?.fail("The other side has ended the stream");
        this.#streams.delete(`${own} ${name}`);
    }
  }

  #open(name: string, src: string, port: number): void {
    const listener = this.#listeners.get(port);
    // Asked again, because the answer was lost or is late.
    if (!this.#streams.has(`listener ${name}`) && listener !== undefined) {
      listener.offer(this.#newStream(name, "listener", src));
    }
    const op = listener === undefined ? "refused" : "opened";
    this.#send(src, { type: "stream", by: "listener", op, stream: name });
  }

  #newStream(name: string, by: End, peer: string): MessageStream {
    const send = (fields: Pick<StreamBody, "op" | "part" | "next">) =>
      this.#send(peer, { type: "stream", stream: name, by, ...fields });
    const stream = new MessageStream(`${peer}:0`, {
      part: (part) => send({ op: "part", part }),
      ack: (next) => send({ op: "ack", next }),
      reset: () => {
        send({ op: "reset" });
        this.#streams.delete(`${by} ${name}`);
      },
    }, this.#timers);
    this.#streams.set(`${by} ${name}`, stream);
    return stream;
  }
}

class MessageListener implements ByteListener {
  readonly address: string;
  #free: () => void;
  #waiting: MessageStream[] = [];
  #accept: ((stream: ByteStream | null) => void) | undefined;
  #isClosed = false;

  constructor(address: string, free: () => void) {
    this.address = address;
    this.#free = free;
  }

  accept(): Promise<ByteStream | null> {
    const stream = this.#waiting.shift();
    if (stream !== undefined) return Promise.resolve(stream);
    if (this.#isClosed) return Promise.resolve(null);
    return new Promise((resolve) => this.#accept = resolve);
  }

  offer(stream: MessageStream): void {
    const accept = this.#accept;
    this.#accept = undefined;
    if (accept === undefined) this.#waiting.push(stream);
    else accept(stream);
  }

  close(): void {
    this.#isClosed = true;
    this.#free();
    this.#accept?.(null);
  }
}
