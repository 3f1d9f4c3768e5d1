import { type ActorRef, ActorSystem, RpcTellNetwork, type SystemStats } from "../actor/mod.ts";
import { closeDrainMs, queryActorsMax } from "../limits.ts";
import {
  delayedTransport,
  type Environment,
  formatAddress,
  parseAddress,
  realEnvironment,
  tcpTransport,
  type Transport,
} from "../rpc/mod.ts";
import { QueryReceiver } from "./query_receiver.ts";
import { ReplicaGroup } from "./replica_group.ts";
import { describeServer, syncActorOf } from "./server_description.ts";

/** Options of `Server.start`. */
export interface ServerOptions {
  /** Where all ports listen. Default `"127.0.0.1"`. */
  hostname?: string;
  /** The system port; query ports follow it. 0: all are chosen by the machine. Default 6000. */
  startPort?: number;
  /** Query actors, each with a port and a full replica. Default: one per core. */
  queryActorCount?: number;
  /**
   * Descriptions of servers to sync with. The state is taken over from the first of them that can
   * be reached; the others of their cluster make themselves known. Default: none.
   */
  remoteDescs?: readonly string[];
  /** Threads to spread the query actors over. One yet. */
  threads?: number;
  /** The `host:port` by which others reach the system port. Default: where it listens. */
  advertise?: string;
  /** The program's version, as `Stats` tells it. Default `"0.0.0"`. */
  version?: string;
  /** One-way time by which every message to another server is delayed, milliseconds. Default 0. */
  simulateLatencyMs?: number;
  /** Clock, timers and randomness. Default: the machine's. */
  environment?: Environment;
  /** The network. Default: TCP. */
  transport?: Transport;
  /** Told of other servers that come and go. */
  log?(line: string): void;
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
  #group: ReplicaGroup;
  #receivers: QueryReceiver[];

  /**
   * Binds all ports. Taking over the state of others goes on behind that: `stats().ready` tells.
   *
   * @throws {ServerOptionError} for an option out of bounds; {Error} when a port cannot be bound:
   * everything already started is closed then.
   */
  static async start(options: ServerOptions = {}): Promise<Server> {
    const settings = withDefaults(options);
    const { hostname, startPort, remoteDescs, environment } = settings;
    const peers = readDescriptions(remoteDescs);
    const ready = peers.length === 0;
    const system = await bind(
      hostname,
      startPort,
      () => ActorSystem.start({ ...settings, port: startPort, network: networkOf(settings) }),
    );
    const receivers: QueryReceiver[] = [];
    try {
      const group = new ReplicaGroup(system, { ...settings, ready });
      for (const [i, queryActor] of group.queryActors.entries()) {
        const port = startPort === 0 ? 0 : startPort + i + 1;
        receivers.push(
          await bind(
            hostname,
            port,
            () => new QueryReceiver({ ...settings, thread: system, queryActor, port, environment }),
          ),
        );
      }
      if (!ready) group.join(peers);
      return new Server(system, group, receivers);
    } catch (error) {
      await Promise.all([...receivers, system].map((started) => started.close()));
      throw error;
    }
  }

  private constructor(system: ActorSystem, group: ReplicaGroup, receivers: QueryReceiver[]) {
    this.#system = system;
    this.#group = group;
    this.#receivers = receivers;
    this.address = system.address;
    const { hostname } = parseAddress(system.address);
    this.queryAddresses = receivers.map(({ address }) =>
      formatAddress({ hostname, port: parseAddress(address).port })
    );
    this.description = system.description = describeServer(group.syncActor, this.queryAddresses);
  }

  /** The figures of its actor system. */
  stats(): SystemStats {
    return this.#system.stats();
  }

  /**
   * Syncs with one more server, and takes over its state.
   *
   * @throws {ServerOptionError} when `description` is none.
   */
  join(description: string): void {
    this.#group.join(readDescriptions([description]));
  }

  /**
   * Ends everything: first the query ports, then, when sync has sent what it still holds (but within
   * `closeDrainMs`), the rest. Resolves when all ports are free.
   */
  async close(): Promise<void> {
    await Promise.all(this.#receivers.map((receiver) => receiver.close()));
    await this.#group.drain(closeDrainMs);
    await this.#system.close();
  }
}

function withDefaults(options: ServerOptions) {
  const settings = {
    ...options,
    hostname: options.hostname ?? "127.0.0.1",
    startPort: options.startPort ?? 6000,
    queryActorCount: options.queryActorCount ??
      Math.min(navigator.hardwareConcurrency, queryActorsMax),
    remoteDescs: options.remoteDescs ?? [],
    version: options.version ?? "0.0.0",
    simulateLatencyMs: options.simulateLatencyMs ?? 0,
    environment: options.environment ?? realEnvironment,
    transport: options.transport ?? tcpTransport,
  };
  const { startPort, queryActorCount } = settings;
  expectInteger("queryActorCount", queryActorCount, 1, queryActorsMax);
  expectInteger("threads", options.threads ?? 1, 1, 1);
  expectInteger("startPort", startPort, 0, startPort === 0 ? 0 : 65535 - queryActorCount);
  expectInteger("simulateLatencyMs", settings.simulateLatencyMs, 0, 60_000);
  if (options.advertise !== undefined) expectAddress("advertise", options.advertise);
  return settings;
}

function expectInteger(name: string, value: number, min: number, max: number): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw new ServerOptionError(
    `Cannot use ${value} as ${name}: allowed is an integer from ${min} to ${max}`,
  );
}

function readDescriptions(descriptions: readonly string[]): ActorRef[] {
  try {
    return descriptions.map(syncActorOf);
  } catch (cause) {
    throw new ServerOptionError((cause as Error).message, { cause });
  }
}

/** Tells to other servers, delayed if so wished. */
function networkOf({ transport, environment, simulateLatencyMs }: {
  transport: Transport;
  environment: Environment;
  simulateLatencyMs: number;
}): RpcTellNetwork {
  const dialing = simulateLatencyMs === 0
    ? transport
    : delayedTransport(transport, simulateLatencyMs, environment);
  return new RpcTellNetwork(transport, dialing, environment);
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
