import { type Environment, RpcServer, type Transport } from "../rpc/mod.ts";
import { RemoteLink } from "./remote_link.ts";
import { SystemConnection } from "./system_connection.ts";
import type { TellHost, TellLink, TellNetwork, TellPort } from "./tell_network.ts";

/** The real network between systems: a port each, and a connection for each direction. */
export class RpcTellNetwork implements TellNetwork {
  #transport: Transport;
  #dialing: Transport;
  #environment: Environment;

  /**
   * Makes a network over two transports, which may be the same one.
   *
   * @param transport for the port
   * @param dialing for the links; another one delays them
   */
  constructor(transport: Transport, dialing: Transport, environment: Environment) {
    this.#transport = transport;
    this.#dialing = dialing;
    this.#environment = environment;
  }

  /**
   * Binds the port of the system `host`; port 0 stands for any free one.
   *
   * @throws {Error} when the port cannot be bound.
   */
  open(hostname: string, port: number, host: TellHost): TellPort {
    const { linksMax, replyBatchBytesMax } = this.#environment.limits;
    const server = new RpcServer({
      transport: this.#transport,
      environment: this.#environment,
      hostname,
      port,
      serve: (_sendLate, peer) => new SystemConnection(host, hostOf(peer), replyBatchBytesMax),
    });
    return new RpcTellPort(
      server,
      linksMax,
      (address, incarnation) =>
        new RemoteLink(address, incarnation, this.#dialing, this.#environment, host),
    );
  }
}

/** Without its port, which is another one for each connection. */
function hostOf(peer: string): string {
  return peer.replace(/:\d+$/, "");
}

class RpcTellPort implements TellPort {
  #server: RpcServer;
  #linksMax: number;
  #newLink: (address: string, incarnation: string) => RemoteLink;
  /** By incarnation, then by address: both are at hand, and putting them together would take longer. */
  #links = new Map<string, Map<string, RemoteLink>>();
  #linkCount = 0;

  constructor(
    server: RpcServer,
    linksMax: number,
    newLink: (address: string, incarnation: string) => RemoteLink,
  ) {
    this.#server = server;
    this.#linksMax = linksMax;
    this.#newLink = newLink;
  }

  get address(): string {
    return this.#server.address;
  }

  link(address: string, incarnation: string): TellLink | undefined {
    return this.#links.get(incarnation)?.get(address) ?? this.#addLink(address, incarnation);
  }

  #addLink(address: string, incarnation: string): TellLink | undefined {
    if (this.#linkCount >= this.#linksMax) this.#forgetGone();
    if (this.#linkCount >= this.#linksMax) return undefined;
    const link = this.#newLink(address, incarnation);
    let links = this.#links.get(incarnation);
    if (links === undefined) this.#links.set(incarnation, links = new Map());
    links.set(address, link);
    this.#linkCount++;
    return link;
  }

  #forgetGone(): void {
    for (const [incarnation, links] of this.#links) {
      for (const [address, { isGone }] of links) {
        if (isGone && links.delete(address)) this.#linkCount--;
      }
      if (links.size === 0) this.#links.delete(incarnation);
    }
  }

  async close(): Promise<void> {
    const links = [...this.#links.values()].flatMap((links) => [...links.values()]);
    await Promise.all([this.#server.close(), ...links.map((link) => link.close())]);
  }
}
