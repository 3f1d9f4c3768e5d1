import { type Measurements, RefusalCounter } from "./query/measurements.ts";
import type { QueryFigures } from "./query/query_figures.ts";
import { ReplicaSize } from "./query/replica_size.ts";
import { Access, type TokenEntry } from "../access/mod.ts";
import {
  type ActorRef,
  ActorSystem,
  type Credentials,
  Refusals,
  RpcTellNetwork,
  type Traffic,
} from "../actor/mod.ts";
import type { Member } from "../kvcommon/mod.ts";
import { type Logger, reasonOf } from "../log/mod.ts";
import {
  type AwakeEnvironment,
  awakeEnvironment,
  type ByteStream,
  delayedTransport,
  formatAddress,
  MemoryAccount,
  parseAddress,
  type Served,
  type TlsSettings,
  type Transport,
} from "../rpc/mod.ts";
import { reloadTls } from "./thread/transport_of.ts";
import { bind } from "./thread/bind.ts";
import { DataDirectory } from "./data_directory.ts";
import { RoundRobin } from "./thread/round_robin.ts";
import { type OnFault, QueryThread } from "./thread/query_thread.ts";
import { ServerActors } from "./server_actors.ts";
import { describeServer } from "./join/description.ts";
import { Discovery } from "./join/discovery.ts";
import { ownAddresses } from "./join/own_addresses.ts";
import { JoinError } from "./join/join_error.ts";
import { diskWriteTimes, visibilityTimes } from "./messages/measured_times.ts";
import { unreadTransport } from "./join/unread_transport.ts";
import {
  readDescriptions,
  type ServerOptions,
  type ServerSettings,
  withDefaults,
} from "./server_options.ts";
import {
  diskFaults,
  serverFigures,
  type ServerStats,
  shareConnections,
  shareMemory,
  syncFiguresOf,
  timeEventLoop,
} from "./query/server_stats.ts";
import { ThreadEndedError } from "./thread/thread_ended_error.ts";
import { WorkerThread } from "./thread/worker_thread.ts";

/** What a server leaves when it has ended. */
export interface ServerEnd {
  /**
   * How many of the entries that it acknowledged are lost or may be, at the least: of a server without a
   * data directory, those that no other server is sure to have.
   */
  readonly undelivered: number;
}

/** A running server: an actor system, and query actors with a port each. */
export class Server {
  /** `host:port` of the system port, as others reach it. */
  readonly address: string;
  /** `host:port` of each query port, as others reach it. */
  readonly queryAddresses: readonly string[];
  /** What another server must be given to join this one: opaque JSON. */
  readonly description: string;
  #system: ActorSystem;
  #actors: ServerActors;
  #main: QueryThread;
  #workers: readonly WorkerThread[];
  #closed: Promise<ServerEnd> | undefined;
  #data: DataDirectory | undefined;
  #discovery: Discovery;
  #environment: AwakeEnvironment;
  /** What it asks of other servers, and shows them. */
  #credentials: OwnCredentials;
  #network: RpcTellNetwork;
  #transport: Transport;

  /**
   * Reads the data directory, if there is one, and binds all ports. Taking over the state of others
   * goes on behind that: `stats().ready` and `synced()` tell.
   *
   * @throws {ServerOptionError} for an option out of bounds; {DataDirectoryError} when that cannot be
   * used; {ConnectionError | TimeoutError} when nobody answers at any address of `join`, {JoinError} when
   * what answers at one cannot be joined; {Error} when a port cannot be bound: everything already started
   * is closed then.
   */
  static async start(options: ServerOptions = {}): Promise<Server> {
    const settings = withDefaults(options);
    const described = readDescriptions(settings.remoteDescs);
    const { limits, bounds } = settings;
    const memory = new MemoryAccount(bounds.maxMemory, limits);
    const environment = awakeEnvironment(settings.environment, limits, memory);
    const { cluster, transport, log, tokens, token } = settings;
    const own = ownAddresses(settings);
    const credentials: OwnCredentials = {
      access: tokens && new Access(tokens, environment),
      token,
    };
    const showing = () => credentials.token;
    const isGuarded = options.transport === undefined && options.tls === undefined &&
      !options.insecure;
    const dialer = isGuarded ? unreadTransport(transport, showing) : transport;
    const refusals = new Refusals(environment);
    const discovery = new Discovery({
      cluster,
      own,
      dialer,
      environment,
      log,
      token: showing,
      refusals,
    });
    const network = networkOf({ ...settings, environment }, dialer, credentials, refusals);
    const running = { ...settings, environment, discovery, credentials, network };
    try {
      await options.beforeStart?.(environment, credentials.access);
      return await Server.#open(running, described);
    } catch (error) {
      refusals.close();
      environment.close();
      throw error;
    }
  }

