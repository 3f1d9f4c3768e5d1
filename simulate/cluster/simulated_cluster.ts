import { defaultLimits, type Limits } from "../../limits.ts";
import { type ActorRef, ActorSystem, type Inbox } from "../../actor/mod.ts";
import { consoleLogger, type Logger } from "../../log/mod.ts";
import {
  deleteCall,
  expireCall,
  type ExportedEntry,
  mergeCall,
  putCall,
  type PutOptions,
  type Value,
} from "../../kvcommon/mod.ts";
import { ServerActors } from "../../kvserver/server_actors.ts";
import { serverFigures, syncFiguresOf } from "../../kvserver/query/server_stats.ts";
import { startQueryActor } from "../../kvserver/query/start_query_actor.ts";
import { writeQueryHead } from "../../kvserver/query/query_message.ts";
import { Store } from "../../kvserver/store/mod.ts";
import { beginRequest, type Call, MsgpackWriter } from "../../rpc/mod.ts";
import { type SimulatedEnvironment, SimulatedWorld } from "../world/simulated_environment.ts";
import { SimulatedNetwork } from "../network/simulated_network.ts";
import { Journal } from "../../kvserver/disk/journal.ts";
import type { SyncAnswer } from "../../kvserver/messages/sync_questions.ts";
import { MemoryDisk } from "./memory_disk.ts";
import type { ClientRequest, ClusterObserver, ServerStart } from "./cluster_observer.ts";
import { ObservedStore, type ReplicaObserver } from "./observed_store.ts";

/** A server of a simulated cluster: the real actors, on a simulated machine. */
export interface SimulatedServer {
  /** What it goes by where a person reads of it. */
  name: string;
  address: string;
  environment: SimulatedEnvironment;
  system: ActorSystem;
  actors: ServerActors;
  queryActors: readonly ActorRef[];
  stores: Store[];
  /** Absent when nothing is persisted. */
  disk: MemoryDisk | undefined;
  /** The inbox to which replies to clients go: they are of no interest. */
  replies: Inbox;
}

/** Servers on one virtual timeline, made of the actors, the store and the journal of real ones. */
export class SimulatedCluster {
  readonly world: SimulatedWorld;
  readonly network: SimulatedNetwork;
  readonly servers: SimulatedServer[] = [];
  /** What actors threw. */
  readonly faults: string[] = [];
  readonly log: Logger;
  #nextPort = 1;
  /** Writes the request of a client. */
  #request = new MsgpackWriter();
  #limits: Limits;
  #observer: ClusterObserver | undefined;

  /** @param limits of all servers @param observer sees what happens @param log of all servers */
  constructor(
    seed: number,
    latencyMs: (world: SimulatedWorld) => SimulatedNetwork["latencyMs"],
    limits: Limits = defaultLimits,
    observer?: ClusterObserver,
    log: Logger = consoleLogger("error"),
  ) {
    this.log = log;
    this.#limits = limits;
    this.world = new SimulatedWorld({ seed });
    this.network = new SimulatedNetwork(this.world, latencyMs(this.world));
    this.network.observer = this.#observer = observer;
    observer?.follow?.(this.world, limits);
  }

