import type { Access, TokenEntry } from "../access/mod.ts";
import type { Limits } from "../limits.ts";
import { consoleLogger, type Logger } from "../log/mod.ts";
import {
  type Environment,
  parseAddress,
  realEnvironment,
  type TlsSettings,
  type Transport,
} from "../rpc/mod.ts";
import {
  type ActorRef,
  clusterBytesMax,
  defaultCluster,
  isClusterName,
  isDialable,
} from "../actor/mod.ts";
import { machineMemoryBytes } from "./machine_memory.ts";
import { transportOf } from "./thread/transport_of.ts";
import type { Durability } from "./messages/journal_messages.ts";
import { syncActorOf } from "./join/description.ts";
import type { ServerBounds } from "./thread/server_bounds.ts";
import type { ThreadEndedError } from "./thread/thread_ended_error.ts";

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
  /**
   * System ports (`host:port`) of servers to sync with, asked for their descriptions of now. Unless the
   * data directory remembers servers of before, the start waits for one of them that is still starting,
   * and fails when nobody answers at any. Those that do not answer are asked again later. Default: none.
   */
  join?: readonly string[];
  /**
   * Threads to spread the query actors over, the main thread included: each further one is a Worker.
   * Default: one per query actor, but no more than cores; 1 with an `environment` or `transport` of
   * one's own, which cannot go to another thread.
   */
  threads?: number;
  /**
   * Called when a thread ended without having been asked to: a part of the server is gone, and only
   * ending the process mends it. Default: the error is thrown, uncaught.
   */
  onThreadEnd?(error: ThreadEndedError): void;
  /** The `host:port` by which others reach the system port. Default: where it listens. */
  advertise?: string;
  /**
   * Name of the cluster: servers of another one are refused, so that an address that is used again never
   * merges two clusters. Default `"cmud"`.
   */
  cluster?: string;
  /**
   * The tokens that let somebody in: what others ask without one is refused, `Ping` and `Auth` aside.
   * Default: no token is asked for.
   */
  tokens?: readonly TokenEntry[];
  /** The server's own token, of the role `peer`, which it shows other servers. Default: none. */
  token?: string;
  /** Shows that token to other machines without TLS too, where others may read it. Default: it does not. */
  insecure?: boolean;
  /** TLS on all ports, and to all other servers. Default: plain TCP. */
  tls?: TlsSettings;
  /** The program's version, as `Stats` tells it. Default `"0.0.0"`. */
  version?: string;
  /**
   * Where everything is kept, so that it is there after a restart; made if there is none. Default:
   * nowhere, in memory only.
   */
  dataDir?: string;
  /**
   * When a Put is answered: `"relaxed"` at once, and it is on disk within 200 ms; `"strict"` when it
   * is on disk. Default `"relaxed"`.
   */
  durability?: Durability;
  /**
   * Bytes of memory for keys, values, and all that comes in and goes out, on all threads together: at the
   * bound Puts are refused (`overloaded`), and the connections that hold most are cut. Default: half of
   * the machine's, or 2 GiB when the process may not know that (permission `sys=systemMemoryInfo`).
   */
  maxMemory?: number;
  /** Open connections of clients; a further one is closed at once. Default: 10,000 of each query port. */
  maxConnections?: number;
  /** A client's connection on which nothing comes for so long is ended. Default: none is. */
  idleTimeoutMs?: number;
  /**
   * A server that is down for so long, while this one runs, is forgotten, in the whole cluster, until it
   * greets again itself; 0: never. Default: 7 days.
   */
  forgetAfterMs?: number;
  /**
   * Puts are refused (`overloaded`) while another server that is up is half as far behind as this, so that what
   * was taken by then is not further behind either. Default: a slow server never has Puts refused elsewhere.
   */
  maxLagMs?: number;
  /** One-way time by which every message to another server is delayed, milliseconds. Default 0. */
  simulateLatencyMs?: number;
  /** Clock, timers and randomness. Default: the machine's. */
  environment?: Environment;
  /** Its bounds, as `withLimits` makes them. Default: those of the environment. */
  limits?: Limits;
  /** The network. Default: TCP. */
  transport?: Transport;
  /**
   * Takes what it has to say: other servers that come and go, how far reading `dataDir` has come, what
   * went wrong. Default: the console, from warnings on.
   */
  log?: Logger;
  /**
   * Called before anything else is begun, with what the connections to another port of this process are
   * to be served with, so that they count to what the server may take; and with the tokens that let
   * somebody in there, if any are asked for. What it throws ends the start.
   */
  beforeStart?(environment: Environment, access?: Access): void | Promise<void>;
  /** Called when a client's connection ends otherwise than by its orderly close. Default: logs it. */
  onFault?(peer: string, error: unknown): void;
}

/** An option of a server is out of its bounds. */
export class ServerOptionError extends RangeError {
  static {
    this.prototype.name = "ServerOptionError";
  }
}

