import { linksMax } from "../limits.ts";
import {
  answerFrames,
  type Connection,
  type Environment,
  type Incoming,
  MsgpackReader,
  MsgpackWriter,
  notThis,
  RpcError,
  RpcServer,
  type Transport,
  writeValue,
} from "../rpc/mod.ts";
import { protocolVersion } from "./protocol.ts";
import { RemoteLink } from "./remote_link.ts";
import type { TellHost, TellLink, TellNetwork, TellPort } from "./tell_network.ts";

/** The real network between systems: a port each, and a connection for each direction. */
export class RpcTellNetwork implements TellNetwork {
  #transport: Transport;
  #dialing: Transport;
  #environment: Environment;

  /**
   * @param transport for the port
   * @param dialing for the links; another one delays them
   */
  constructor(transport: Transport, dialing: Transport, environment: Environment) {
    this.#transport = transport;
    this.#dialing = dialing;
    this.#environment = environment;
  }

  open(hostname: string, port: number, host: TellHost): TellPort {
    return new RpcTellPort(
      this.#transport,
      this.#dialing,
      this.#environment,
      hostname,
      port,
      host,
    );
  }
}

/** Answers one request: reads its params, writes its result. */
type Method = (reader: MsgpackReader, writer: MsgpackWriter, connection: Connection) => void;

/**
 * A system's port. `Describe`, `Ping` and `Stats` are for anyone; `Tell` is heard only on a
 * connection that was greeted with `Hello` for this life of the system, so that a message to an
 * earlier life reaches nobody. Trailing params, as a newer version may send them, are ignored.
 */
class RpcTellPort implements TellPort {
  #server: RpcServer;
  #host: TellHost;
  #methods: ReadonlyMap<string, Method>;
  #newLink: (address: string, incarnation: string) => RemoteLink;
  #links = new Map<string, RemoteLink>();
  /** Connections that may tell. */
  #greeted = new WeakSet<Connection>();

  constructor(
    transport: Transport,
    dialing: Transport,
    environment: Environment,
    hostname: string,
    port: number,
    host: TellHost,
  ) {
    this.#host = host;
    this.#newLink = (address, incarnation) =>
      new RemoteLink(address, incarnation, dialing, environment, host);
    this.#methods = new Map<string, Method>([
      ["Describe", (_reader, writer) => void writer.str(host.describe())],
      ["Ping", (_reader, writer) => void writer.str("pong")],
      ["Stats", (_reader, writer) => writeValue(writer, host.stats())],
      ["Hello", (reader, writer, connection) => this.#hello(reader, writer, connection)],
    ]);
    const reader = new MsgpackReader(new Uint8Array());
    this.#server = new RpcServer({
      transport,
      timers: environment,
      hostname,
      port,
      execute: (frames, connection) => {
        const writer = new MsgpackWriter();
        const answer = answerFrames(frames, reader, writer, {
          request: (request) => this.#methodOf(request, reader)(reader, writer, connection),
          notification: (notification) => this.#tell(notification, reader, connection),
          bug: (error) => host.bug(error),
        });
        return { ...answer, replies: writer.written() };
      },
    });
  }

  get address(): string {
    return this.#server.address;
  }

  link(address: string, incarnation: string): TellLink | undefined {
    const key = `${address}/${incarnation}`;
    let link = this.#links.get(key);
    if (link !== undefined) return link;
    if (this.#links.size >= linksMax) {
      for (const [key, { isGone }] of this.#links) if (isGone) this.#links.delete(key);
      if (this.#links.size >= linksMax) return undefined;
    }
    link = this.#newLink(address, incarnation);
    this.#links.set(key, link);
    return link;
  }

  async close(): Promise<void> {
    await Promise.all([
      this.#server.close(),
      ...Array.from(this.#links.values(), (link) => link.close()),
    ]);
  }

  #methodOf(request: Incoming, reader: MsgpackReader): Method {
    const name = request.method(reader);
    const method = this.#methods.get(name);
    if (method !== undefined) return method;
    throw new RpcError(
      "unknown_method",
      `Cannot call ${JSON.stringify(name)}: allowed are ${[...this.#methods.keys()].join(", ")}`,
    );
  }

  #hello(reader: MsgpackReader, writer: MsgpackWriter, connection: Connection): void {
    const version = reader.uint();
    const address = reader.str();
    const incarnation = reader.str();
    if (address === undefined || incarnation === undefined) {
      throw new RpcError(
        "bad_request",
        "Cannot greet: allowed is [version, address, incarnation, expected incarnation or nil]",
      );
    }
    if (version !== protocolVersion) {
      throw new RpcError(
        "bad_request",
        `Cannot greet ${address}: it speaks version ${version}, allowed is ${protocolVersion}`,
      );
    }
    const expected = reader.nil() ? this.#host.incarnation : reader.str();
    if (expected !== this.#host.incarnation) {
      throw new RpcError(
        "unavailable",
        `Cannot greet ${address}: it looks for ${expected}, this is ${this.#host.incarnation}`,
      );
    }
    this.#greeted.add(connection);
    writer.nil();
  }

  /** What is no well-formed `Tell` of a greeted connection is ignored, as other notifications are. */
  #tell(notification: Incoming, reader: MsgpackReader, connection: Connection): void {
    if (!this.#greeted.has(connection) || notification.paramCount < 2) return;
    if (notification.method(reader) !== "Tell") return;
    const counter = reader.uint();
    const bytes = counter === notThis ? undefined : reader.bin();
    if (bytes !== undefined) this.#host.receive(counter, bytes.slice());
  }
}
