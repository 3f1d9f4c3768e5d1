import { defaultLimits, type Limits } from "../../limits.ts";
import { type ActorRef, ActorSystem } from "../../actor/mod.ts";
import { consoleLogger, type Logger } from "../../log/mod.ts";
import {
  deleteCall,
  expireCall,
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
import { MemoryDisk } from "./memory_disk.ts";

/** A server of a simulated cluster: the real actors, on a simulated machine. */
export interface SimulatedServer {
  address: string;
  environment: SimulatedEnvironment;
  system: ActorSystem;
  actors: ServerActors;
  queryActors: readonly ActorRef[];
  stores: Store[];
  /** Absent when nothing is persisted. */
  disk: MemoryDisk | undefined;
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
  #limits: Limits;

  /** @param limits of all servers @param log of all servers */
  constructor(
    seed: number,
    latencyMs: (world: SimulatedWorld) => SimulatedNetwork["latencyMs"],
    limits: Limits = defaultLimits,
    log: Logger = consoleLogger("error"),
  ) {
    this.log = log;
    this.#limits = limits;
    this.world = new SimulatedWorld({ seed });
    this.network = new SimulatedNetwork(this.world, latencyMs(this.world));
  }

  /** Starts a server, which joins `peers`. @param options `load` gives a replica what the server has on disk */
  async start(
    options: {
      queryActorCount: number;
      peers?: readonly SimulatedServer[];
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
    const { queryActorCount, peers = [], clockSkewMs, advertise, load, medium } = options;
    const { port = this.#nextPort++ } = options;
    const environment = this.world.environment({ clockSkewMs, limits: this.#limits });
    const system = await ActorSystem.start({
      hostname: "server",
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
    this.prepare(system);
    const stores: Store[] = [];
    const disk = medium === undefined ? undefined : new MemoryDisk(environment, medium);
    const journal = disk && new Journal(system, disk, this.log);
    const actors = new ServerActors(system, {
      queryActorCount,
      version: "simulated",
      ready: peers.length === 0,
      figures: syncFiguresOf(system),
      fraction: () => environment.fraction(),
      ...(journal === undefined ? {} : { disk: { journal: journal.ref, durability: "strict" } }),
    });
    const queryActors = Array.from({ length: queryActorCount }, () => {
      const store = this.newStore();
      stores.push(store);
      return startQueryActor(system, actors.settings, { store });
    });
    if (load !== undefined) { for (const store of stores) load(store); }
    if (journal !== undefined) {
      journal.serve(queryActors);
      let isLoaded = false;
      journal.load(disk!.contents()).then(() => isLoaded = true);
      while (!isLoaded) await this.advance(1);
    }
    const { remembered = [] } = options;
    actors.begin(
      queryActors,
      load !== undefined || (medium?.length ?? 0) > 0 || undefined,
      { remembered, forgotten: [], away: [] },
    );
    if (peers.length > 0) actors.join(peers.map((peer) => peer.actors.syncActor));
    const address = `server:${port}`;
    const server = { address, environment, system, actors, queryActors, stores, disk };
    this.servers.push(server);
    return server;
  }

  /** A replica, of a server that starts. */
  protected newStore(): Store {
    return new Store();
  }

  /** Called with the system of a server that starts, before it has any actor. */
  protected prepare(_system: ActorSystem): void {}

  /** Starts a server anew on the address of one that has ended. */
  restart(
    ended: SimulatedServer,
    options: { queryActorCount: number; peers?: readonly SimulatedServer[] },
  ): Promise<SimulatedServer> {
    return this.start({ ...options, port: Number(ended.address.split(":")[1]) });
  }

  /** Lets time pass, and then all that waits for a promise run. */
  async advance(durationMs: number): Promise<void> {
    this.world.advanceSync(durationMs);
    for (let i = 0; i < reactionsMax; i++) await null;
  }

  /** Ends a server in the middle of whatever it does. What only it had is lost. */
  crash(server: SimulatedServer): Promise<void> {
    return this.#end(server);
  }

  /**
   * Stops a server in order: it lets the others have all that it accepted, and ends.
   *
   * @returns how long that took.
   */
  async stop(server: SimulatedServer, drainMs: number): Promise<number> {
    const beganMs = this.world.nowMs;
    let isDrained = false;
    server.actors.drain(drainMs, true).then(() => isDrained = true);
    while (!isDrained) await this.advance(1);
    const tookMs = this.world.nowMs - beganMs;
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
    this.#ask(server, actor, putCall(key, value, options));
  }

  /** Has a key expire, or not any more, as `put` puts. */
  expire(server: SimulatedServer, actor: number, key: string, ttlMs: number | null): void {
    this.#ask(server, actor, expireCall(key, ttlMs));
  }

  /** Deletes at one query actor of a server, as `put` puts. */
  delete(server: SimulatedServer, actor: number, key: string): void {
    this.#ask(server, actor, deleteCall(key));
  }

  #ask<T>(server: SimulatedServer, actor: number, { method, writeParams }: Call<T>): void {
    const writer = new MsgpackWriter();
    const frame = beginRequest(writer, 1, method);
    writeParams(writer);
    writer.endFrame(frame);
    const frames = writer.written();
    const message = server.system.beginMessage();
    writeQueryHead(message, nobody, 1, frames.length);
    message.raw(frames);
    server.system.tellWritten(server.queryActors[actor]);
  }
}

/** Awaits between a message to a channel and all that waits for it; seen were 2. */
const reactionsMax = 4;

/** An inbox that is not there: the reply is of no interest. */
const nobody = 1_000_000_000;
