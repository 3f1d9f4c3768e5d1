import { httpLimits } from "../limits.ts";
import { formatAddress, parseAddress, pause, type Timers } from "../rpc/mod.ts";
import { respond } from "./respond.ts";
import type { Shown } from "./stats_source.ts";

/** Options of `HttpPort.open`. */
export interface HttpPortOptions {
  /** Where it listens, as `host:port`: on loopback. Port 0 stands for any free one. */
  address: string;
  /** The program's version, as `/metrics` tells it. */
  version: string;
  timers: Pick<Timers, "after">;
  /** Called when the port fails, and why. It is opened again then, until it is closed. */
  onFailure(error: Error): void;
  /** Binds the port. Default: the runtime's HTTP server. */
  listen?: HttpListen;
}

/** Binds a port, and answers its requests with what `handle` returns. @throws {Error} when it cannot. */
export type HttpListen = (
  hostname: string,
  port: number,
  handle: (request: Request) => Promise<Response>,
) => HttpListener;

/** A bound port. */
export interface HttpListener {
  /** Where it listens. */
  readonly address: { hostname: string; port: number };
  /** Resolves when it was closed. Rejects when it accepts no more, as when too much is open. */
  readonly ended: Promise<void>;
  /** Ends all connections, and frees the port. */
  close(): void;
}

/** The port on which a server shows how it does: opened before the server starts, closed when it has ended. */
export class HttpPort {
  /** Where it listens, as `host:port`. */
  readonly address: string;
  #options: HttpPortOptions;
  #shown: Shown = "starting";
  #closing = new AbortController();
  #serving: Promise<void>;

  /** Opens the port. @throws {Error} when it cannot be bound. */
  static open(options: HttpPortOptions): HttpPort {
    try {
      return new HttpPort(options);
    } catch (cause) {
      const why = (cause as Error).message;
      throw new Error(`Cannot listen on ${options.address} for HTTP: ${why}`, { cause });
    }
  }

  private constructor(options: HttpPortOptions) {
    this.#options = options;
    const listener = this.#listen(options.address);
    this.address = formatAddress(listener.address);
    this.#serving = this.#serve(listener);
  }

  #listen(address: string): HttpListener {
    const { listen = denoListen, version } = this.#options;
    const { hostname, port } = parseAddress(address);
    return listen(hostname, port, (request) => respond(request, this.#shown, version));
  }

  /** Whatever comes there, it ends no server: a port that fails is opened again, a little later. */
  async #serve(first: HttpListener): Promise<void> {
    const { signal } = this.#closing;
    let next: HttpListener | undefined = first;
    while (!signal.aborted) {
      try {
        await this.#untilEnded(next ?? this.#listen(this.address));
      } catch (error) {
        this.#options.onFailure(error as Error);
      }
      next = undefined;
      await pause(this.#options.timers, httpLimits.reopenMs, signal);
    }
  }

  async #untilEnded(listener: HttpListener): Promise<void> {
    const { signal } = this.#closing;
    const close = () => listener.close();
    signal.addEventListener("abort", close);
    try {
      await listener.ended;
    } finally {
      signal.removeEventListener("abort", close);
      // Those that were accepted before it failed may be why.
      listener.close();
    }
  }

  /** Shows another server, or another state of its life. At first that is `"starting"`. */
  show(shown: Shown): void {
    this.#shown = shown;
  }

  /** Ends all connections. Resolves when the port is free. */
  close(): Promise<void> {
    this.#closing.abort();
    return this.#serving;
  }
}

const denoListen: HttpListen = (hostname, port, handle) => {
  const ending = new AbortController();
  const { signal } = ending;
  const { addr, finished: ended } = Deno.serve({ hostname, port, signal, onListen() {} }, handle);
  const address = { hostname: addr.hostname, port: addr.port };
  return { address, ended, close: () => ending.abort() };
};
