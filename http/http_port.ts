import { type Access, Admission } from "../access/mod.ts";
import { loadHttpParser } from "../deps.ts";
import { httpLimits } from "../limits.ts";
import { logBarred, type Logger, portLog, reasonOf } from "../log/mod.ts";
import {
  type Clock,
  hostOf,
  isLoopback,
  parseAddress,
  RpcServer,
  type ServingEnvironment,
  type Timers,
  type Transport,
} from "../rpc/mod.ts";
import type { Answer } from "./answer.ts";
import { HttpConnection } from "./http_connection.ts";
import { LiveFeed, type ProblemsOf } from "./live_feed.ts";
import { respond } from "./respond.ts";
import { RpcDoor } from "./rpc_door.ts";
import type { Shown } from "./stats_source.ts";
import type { HeadParser } from "./wire/request_head.ts";

/** Options of `HttpPort.open`. */
export interface HttpPortOptions {
  /** Where it listens, as `host:port`. Port 0 stands for any free one. */
  address: string;
  /** The program's version, as `/metrics` tells it. */
  version: string;
  /** That of the server, so that its connections count as the server's. */
  environment: ServingEnvironment & Clock & Timers;
  transport: Transport;
  log: Logger;
  /** The tokens that may see what is not for everybody; absent: none is asked for. */
  access?: Access;
  /** Pages of the program that runs the server, by path. Default: there are none. */
  pages?: ReadonlyMap<string, Answer>;
  /** Says what is not healthy about a server. Default: nothing is. */
  problemsOf?: ProblemsOf;
}

/** The port on which a server shows how it does: opened before the server starts, closed when it has ended. */
export class HttpPort {
  #server: RpcServer;
  #shown: Shown = "starting";
  #door = new RpcDoor();
  #live: LiveFeed;

  /** Opens the port. @throws {Error} when it cannot be bound. */
  static async open(options: HttpPortOptions): Promise<HttpPort> {
    const parser = await loadHttpParser();
    try {
      const port = new HttpPort(options, parser);
      await options.transport.bound?.();
      return port;
    } catch (cause) {
      const why = reasonOf(cause);
      throw new Error(`Cannot listen on ${options.address} for HTTP: ${why}`, { cause });
    }
  }

  private constructor(
    { version, environment, transport, log, access, pages = new Map(), ...options }:
      HttpPortOptions,
    parser: HeadParser,
  ) {
    const { address, problemsOf = () => [] } = options;
    const live = this.#live = new LiveFeed({ environment, version, problemsOf });
    const isLocal = isLoopback(parseAddress(address).hostname);
    this.#server = new RpcServer({
      ...parseAddress(address),
      transport,
      environment,
      connectionsMax: httpLimits.connectionsMax,
      idleTimeoutMs: httpLimits.idleMs,
      serve: (_sendDeferred, peer) => {
        const admission = access && new Admission(access, hostOf(peer));
        return new HttpConnection({
          parser,
          clock: environment,
          host: this.address,
          respond: (request) =>
            respond(request, this.#shown, version, {
              admission,
              isLocal,
              pages,
              door: this.#door,
              live,
            }),
          isOver() {
            if (admission?.isBarred) logBarred(log, "the HTTP port", hostOf(peer));
            return admission?.isBarred ?? false;
          },
        });
      },
      ...portLog(log, "the HTTP port"),
    });
  }

  /** Where it listens, as `host:port`. */
  get address(): string {
    return this.#server.address;
  }

  /** Shows another server, or another state of its life. At first that is `"starting"`. */
  show(shown: Shown): void {
    this.#shown = shown;
    this.#live.show(shown);
  }

  /** Ends all connections. Resolves when the port is free. */
  close(): Promise<void> {
    this.#live.close();
    return this.#server.close();
  }
}