  static async #open(settings: RunSettings, described: readonly ActorRef[]): Promise<Server> {
    const { dataDir, cluster, join, discovery } = settings;
    if (dataDir === undefined) {
      const found = await discovery.find(join);
      expectOwnAddress(settings.advertise, found);
      return await Server.#start(settings, [...described, ...found]);
    }
    const { environment: clock, log, onThreadEnd } = settings;
    const data = await DataDirectory.open(dataDir, {
      clock,
      cluster,
      log,
      onBroken: (error) => onThreadEnd(new ThreadEndedError(error.message)),
      onPeer: (address) => discovery.found(address),
      onForgotten: (address) => discovery.forget(address),
    });
    try {
      const found = await discovery.find(join, data.known.remembered);
      expectOwnAddress(settings.advertise, found);
      return await Server.#start(settings, [...described, ...found], data);
    } catch (error) {
      await data.close().catch(() => {});
      throw error;
    }
  }

  static async #start(
    settings: RunSettings,
    peers: readonly ActorRef[],
    data?: DataDirectory,
  ): Promise<Server> {
    const { hostname, startPort, queryActorCount, environment, transport, log, discovery } =
      settings;
    const onFault = settings.onFault ?? logFaults(log);
    const ready = peers.length === 0;
    const system = await bind(
      hostname,
      startPort,
      () =>
        ActorSystem.start({
          ...settings,
          port: startPort,
          threadCount: settings.threads,
          startsSlowly: true,
          extraFigures: serverFigures,
        }),
    );
    const { bounds } = settings;
    const { memory } = environment;
    shareMemory(memory, system);
    timeEventLoop(environment, system);
    shareConnections(environment.connections, system);
    const { access } = settings.credentials;
    const tokenRefusals = new RefusalCounter(system);
    if (access !== undefined) access.onRefused = (why) => tokenRefusals.noteToken(why);
    const main = new QueryThread(system, environment, transport, bounds, log, onFault);
    const workers: WorkerThread[] = [];
    try {
      for (let thread = 1; thread < settings.threads; thread++) {
        workers.push(new WorkerThread(thread, environment, log, settings.onThreadEnd, onFault));
      }
      const writes = diskWriteTimes.counterOn(system);
      const disk = data?.attach(system, settings.durability, (ms) => writes.note(ms));
      const diskState = () => data?.state ?? "none";
      const diskReason = () => data?.reason;
      const figures = syncFiguresOf(system);
      const visibility = visibilityTimes.counterOn(system);
      const actors = new ServerActors(system, {
        ...settings,
        onVisible: (ms) => visibility.note(ms),
        ready,
        figures,
        fraction: () => environment.fraction(),
        disk,
        diskState,
        diskReason,
        diskFigures: () => data?.figures,
        memory,
      });
      const threads = new RoundRobin(settings.threads);
      const ports = threads.split(
        Array.from({ length: queryActorCount }, (_, i) => startPort === 0 ? 0 : startPort + i + 1),
      );
      const queryActors = threads.gather(
        await Promise.all([
          main.startActors(actors.settings, ports[0].length, new ReplicaSize(system)),
          ...workers.map((worker, i) =>
            worker.startActors(system, actors.settings, bounds, settings.tls, ports[i + 1].length)
          ),
        ]),
      );
      const areOthersThere = () => discovery.isAnyoneThere(peers.map(({ address }) => address));
      const hadState = await data?.load(queryActors, areOthersThere) ?? false;
      system.extraFigure(diskFaults).set(data?.faults ?? 0);
      // Before any port, because an accepted Put is sent only to the query actors known by then.
      actors.begin(queryActors, ready || hadState, data?.known);
      const addresses = await Promise.all([
        main.listen(hostname, ports[0]),
        ...workers.map((worker, i) => worker.listen(hostname, ports[i + 1])),
      ]);
      if (!ready) actors.join(peers);
      return new Server(system, actors, main, workers, threads.gather(addresses), settings, data);
    } catch (error) {
      // Those that bound their ports meanwhile free them first: ending a thread takes its time.
      await Promise.allSettled([main, ...workers].map((thread) => thread.close()));
      for (const worker of workers) worker.end();
      await system.close();
      throw error;
    }
  }

  private constructor(
    system: ActorSystem,
    actors: ServerActors,
    main: QueryThread,
    workers: readonly WorkerThread[],
    addresses: readonly string[],
    { environment, discovery, credentials, network, transport }: RunSettings,
    data: DataDirectory | undefined,
  ) {
    this.#environment = environment;
    this.#credentials = credentials;
    this.#network = network;
    this.#transport = transport;
    this.#discovery = discovery;
    this.#system = system;
    this.#data = data;
    this.#actors = actors;
    this.#main = main;
    this.#workers = workers;
    this.address = system.address;
    const { hostname } = parseAddress(system.address);
    this.queryAddresses = addresses.map((address) =>
      formatAddress({ hostname, port: parseAddress(address).port })
    );
    this.description = system.description = describeServer(actors.syncActor, this.queryAddresses);
    data?.announce(this.queryAddresses);
    actors.serve(this.queryAddresses);
    discovery.keepAsking((syncActor) => actors.join([syncActor]));
  }

  /**
   * Has the server know these tokens from now on, if it was started with any. A connection keeps what its
   * token has given it until that is removed, and ends then.
   *
   * @param own the token that it shows other servers from now on; default: that of before
   */
  async setTokens(tokens: readonly TokenEntry[], own?: string): Promise<void> {
    this.#credentials.token = own ?? this.#credentials.token;
    const { access } = this.#credentials;
    if (access === undefined) return;
    access.replace(tokens);
    this.#network.revoke();
    await Promise.all([this.#main, ...this.#workers].map((thread) => thread.setTokens(tokens)));
  }

  /**
   * Has the server use other certificates from now on, on all threads, if it was started with any. Open
   * connections stay as they are.
   *
   * @throws {Error} when they cannot be used; then all stays as it is.
   */
  async setTls(tls: TlsSettings): Promise<void> {
    await reloadTls(this.#transport, tls);
    await Promise.all(this.#workers.map((worker) => worker.setTls(tls)));
  }

  /** The figures of the server as a whole: what `Stats` on the system port answers. */
  stats(): ServerStats {
    return this.#actors.stats();
  }

  /** How many queries it has answered, and how long they took. */
  queryFigures(): QueryFigures {
    return this.#actors.queryFigures();
  }

  /** What it has measured of itself, beside `stats` and `queryFigures`. */
  measurements(): Measurements {
    return this.#actors.measurements();
  }

  /** What has gone to other servers, and come from them. */
  traffic(): readonly Traffic[] {
    return this.#system.traffic();
  }

  /** The servers that this one knows, itself first: what `Members` on both ports answers. */
  members(): Promise<readonly Member[]> {
    return this.#actors.members();
  }

  /**
   * Serves a connection that came in another way as one to a query port. The query actors of the main thread
   * take turns.
   *
   * @param stream is closed when it has ended
   */
  serveQueries(stream: ByteStream): Served {
    return this.#main.serve(stream);
  }

  /**
   * Resolves when every query actor has the state of the servers that this one has joined until now: a
   * key that they had when it joined is found from then on. At once when it has joined none.
   *
   * @throws {Error} when the server is closed before.
   */
  synced(): Promise<void> {
    return this.#actors.synced();
  }

  /**
   * Syncs with one more server, and takes over its state.
   *
   * @throws {ServerOptionError} when `description` is none.
   */
  join(description: string): void {
    this.#actors.join(readDescriptions([description]));
  }

  /**
   * Ends everything: first the query ports, then, when sync has sent what it still holds and that is
   * on disk (but within `closeDrainMs`), the rest. Resolves when all ports are free.
   *
   * @returns how many accepted Puts are nowhere now.
   * @throws {DataDirectoryError} then, when not every accepted Put is in the data directory.
   */
  close(): Promise<ServerEnd> {
    return this.#closed ??= this.#close();
  }

  async #close(): Promise<ServerEnd> {
    // Of a thread that ended by itself nothing is left to close.
    const parts = [this.#discovery, this.#main, ...this.#workers];
    await Promise.allSettled(parts.map((part) => part.close()));
    const { closeDrainMs } = this.#environment.limits;
    const isOnlyCopy = this.#data === undefined;
    const [undelivered] = await Promise.all([
      this.#actors.drain(closeDrainMs, isOnlyCopy),
      this.#data?.flush(closeDrainMs),
    ]);
    try {
      await this.#data?.close();
    } finally {
      for (const worker of this.#workers) worker.end();
      await this.#system.close();
      this.#environment.close();
    }
    return { undelivered: isOnlyCopy ? undelivered : 0 };
  }
}

interface RunSettings extends ServerSettings {
  /** While the process stands still, nothing is overdue: no thread, no peer, no acknowledgement. */
  environment: AwakeEnvironment;
  discovery: Discovery;
  credentials: OwnCredentials;
  network: RpcTellNetwork;
}

type OwnCredentials = { -readonly [Field in keyof Credentials]: Credentials[Field] };

/** @throws {JoinError} when one of the servers that answered has the address that this one advertises. */
function expectOwnAddress(advertised: string | undefined, found: readonly ActorRef[]): void {
  const other = found.find(({ address }) => address === advertised);
  if (other === undefined) return;
  throw new JoinError(
    other.address,
    `Cannot join ${other.address}: another server answers at this address, which this one advertises`,
  );
}

/** Logs at level debug, because a client may end its connection in any way. */
function logFaults(log: Logger): OnFault {
  return (client, error) =>
    log.debug("The connection of client {client} ended: {reason}", {
      client,
      reason: reasonOf(error),
    });
}

/** Carries tells to other servers, delayed by `simulateLatencyMs`. */
function networkOf(
  { transport, environment, simulateLatencyMs }: ServerSettings,
  dialer: Transport,
  credentials: Credentials,
  refusals: Refusals,
): RpcTellNetwork {
  const dialing = simulateLatencyMs === 0
    ? dialer
    : delayedTransport(dialer, simulateLatencyMs, environment);
  return new RpcTellNetwork(transport, dialing, environment, credentials, refusals);
}
