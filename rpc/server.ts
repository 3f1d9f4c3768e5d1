import type { Limited, Timers } from "./environment.ts";
import {
  type EndConnection,
  type FrameExecutor,
  type SendDeferred,
  ServedConnection,
} from "./served_connection.ts";
import type { ByteListener, ByteStream, Transport } from "./transport.ts";

/** Options of an `RpcServer`. */
export interface RpcServerOptions {
  transport: Transport;
  environment: Pick<Timers, "after"> & Limited;
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
}

/** Listens on a port and serves its connections independently of one another. */
export class RpcServer {
  #options: RpcServerOptions;
  #listener: ByteListener;
  #connections = new Set<ServedConnection>();
  /** Accepting, and serving each connection. */
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
    return this.#connections.size;
  }

  /** Ends the listener and every connection; resolves when the port is free and all loops ended. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#listener.close();
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
      const { connectionsMax } = this.#options.environment.limits;
      if (this.#closed || this.#connections.size >= connectionsMax) {
        this.#fault(stream, new Error(`More than ${connectionsMax} connections`));
        stream.close();
      } else this.#track(this.#serve(stream));
    }
  }

  async #serve(stream: ByteStream): Promise<void> {
    const connection = new ServedConnection(
      stream,
      this.#options.environment,
      (sendDeferred, end) => this.#options.serve(sendDeferred, stream.peer, end),
    );
    this.#connections.add(connection);
    await connection.serve((error) => this.#fault(stream, error));
    this.#connections.delete(connection);
  }

  /** What fails because this end is closed is nobody's fault. */
  #fault(stream: ByteStream, error: unknown): void {
    if (!this.#closed) this.#options.onFault?.(stream.peer, error);
  }
}
