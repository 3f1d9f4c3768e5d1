import { type Environment, RpcServer, type Transport } from "../rpc/mod.ts";
import { greet, type GreetedStream } from "./greeting.ts";
import { Introductions, type MetListener } from "./introductions.ts";
import { RemoteLink, type RemoteLinkHost } from "./remote_link.ts";
import { type ConnectionHost, SystemConnection } from "./system_connection.ts";
import { lifeKey, type SystemLife } from "./system_life.ts";
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
    const links = new Links(host, this.#dialing, this.#environment);
    const server = new RpcServer({
      transport: this.#transport,
      environment: this.#environment,
      hostname,
      port,
      serve: (sendDeferred, peer, end) =>
        new SystemConnection(links, { peer: hostOf(peer), sendDeferred, end }),
    });
    return {
      address: server.address,
      link: (address, incarnation) => links.link(address, incarnation),
      meet: (life, listener) => links.meetNamed(life, listener),
      unlink: (life) => links.unlink(life),
      close: async () => void await Promise.all([server.close(), links.close()]),
    };
  }
}

/** Without its port, which is another one for each connection. */
function hostOf(peer: string): string {
  return peer.replace(/:\d+$/, "");
}

/** The links of a port to other systems, and the connections that those have to it. */
class Links implements RemoteLinkHost, ConnectionHost {
  readonly system: TellHost;
  readonly environment: Environment;
  #dialing: Transport;
  /** By incarnation, then by address: both are at hand, and putting them together would take longer. */
  #links = new Map<string, Map<string, RemoteLink>>();
  #linkCount = 0;
  #introductions: Introductions;
  /** The connections of each system that was greeted. */
  #connections = new Map<string, Set<SystemConnection>>();
  /** Links that are being closed. */
  #closing = new Set<Promise<void>>();

  constructor(system: TellHost, dialing: Transport, environment: Environment) {
    this.system = system;
    this.environment = environment;
    this.#dialing = dialing;
    this.#introductions = new Introductions({
      environment,
      greet: (life, signal) => this.greet(life, signal),
      greeted: (life, connection) => this.#greeted(life, connection),
    });
  }

  link(address: string, incarnation: string): TellLink | undefined {
    return this.#links.get(incarnation)?.get(address) ?? this.#add({ address, incarnation });
  }

  meet(life: SystemLife, listener: MetListener): void {
    this.#meet(life, true, listener);
  }

  meetNamed(life: SystemLife, listener: MetListener): void {
    this.#meet(life, false, listener);
  }

  unlink({ address, incarnation }: SystemLife): void {
    const links = this.#links.get(incarnation);
    const link = links?.get(address);
    if (links === undefined || link === undefined) return;
    links.delete(address);
    if (links.size === 0) this.#links.delete(incarnation);
    this.#linkCount--;
    const closing = link.close().finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
  }

  async close(): Promise<void> {
    this.#introductions.close();
    const links = [...this.#links.values()].flatMap((links) => [...links.values()]);
    await Promise.all([...links.map((link) => link.close()), ...this.#closing]);
  }

  // ---- systems that are greeted ---------------------------------------------------------------

  greet(life: SystemLife, signal: AbortSignal): Promise<GreetedStream> {
    const { incarnation, cluster } = this.system;
    const hello = {
      address: this.system.address(),
      incarnation,
      expected: life.incarnation,
      cluster,
    };
    return greet(life.address, hello, this.#dialing, this.environment, signal);
  }

  #meet(life: SystemLife, isCaller: boolean, listener: MetListener): void {
    const link = this.#links.get(life.incarnation)?.get(life.address);
    if (link !== undefined && link.epoch > 0) return listener(true);
    // Whoever says that it is at this address is not this system.
    if (life.address === this.system.address()) return listener(false);
    this.#introductions.meet(life, { isCaller }, listener);
  }

  /** A link that is there already dials by itself. */
  #greeted(life: SystemLife, connection: GreetedStream): void {
    const { address, incarnation } = life;
    const isLinked = this.#links.get(incarnation)?.has(address) ?? false;
    if (isLinked || this.#add(life, connection) === undefined) connection.stream.close();
  }

  #add(life: SystemLife, greeted?: GreetedStream): RemoteLink | undefined {
    const { linksMax } = this.environment.limits;
    if (this.#linkCount >= linksMax) this.#forgetUnused();
    if (this.#linkCount >= linksMax) return undefined;
    const link = new RemoteLink(life, this, greeted);
    let links = this.#links.get(life.incarnation);
    if (links === undefined) this.#links.set(life.incarnation, links = new Map());
    links.set(life.address, link);
    this.#linkCount++;
    return link;
  }

  /** Makes room: ends the links that lead to another life, and those that nobody looks at. */
  #forgetUnused(): void {
    for (const links of [...this.#links.values()]) {
      for (const link of [...links.values()]) {
        const isUnused = link.isElsewhere || link.isUnused && link.told === 0;
        if (isUnused && !link.isHeard) this.unlink(link.life);
      }
    }
  }

  // ---- systems that are heard -----------------------------------------------------------------

  isHeard(life: SystemLife): boolean {
    return this.#connections.has(lifeKey(life));
  }

  opened(life: SystemLife, connection: SystemConnection): void {
    const connections = this.#connections.get(lifeKey(life));
    if (connections !== undefined) return void connections.add(connection);
    this.#connections.set(lifeKey(life), new Set([connection]));
    this.#links.get(life.incarnation)?.get(life.address)?.changed();
  }

  closed(life: SystemLife, connection: SystemConnection): void {
    const connections = this.#connections.get(lifeKey(life));
    if (!connections?.delete(connection) || connections.size > 0) return;
    this.#connections.delete(lifeKey(life));
    this.#links.get(life.incarnation)?.get(life.address)?.changed();
  }

  foundElsewhere(life: SystemLife): void {
    for (const connection of this.#connections.get(lifeKey(life)) ?? []) connection.ping();
  }

  // ---- what links have to tell ----------------------------------------------------------------

  dropped(count: number): void {
    this.system.dropped(count);
  }

  refused(address: string, reason: string): void {
    this.system.refused(address, reason);
  }
}
