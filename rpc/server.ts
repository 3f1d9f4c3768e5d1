import {
  type EndConnection,
  type FrameExecutor,
  type SendDeferred,
  ServedConnection,
  type ServingEnvironment,
} from "./served_connection.ts";
import type { ByteListener, ByteStream, Transport } from "./transport.ts";

/** Options of an `RpcServer`. */
export interface RpcServerOptions {
  transport: Transport;
  environment: ServingEnvironment;
  hostname: string;
  /** 0: any free port. */
  port: number;
  /**
   * Makes what executes the frames of a new connection.
   *
   * @param sendDeferred sends deferred replies
   * @param peer the address of its other end
   * @param end for a connection that is to be heard no more
   */
  serve(sendDeferred: SendDeferred, peer: string, end: EndConnection): FrameExecutor;
  /** Called when a connection ends otherwise than by the peer's orderly close. */
  onFault?(peer: string, error: unknown): void;
  /** A connection on which nothing comes for so long is ended, unless its other end is a server. Default: none is. */
  idleTimeoutMs?: number;
  /** Decides about one connection more than `connections` of this port. Default: all within `connectionsMax`. */
  counter?: ConnectionCounter;
}

/** Counts connections, of several ports perhaps. */
export interface ConnectionCounter {
  /** Whether there is room for one more. */
  hasRoom(): boolean;
  /** There is one more, or one less. */
  add(count: 1 | -1): void;
}

/** Listens on a port and serves its connections independently of one another. */
export class RpcServer {
  #options: RpcServerOptions;
  #listener: ByteListener;
  #connections = new Set<ServedConnection>();
  /** Accepting, and serving each connection. */
  #loops = new Set<Promise<void>>();
  #closed = false;
  /** Cancels the next look at the connections; absent while there are none. */
  #cancelCheck: (() => void) | undefined;

  /** @throws {Error} when the port cannot be bound. */
  constructor(options: RpcServerOptions) {
    this.#options = options;
    const { listenBacklog } = options.environment.limits;
    this.#listener = options.transport.listen(options.hostname, options.port, listenBacklog);
    this.#track(this.#accept());
  }

  /** Where it listens, as `host:port`. */
  get address(): string {
    return this.#listener.address;
  }

  /** Number of open connections. */
  get connections(): number {
    return this.#connections.size;
  }

  /** Ends the listener and every connection; resolves when the port is free and all loops ended. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#listener.close();
    this.#cancelCheck?.();
    for (const connection of this.#connections) connection.close();
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
      if (this.#closed || !this.#hasRoom) {
        this.#fault(stream, new Error("Cannot serve one more connection: there are too many"));
        stream.close();
      } else this.#track(this.#serve(stream));
    }
  }

  get #hasRoom(): boolean {
    const { counter, environment } = this.#options;
    return this.#connections.size < environment.limits.connectionsMax &&
      (counter?.hasRoom() ?? true);
  }

  /** Looks at the connections again and again, while there are any. */
  #checkLater(): void {
    const { environment, idleTimeoutMs } = this.#options;
    const { connectionCheckMs } = environment.limits;
    this.#cancelCheck = environment.after(connectionCheckMs, () => {
      this.#cancelCheck = undefined;
      for (const connection of this.#connections) {
        connection.check(connectionCheckMs, idleTimeoutMs);
      }
      environment.memory.relieve();
      if (this.#connections.size > 0 && !this.#closed) this.#checkLater();
    });
  }

  async #serve(stream: ByteStream): Promise<void> {
    const connection = new ServedConnection(
      stream,
      this.#options.environment,
      (sendDeferred, end) => this.#options.serve(sendDeferred, stream.peer, end),
    );
    this.#connections.add(connection);
    this.#options.counter?.add(1);
    if (this.#cancelCheck === undefined) this.#checkLater();
    await connection.serve((error) => this.#fault(stream, error));
    this.#connections.delete(connection);
    this.#options.counter?.add(-1);
    if (this.#connections.size > 0) return;
    this.#cancelCheck?.();
    this.#cancelCheck = undefined;
  }

  /** What fails because this end is closed is nobody's fault. */
  #fault(stream: ByteStream, error: unknown): void {
    if (!this.#closed) this.#options.onFault?.(stream.peer, error);
  }
}