  /** Starts a server, which joins `peers`. @param options `load` gives a replica what the server has on disk */
  async start(
    options: {
      queryActorCount: number;
      /** Default: `s` and its port. */
      name?: string;
      peers?: readonly SimulatedServer[];
      /** Whether it takes over a state before it is ready. Default: when it has peers. */
      takesOver?: boolean;
      clockSkewMs?: number;
      port?: number;
      advertise?: string;
      load?: (store: Store) => void;
      /** What is on its disk; without it, it has none. */
      medium?: readonly Uint8Array[];
      /** The servers that it knew, by the disk. */
      remembered?: readonly string[];
    },
  ): Promise<SimulatedServer> {
    const { queryActorCount, peers = [], clockSkewMs = 0, advertise, load, medium } = options;
    const { takesOver = peers.length > 0 } = options;
    const { port = this.#nextPort++ } = options;
    const { name = `s${port}` } = options;
    const hostname = options.name ?? "server";
    const address = `${hostname}:${port}`;
    const environment = this.world.environment({ clockSkewMs, limits: this.#limits });
    const system = await ActorSystem.start({
      hostname,
      port,
      advertise,
      environment,
      network: this.network,
      extraFigures: serverFigures,
      log: this.log,
    });
    // A message to a server that crashed, or to its channels: counted, and nobody's fault.
    system.onError = (error) => {
      if (error instanceof Error && error.name === "UndeliverableError") return;
      this.faults.push(`An actor of ${system.address} threw ${error}`);
    };
    this.prepare({
      name,
      address,
      system,
      replicaCount: queryActorCount,
      skewMs: clockSkewMs,
      hasDisk: medium !== undefined,
      joins: peers.map((peer) => peer.name),
    });
    const stores: Store[] = [];
    const disk = medium === undefined ? undefined : new MemoryDisk(environment, medium);
    if (disk !== undefined) disk.onWritten = (batches) => this.#observer?.onDisk?.(name, batches);
    const journal = disk && new Journal(system, disk, this.log);
    if (journal !== undefined) this.#observer?.named?.(journal.ref, `${name}.disk`);
    const actors = new ServerActors(system, {
      queryActorCount,
      version: "simulated",
      ready: !takesOver,
      figures: syncFiguresOf(system),
      fraction: () => environment.fraction(),
      ...(journal === undefined ? {} : { disk: { journal: journal.ref, durability: "strict" } }),
    });
    this.#observer?.named?.(actors.syncActor, `${name}.sync`);
    const queryActors = Array.from({ length: queryActorCount }, (_, i) => {
      const replica = replicaName(name, i);
      const observer = this.replicaObserver(replica);
      const store = observer === undefined ? new Store() : new ObservedStore(observer);
      stores.push(store);
      const ref = startQueryActor(system, actors.settings, { store });
      this.#observer?.named?.(ref, replica);
      return ref;
    });
    if (load !== undefined) { for (const store of stores) load(store); }
    if (journal !== undefined) {
      journal.serve(queryActors);
      await this.settled(journal.load(disk!.contents()));
    }
    const { remembered = [] } = options;
    actors.begin(
      queryActors,
      load !== undefined || (medium?.length ?? 0) > 0 || undefined,
      { remembered, forgotten: [], away: [] },
    );
    if (peers.length > 0) actors.join(peers.map((peer) => peer.actors.syncActor));
    const replies = system.openInbox(() => {});
    const server = {
      name,
      address,
      environment,
      system,
      actors,
      queryActors,
      stores,
      disk,
      replies,
    };
    this.servers.push(server);
    return server;
  }

  /** Returns who sees what becomes of the entries of a replica; `undefined`: nobody does. */
  protected replicaObserver(replica: string): ReplicaObserver | undefined {
    return this.#observer?.replica?.(replica);
  }

  /** Called for a server that starts, before it has any actor. */
  protected prepare(start: ServerStart): void {
    this.#observer?.starting?.(start);
  }

  /** Starts a server anew on the address of one that has ended. */
  restart(
    ended: SimulatedServer,
    options: { queryActorCount: number; peers?: readonly SimulatedServer[] },
  ): Promise<SimulatedServer> {
    const [hostname, port] = ended.address.split(":");
    const name = hostname === "server" ? undefined : hostname;
    return this.start({ ...options, name, port: Number(port) });
  }

  /** Lets time pass, and then all that waits for a promise run. */
  async advance(durationMs: number): Promise<void> {
    this.world.advanceSync(durationMs);
    for (let i = 0; i < reactionsMax; i++) await null;
  }

  /** Lets time pass until a promise has settled. @throws {Error} when that takes longer than it ever should. */
  async settled<T>(promise: Promise<T>, timeoutMs = Infinity): Promise<T> {
    let isSettled = false;
    const settled = () => void (isSettled = true);
    promise.then(settled, settled);
    const endMs = this.world.nowMs + timeoutMs;
    while (!isSettled) {
      if (this.world.nowMs > endMs) throw new Error(`Nothing came of it within ${timeoutMs} ms`);
      await this.advance(1);
    }
    return await promise;
  }

  /** Has a server that runs join others. */
  join(server: SimulatedServer, others: readonly SimulatedServer[]): void {
    this.#observer?.joins?.(server.name, others.map(({ name }) => name));
    server.actors.join(others.map(({ actors }) => actors.syncActor));
  }

  /** Has the wall clock of a server jump. */
  setClock(server: SimulatedServer, skewMs: number): void {
    this.#observer?.clockSet?.(server.name, skewMs);
    server.environment.clockSkewMs = skewMs;
  }

  /** Has a server forget another one, by its address. @returns what it says to that. */
  async forget(server: SimulatedServer, address: string): Promise<SyncAnswer> {
    this.#observer?.forgets?.(server.name, address);
    const { ref: replyTo, response } = server.system.newChannelRef<SyncAnswer>();
    const question = { id: 0, type: "forget", address };
    server.system.tell(server.actors.syncActor, { type: "ask", question, replyTo });
    return await this.settled(response);
  }

  /** Ends a server in the middle of whatever it does. What only it had is lost. */
  crash(server: SimulatedServer): Promise<void> {
    this.#observer?.ended?.(server.name, "crashed");
    return this.#end(server);
  }

  /**
   * Stops a server in order: it lets the others have all that it accepted, and ends.
   *
   * @returns how long that took.
   */
  async stop(server: SimulatedServer, drainMs: number): Promise<number> {
    const beganMs = this.world.nowMs;
    await this.settled(server.actors.drain(drainMs, true));
    const tookMs = this.world.nowMs - beganMs;
    this.#observer?.ended?.(server.name, "stopped");
    await this.#end(server);
    return tookMs;
  }

  /** Ends all servers. */
  async close(): Promise<void> {
    for (const server of [...this.servers]) await this.#end(server);
  }

  async #end(server: SimulatedServer): Promise<void> {
    this.servers.splice(this.servers.indexOf(server), 1);
    server.disk?.crash();
    this.network.crash(server.address);
    const closed = server.system.close();
    this.world.advanceSync(0);
    await closed;
  }

  /** Puts at one query actor of a server, as a client's request that arrives now. */
  put(
    server: SimulatedServer,
    actor: number,
    key: string,
    value: Value,
    options?: PutOptions,
  ): void {
    const { ttlMs } = options ?? {};
    this.#asked(server, actor, {
      type: "put",
      key,
      value: textOf(value),
      ...(ttlMs === undefined ? {} : { ttlMs }),
    });
    this.#ask(server, actor, putCall(key, value, options));
  }

