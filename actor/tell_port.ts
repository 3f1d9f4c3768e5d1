import { linksMax } from "../limits.ts";
import {
  answerFrames,
  type Connection,
  decodeUtf8,
  type Environment,
  type Incoming,
  isUtf8,
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
type Method = (
  request: Incoming,
  reader: MsgpackReader,
  writer: MsgpackWriter,
  connection: Connection,
) => void;

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
      ["Describe", (_request, _reader, writer) => void writer.str(host.describe())],
      ["Ping", (_request, _reader, writer) => void writer.str("pong")],
      ["Stats", (_request, _reader, writer) => writeValue(writer, host.stats())],
      ["Hello", (...args) => this.#hello(...args)],
    ]);
    const reader = new MsgpackReader(new Uint8Array());
    this.#server = new RpcServer({
      transport,
      timers: environment,
      hostname,
      port,
      serve: (connection) => ({
        execute: (frames) => {
          const writer = new MsgpackWriter();
          const answer = answerFrames(frames, reader, writer, {
            request: (request) =>
              this.#methodOf(request, reader)(request, reader, writer, connection),
            notification: (notification) => this.#tell(notification, reader, connection),
            bug: (error) => host.bug(error),
          });
          return { ...answer, replies: writer.written() };
        },
      }),
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

  #hello(
    request: Incoming,
    reader: MsgpackReader,
    writer: MsgpackWriter,
    connection: Connection,
  ): void {
    const { address, expected } = readHello(request, reader);
    if (expected !== null && expected !== this.#host.incarnation) {
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
    if (!this.#greeted.has(connection) || !isTell(notification, reader)) return;
    const counter = reader.uint();
    const bytes = counter === notThis ? undefined : reader.bin();
    if (bytes !== undefined) this.#host.receive(counter, bytes.slice());
  }
}

/**
 * Who greets, and which life of this system he expects; `null` for any.
 *
 * @throws {RpcError} `bad_request` for another version, or other params.
 */
function readHello(
  { paramCount }: Incoming,
  reader: MsgpackReader,
): { address: string; expected: string | null } {
  const version = paramCount > 0 ? reader.uint() : notThis;
  if (version !== notThis && version !== protocolVersion) {
    throw new RpcError(
      "bad_request",
      `Cannot greet in version ${version}: allowed is ${protocolVersion}`,
    );
  }
  if (version !== notThis && paramCount >= 4) {
    const address = readText(reader);
    const incarnation = address === undefined ? undefined : readText(reader);
    const expected = incarnation === undefined || reader.nil() ? null : readText(reader);
    if (address !== undefined && incarnation !== undefined && expected !== undefined) {
      return { address, expected };
    }
  }
  throw new RpcError(
    "bad_request",
    "Cannot greet: allowed is [version, address, incarnation, expected incarnation or nil]",
  );
}

/** @returns the str that comes next, or `undefined` when none of UTF-8 does. */
function readText(reader: MsgpackReader): string | undefined {
  const count = reader.strHeader();
  if (count === notThis || !isUtf8(reader.bytes, reader.at, reader.at + count)) return undefined;
  return decodeUtf8(reader.bytes, reader.at, reader.at += count);
}

/** Whether a notification is a `Tell`; reads no more of its name than that takes. */
function isTell({ methodStart, methodEnd, paramCount }: Incoming, { bytes }: MsgpackReader) {
  return paramCount >= 2 && methodEnd - methodStart === tellName.length &&
    tellName.every((byte, i) => bytes[methodStart + i] === byte);
}

const tellName = new TextEncoder().encode("Tell");
