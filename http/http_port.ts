import { formatAddress, parseAddress } from "../rpc/mod.ts";
import { respond } from "./respond.ts";
import type { Shown } from "./stats_source.ts";

/** Options of `HttpPort.open`. */
export interface HttpPortOptions {
  /** Where it listens, as `host:port`: on loopback. Port 0 stands for any free one. */
  address: string;
  /** The program's version, as `/metrics` tells it. */
  version: string;
  /** Binds the port. Default: the runtime's HTTP server. */
  listen?: HttpListen;
}

/** Binds a port, and answers its requests with what `handle` returns. @throws {Error} when it cannot. */
export type HttpListen = (
  hostname: string,
  port: number,
  handle: (request: Request) => Response,
) => HttpListener;

/** A bound port. */
export interface HttpListener {
  /** Where it listens. */
  readonly address: { hostname: string; port: number };
  /** Ends all connections. Resolves when the port is free. */
  close(): Promise<void>;
}

/** The port on which a server shows how it does: opened before the server starts, closed when it has ended. */
export class HttpPort {
  /** Where it listens, as `host:port`. */
  readonly address: string;
  #shown: Shown = "starting";
  #listener: HttpListener;

  /** Opens the port. @throws {Error} when it cannot be bound. */
  static open({ address, version, listen = denoListen }: HttpPortOptions): HttpPort {
    const { hostname, port } = parseAddress(address);
    try {
      return new HttpPort(hostname, port, version, listen);
    } catch (cause) {
      const why = (cause as Error).message;
      throw new Error(`Cannot listen on ${address} for HTTP: ${why}`, { cause });
    }
  }

  private constructor(hostname: string, port: number, version: string, listen: HttpListen) {
    this.#listener = listen(hostname, port, (request) => respond(request, this.#shown, version));
    this.address = formatAddress(this.#listener.address);
  }

  /** Shows another server, or another state of its life. At first that is `"starting"`. */
  show(shown: Shown): void {
    this.#shown = shown;
  }

  /** Ends all connections. Resolves when the port is free. */
  close(): Promise<void> {
    return this.#listener.close();
  }
}

const denoListen: HttpListen = (hostname, port, handle) => {
  const ending = new AbortController();
  const { signal } = ending;
  const server = Deno.serve({ hostname, port, signal, onListen() {} }, handle);
  const { addr, finished } = server;
  return {
    address: { hostname: addr.hostname, port: addr.port },
    close() {
      ending.abort();
      return finished;
    },
  };
};