/** Options with all that was left out. */
export type ServerSettings = ReturnType<typeof withDefaults>;

/** Fills in what was left out. @throws {ServerOptionError} for an option out of bounds. */
export function withDefaults(options: ServerOptions) {
  const environment = options.environment ?? realEnvironment;
  const limits = options.limits ?? environment.limits;
  const { queryActorsMax } = limits;
  const cores = navigator.hardwareConcurrency;
  const queryActorCount = options.queryActorCount ?? Math.min(cores, queryActorsMax);
  const isOwn = options.environment !== undefined || options.transport !== undefined;
  const settings = {
    ...options,
    hostname: options.hostname ?? "127.0.0.1",
    startPort: options.startPort ?? 6000,
    queryActorCount,
    threads: options.threads ?? (isOwn ? 1 : Math.min(queryActorCount, cores)),
    onThreadEnd: options.onThreadEnd ?? throwUncaught,
    remoteDescs: options.remoteDescs ?? [],
    join: options.join ?? [],
    cluster: options.cluster ?? defaultCluster,
    version: options.version ?? "0.0.0",
    durability: options.durability ?? "relaxed",
    simulateLatencyMs: options.simulateLatencyMs ?? 0,
    maxLagMs: options.maxLagMs ?? Infinity,
    forgetAfterMs: (options.forgetAfterMs ?? limits.forgetAfterMs) || Infinity,
    bounds: {
      maxMemory: options.maxMemory ?? defaultMemory(limits),
      maxConnections: options.maxConnections ?? limits.connectionsMax * queryActorCount,
      idleTimeoutMs: options.idleTimeoutMs ?? Infinity,
    } satisfies ServerBounds,
    environment,
    limits,
    transport: options.transport ?? transportOf(options.tls),
    log: options.log ?? consoleLogger("warn"),
  };
  const { startPort, threads } = settings;
  expectInteger("queryActorCount", queryActorCount, 1, queryActorsMax);
  expectInteger("threads", threads, 1, isOwn ? 1 : queryActorCount);
  expectInteger("startPort", startPort, 0, startPort === 0 ? 0 : 65535 - queryActorCount);
  const { bounds } = settings;
  expectInteger("maxMemory", bounds.maxMemory, limits.memoryBytesMin, Number.MAX_SAFE_INTEGER);
  expectInteger("maxConnections", bounds.maxConnections, 1, Number.MAX_SAFE_INTEGER);
  if (options.idleTimeoutMs !== undefined) {
    expectInteger("idleTimeoutMs", options.idleTimeoutMs, 1, Number.MAX_SAFE_INTEGER);
  }
  if (options.forgetAfterMs !== undefined) {
    expectInteger("forgetAfterMs", options.forgetAfterMs, 0, Number.MAX_SAFE_INTEGER);
  }
  if (options.maxLagMs !== undefined) {
    expectInteger("maxLagMs", options.maxLagMs, 1, Number.MAX_SAFE_INTEGER);
  }
  expectInteger("simulateLatencyMs", settings.simulateLatencyMs, 0, 60_000);
  if (options.advertise !== undefined) expectAdvertised(options.advertise);
  for (const address of settings.join) expectAddress("join", address);
  expectClusterName(settings.cluster);
  return settings;
}

/** Half of what there is: the rest is for what is not charged, the runtime above all, and for others. */
function defaultMemory({ memoryBytesMin, memoryDefaultBytes }: Limits): number {
  const bytes = machineMemoryBytes();
  return bytes === undefined ? memoryDefaultBytes : Math.max(Math.floor(bytes / 2), memoryBytesMin);
}

function expectInteger(name: string, value: number, min: number, max: number): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw new ServerOptionError(
    `Cannot use ${value} as ${name}: allowed is an integer from ${min} to ${max}`,
  );
}

/** The sync actors that are described. @throws {ServerOptionError} when one is no description. */
export function readDescriptions(descriptions: readonly string[]): ActorRef[] {
  try {
    return descriptions.map(syncActorOf);
  } catch (cause) {
    throw new ServerOptionError((cause as Error).message, { cause });
  }
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

/** Others refuse to be told of an address that is of another form, and so all that they are told with it. */
function expectAdvertised(address: string): void {
  expectAddress("advertise", address);
  if (isDialable(address)) return;
  throw new ServerOptionError(
    `Cannot use "${address}" as advertise: allowed is a host of letters, digits, ".", "-" and "_", or an ` +
      `address of IPv6 in brackets, and a port from 1 on`,
  );
}

function expectClusterName(name: string): void {
  if (isClusterName(name)) return;
  throw new ServerOptionError(
    `Cannot use ${
      JSON.stringify(name)
    } as cluster: allowed are letters, digits, "_", "." and "-", ` +
      `up to ${clusterBytesMax}`,
  );
}

function throwUncaught(error: ThreadEndedError): void {
  queueMicrotask(() => {
    throw error;
  });
}
