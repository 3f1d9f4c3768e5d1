import { ActorSystem, type SystemStats } from "../actor/mod.ts";
import { queryActorsMax } from "../limits.ts";
import {
  type Environment,
  formatAddress,
  parseAddress,
  realEnvironment,
  tcpTransport,
  type Transport,
} from "../rpc/mod.ts";
import { QueryActor } from "./query_actor.ts";
import { QueryReceiver } from "./query_receiver.ts";

/** Options of `Server.start`. */
export interface ServerOptions {
  /** Where all ports listen. Default `"127.0.0.1"`. */
  hostname?: string;
  /** The system port; query ports follow it. 0: all are chosen by the machine. Default 6000. */
  startPort?: number;
  /** Query actors, each with a port and a full replica. Default: one per core. */
  queryActorCount?: number;
  /** Descriptions of servers to sync with. None yet: syncing comes with the next version. */
  remoteDescs?: readonly string[];
  /** Threads to spread the query actors over. One yet. */
  threads?: number;
  /** The `host:port` by which others reach the system port. Default: where it listens. */
  advertise?: string;
  /** The program's version, as `Stats` tells it. Default `"0.0.0"`. */
  version?: string;
  /** Clock, timers and randomness. Default: the machine's. */
  environment?: Environment;
  /** The network. Default: TCP. */
  transport?: Transport;
  /** Told when a client's connection ends otherwise than by its orderly close. */
  onFault?(peer: string, error: unknown): void;
}

/** An option of a server is out of its bounds. */
export class ServerOptionError extends RangeError {
  override name = "ServerOptionError";
}

/** A running server: an actor system, and query actors with a port each. */
export class Server {
  /** `host:port` of the system port, as others reach it. */
  readonly address: string;
  /** `host:port` of each query port, as others reach it. */
  readonly queryAddresses: readonly string[];
  /** What a later server needs to know to join this one: opaque JSON. */
  readonly description: string;
  #system: ActorSystem;
  #receivers: QueryReceiver[];

  /**
   * Binds all ports.
   *
   * @throws {ServerOptionError} for an option out of bounds; {Error} when a port cannot be
   * bound: everything already started is closed then.
   */
  static async start(options: ServerOptions = {}): Promise<Server> {
    const settings = withDefaults(options);
    const { hostname, startPort, queryActorCount } = settings;
    const system = await bind(
      hostname,
      startPort,
      () => ActorSystem.start({ ...settings, port: startPort }),
    );
    const receivers: QueryReceiver[] = [];
    try {
      for (let i = 1; i <= queryActorCount; i++) {
        const port = startPort === 0 ? 0 : startPort + i;
        const queryActor = system.startActor((context) => new QueryActor(context, settings));
        receivers.push(
          await bind(
            hostname,
            port,
            () => new QueryReceiver({ ...settings, system, queryActor, port }),
          ),
        );
      }
    } catch (error) {
      await closeAll(system, receivers);
      throw error;
    }
    return new Server(system, receivers);
  }

  private constructor(system: ActorSystem, receivers: QueryReceiver[]) {
    this.#system = system;
    this.#receivers = receivers;
    this.address = system.address;
    const { hostname } = parseAddress(system.address);
    this.queryAddresses = receivers.map(({ address }) =>
      formatAddress({ hostname, port: parseAddress(address).port })
    );
    this.description = system.description = JSON.stringify({
      cmud: 1,
      address: this.address,
      incarnation: system.incarnation,
      queryAddresses: this.queryAddresses,
    });
  }

  /** The figures of its actor system. */
  stats(): SystemStats {
    return this.#system.stats();
  }

  /** Ends everything; resolves when all ports are free. */
  close(): Promise<void> {
    return closeAll(this.#system, this.#receivers);
  }
}

function withDefaults(options: ServerOptions) {
  const settings = {
    ...options,
    hostname: options.hostname ?? "127.0.0.1",
    startPort: options.startPort ?? 6000,
    queryActorCount: options.queryActorCount ??
      Math.min(navigator.hardwareConcurrency, queryActorsMax),
    version: options.version ?? "0.0.0",
    environment: options.environment ?? realEnvironment,
    transport: options.transport ?? tcpTransport,
  };
  const { startPort, queryActorCount } = settings;
  expectInteger("queryActorCount", queryActorCount, 1, queryActorsMax);
  expectInteger("remoteDescs.length", options.remoteDescs?.length ?? 0, 0, 0);
  expectInteger("threads", options.threads ?? 1, 1, 1);
  expectInteger("startPort", startPort, 0, startPort === 0 ? 0 : 65535 - queryActorCount);
  if (options.advertise !== undefined) expectAddress("advertise", options.advertise);
  return settings;
}

function expectInteger(name: string, value: number, min: number, max: number): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw new ServerOptionError(
    `Cannot use ${value} as ${name}: allowed is an integer from ${min} to ${max}`,
  );
}

function expectAddress(name: string, address: string): void {
  try {
    parseAddress(address);
  } catch (cause) {
    throw new ServerOptionError(
      `Cannot use "${address}" as ${name}: allowed is HOST:PORT, as in 192.0.2.7:6000`,
      { cause },
    );
  }
}

async function bind<T>(hostname: string, port: number, start: () => T | Promise<T>): Promise<T> {
  try {
    return await start();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`Cannot listen on ${formatAddress({ hostname, port })}: ${why}`, { cause });
  }
}

async function closeAll(system: ActorSystem, receivers: QueryReceiver[]): Promise<void> {
  await Promise.all(receivers.map((receiver) => receiver.close()));
  await system.close();
}