  /** Has a key expire, or not any more, as `put` puts. */
  expire(server: SimulatedServer, actor: number, key: string, ttlMs: number | null): void {
    this.#asked(server, actor, { type: "expire", key, ttlMs });
    this.#ask(server, actor, expireCall(key, ttlMs));
  }

  /** Deletes at one query actor of a server, as `put` puts. */
  delete(server: SimulatedServer, actor: number, key: string): void {
    this.#asked(server, actor, { type: "delete", key });
    this.#ask(server, actor, deleteCall(key));
  }

  /** Merges an entry of a backup at one query actor of a server, as `put` puts. */
  merge(server: SimulatedServer, actor: number, entry: ExportedEntry): void {
    const { key, value, order: [timestamp], expiresAt, counter } = entry;
    this.#asked(server, actor, {
      type: "restore",
      key,
      value: textOf(value),
      agoMs: server.environment.now() - timestamp,
      ...(expiresAt === undefined ? {} : { ttlMs: expiresAt - timestamp }),
      isNumbered: counter !== undefined,
    });
    this.#ask(server, actor, mergeCall(entry));
  }

  #asked({ name }: SimulatedServer, actor: number, request: ClientRequest): void {
    this.#observer?.asked?.(replicaName(name, actor), request);
  }

  #ask<T>(server: SimulatedServer, actor: number, { method, writeParams }: Call<T>): void {
    const writer = this.#request;
    writer.clear();
    const frame = beginRequest(writer, 1, method);
    writeParams(writer);
    writer.endFrame(frame);
    const frames = writer.written();
    const message = server.system.beginMessage();
    writeQueryHead(message, server.replies.ref.counter, 1, frames.length);
    message.raw(frames);
    server.system.tellWritten(server.queryActors[actor]);
  }
}

function textOf(value: Value): string {
  return typeof value === "string" ? value : new TextDecoder().decode(value);
}

/** What a replica of a server goes by. */
export function replicaName(server: string, i: number): string {
  return `${server}.${i + 1}`;
}

/** Awaits between a message to a channel and all that waits for it; seen were 2. */
const reactionsMax = 4;
