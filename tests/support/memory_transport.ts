import {
  type ByteListener,
  type ByteStream,
  formatAddress,
  type Transport,
} from "../../rpc/mod.ts";
import { type Conditions, MemoryStream, Pipe } from "./memory_stream.ts";
import type { SimulatedWorld } from "../../simulate/world/simulated_environment.ts";

/** How an address answers: as it should, by refusing every connection, or never at all. */
export type Reachability = "answers" | "refuses" | "silent";

/** An address as the network knows it; what a test sets here, the network does. */
export class Endpoint implements Conditions {
  latencyMs = 0;
  /** Every connection that was made to it, ended ones included. */
  readonly connections: MemoryConnection[] = [];
  /** Attempts to connect to it. */
  dials = 0;
  /** Who listens there. */
  listener: MemoryListener | undefined;
  #windowBytes = 1024 * 1024;
  #reachability: Reachability = "answers";

  get windowBytes(): number {
    return this.#windowBytes;
  }

  /** Writers that waited go on when it becomes larger. */
  set windowBytes(windowBytes: number) {
    this.#windowBytes = windowBytes;
    for (const connection of this.connections) connection.recheck();
  }

  get reachability(): Reachability {
    return this.#reachability;
  }

  /**
   * `refuses` cuts its connections and refuses new ones; `silent` loses every byte and leaves those
   * who dial without an answer. A connection once silent stays so, as if its machine was replaced.
   */
  set reachability(reachability: Reachability) {
    this.#reachability = reachability;
    if (reachability === "refuses") this.cut();
    if (reachability === "silent") { for (const connection of this.connections) connection.mute(); }
  }

  /** Resets every connection to it. */
  cut(): void {
    for (const connection of this.connections) connection.cut();
  }
}

/** Both ends of a connection, as a test sees it. */
export class MemoryConnection {
  readonly client: MemoryStream;
  readonly server: MemoryStream;
  #pipes: readonly Pipe[];

  constructor(
    world: SimulatedWorld,
    conditions: Conditions,
    clientAddress: string,
    serverAddress: string,
  ) {
    const toServer = new Pipe(world, conditions);
    const toClient = new Pipe(world, conditions);
    this.#pipes = [toServer, toClient];
    this.client = new MemoryStream(serverAddress, toClient, toServer);
    this.server = new MemoryStream(clientAddress, toServer, toClient);
  }

  /** Resets it: both ends fail at once, and what is on its way is lost. */
  cut(): void {
    for (const pipe of this.#pipes) {
      pipe.failReader(new Deno.errors.ConnectionReset("Connection reset"));
      pipe.failWriter(new Deno.errors.ConnectionReset("Connection reset"));
    }
  }

  /** Lets writers that waited go on when the window has become larger. */
  recheck(): void {
    for (const pipe of this.#pipes) pipe.recheck();
  }

  /** Loses whatever is sent from now on; neither end hears of it. */
  mute(): void {
    for (const pipe of this.#pipes) pipe.mute = true;
  }
}

/** A network in memory on the time of a simulated world: one transport for all of its machines. */
export class MemoryNetwork implements Transport {
  #world: SimulatedWorld;
  #endpoints = new Map<string, Endpoint>();
  #lastPort = 49_151;

  constructor(world: SimulatedWorld) {
    this.#world = world;
  }

  /** The endpoint at `address`, whether anyone listens there or not. */
  at(address: string): Endpoint {
    let endpoint = this.#endpoints.get(address);
    if (endpoint === undefined) this.#endpoints.set(address, endpoint = new Endpoint());
    return endpoint;
  }

  listen(hostname: string, port: number): MemoryListener {
    const address = formatAddress({ hostname, port: port === 0 ? ++this.#lastPort : port });
    const endpoint = this.at(address);
    if (endpoint.listener !== undefined) {
      throw new Deno.errors.AddrInUse(`Address already in use: ${address}`);
    }
    return endpoint.listener = new MemoryListener(address, endpoint);
  }

  /** Takes a round trip. */
  async connect(address: string): Promise<ByteStream> {
    const endpoint = this.at(address);
    endpoint.dials++;
    await this.#passes(2 * endpoint.latencyMs);
    if (endpoint.reachability === "silent") return new Promise(() => {});
    if (endpoint.listener === undefined || endpoint.reachability === "refuses") {
      throw new Deno.errors.ConnectionRefused(`Connection refused: ${address}`);
    }
    const clientAddress = formatAddress({ hostname: "client", port: ++this.#lastPort });
    const connection = new MemoryConnection(this.#world, endpoint, clientAddress, address);
    endpoint.connections.push(connection);
    endpoint.listener.offer(connection.server);
    return connection.client;
  }

  #passes(durationMs: number): Promise<void> {
    return new Promise((resolve) => {
      if (durationMs > 0) this.#world.after(durationMs, resolve);
      else this.#world.soon(resolve);
    });
  }
}

/** A bound port of a network in memory. */
export class MemoryListener implements ByteListener {
  readonly address: string;
  #endpoint: Endpoint;
  /** Connections that nobody has accepted, or who waits for one: never both. */
  #incoming: MemoryStream[] = [];
  #acceptors: ((stream: MemoryStream | null) => void)[] = [];

  /** Made by `MemoryNetwork.listen`. */
  constructor(address: string, endpoint: Endpoint) {
    this.address = address;
    this.#endpoint = endpoint;
  }

  accept(): Promise<ByteStream | null> {
    const stream = this.#incoming.shift();
    if (stream !== undefined) return Promise.resolve(stream);
    if (this.#endpoint.listener !== this) return Promise.resolve(null);
    return new Promise((resolve) => this.#acceptors.push(resolve));
  }

  /** Called by the network with the server's end of a new connection. */
  offer(stream: MemoryStream): void {
    const acceptor = this.#acceptors.shift();
    if (acceptor !== undefined) acceptor(stream);
    else this.#incoming.push(stream);
  }

  /** Connections that nobody has accepted end with it. */
  close(): void {
    if (this.#endpoint.listener !== this) return;
    this.#endpoint.listener = undefined;
    for (const stream of this.#incoming.splice(0)) stream.close();
    for (const acceptor of this.#acceptors.splice(0)) acceptor(null);
  }
}
