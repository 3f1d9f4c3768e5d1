import { loadHttpParser } from "../../../deps.ts";
import {
  type Answer,
  askedProtocols,
  handshakeRefusal,
  handshakeResponse,
  HttpConnection,
  plain,
  responseOf,
  type Upgrade,
} from "../../../http/mod.ts";
import { doorLimits, httpLimits } from "../../../limits.ts";
import { type Logger, portLog, reasonOf } from "../../../log/mod.ts";
import {
  type Environment,
  hostOf,
  parseAddress,
  RpcServer,
  type Transport,
} from "../../../rpc/mod.ts";
import type { Doorkeeper } from "../lines/doorkeeper.ts";
import { type Protocol, protocols, WebConnection } from "./web_connection.ts";

/** Where players' WebSockets are opened. */
export const playPath = "/play";

/** What a port for browsers is made of. */
export interface WebPortOptions {
  /** Where it listens, as `host:port`. */
  readonly address: string;
  readonly keeper: Doorkeeper;
  readonly environment: Environment;
  /** TCP, or TLS. */
  readonly transport: Transport;
  readonly log: Logger;
  /** The page, by path. */
  readonly pages: ReadonlyMap<string, Answer>;
  /** Whether a proxy says, in X-Forwarded-For, where a player comes from. */
  readonly isBehindProxy: boolean;
}

/** A port for browsers: the page, and what that speaks to. */
export class WebPort {
  readonly #options: WebPortOptions;
  readonly #server: RpcServer;

  /** Opens the port. @throws {Error} when it cannot be bound. */
  static async open(options: WebPortOptions): Promise<WebPort> {
    const parser = await loadHttpParser();
    try {
      return new WebPort(options, parser);
    } catch (cause) {
      throw new Error(`Cannot listen on ${options.address} for the web: ${reasonOf(cause)}`, {
        cause,
      });
    }
  }

  private constructor(
    options: WebPortOptions,
    parser: Awaited<ReturnType<typeof loadHttpParser>>,
  ) {
    const { address, environment, transport, log } = options;
    this.#options = options;
    this.#server = new RpcServer({
      ...parseAddress(address),
      transport,
      environment,
      connectionsMax: doorLimits.connectionsMax,
      idleTimeoutMs: httpLimits.idleMs,
      serve: (_send, peer) =>
        new HttpConnection({
          parser,
          clock: environment,
          host: this.address,
          respond: (request) => Promise.resolve(this.#respond(request, hostOf(peer))),
          isOver: () => false,
        }),
      ...portLog(log, "the web port"),
    });
  }

  /** Where it listens, as `host:port`. */
  get address(): string {
    return this.#server.address;
  }

  /** Ends all connections. Resolves when the port is free. */
  close(): Promise<void> {
    return this.#server.close();
  }

  #respond(request: Request, host: string): Response | Upgrade {
    const { pathname } = new URL(request.url);
    if (pathname === playPath) return this.#upgrade(request, host);
    const page = this.#options.pages.get(pathname);
    const isRead = request.method === "GET" || request.method === "HEAD";
    const answer = page === undefined
      ? plain(404, "Nothing is here: the game is at /")
      : isRead
      ? page
      : plain(405, `Cannot ${request.method} this: allowed are GET, HEAD`);
    return responseOf(answer, request.method !== "HEAD");
  }

  #upgrade(request: Request, peerHost: string): Response | Upgrade {
    const refusal = handshakeRefusal(request);
    if (refusal !== undefined) return responseOf(refusal, true);
    const asked = askedProtocols(request);
    const protocol = asked.length === 0 ? undefined : protocolAmong(asked);
    if (asked.length > 0 && protocol === undefined) {
      return responseOf(plain(400, `What is spoken here: ${protocols.join(", ")}`), true);
    }
    const { keeper, environment } = this.#options;
    const host = this.#hostOf(request) ?? peerHost;
    let connection: WebConnection | undefined;
    return {
      handshake: handshakeResponse(request, protocol),
      get standing() {
        // Who has not said who they are makes way for others.
        return connection?.isIn ? "established" : "claiming";
      },
      serve(stream) {
        connection = new WebConnection(stream, {
          host,
          protocol: protocol ?? "terminal.mudstandards.org",
          keeper,
          environment,
        });
        return connection.serve();
      },
    };
  }

  /** Where a proxy says that a player comes from: it adds that behind what the player may have said. */
  #hostOf({ headers }: Request): string | undefined {
    if (!this.#options.isBehindProxy) return undefined;
    return headers.get("x-forwarded-for")?.split(",").at(-1)?.trim().slice(0, 64) || undefined;
  }
}

function protocolAmong(asked: readonly string[]): Protocol | undefined {
  return protocols.find((protocol) => asked.includes(protocol));
}
