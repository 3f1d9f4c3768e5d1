import { defaultLimits, type Limits, withLimits } from "../../limits.ts";
import { type ActorRef, ActorSystem } from "../../actor/mod.ts";
import { consoleLogger } from "../../log/mod.ts";
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
import { noExpiry } from "../../kvserver/entry/entry.ts";
import { writeQuery } from "../support/kvserver/query_messages.ts";
import { noEntry, Store } from "../../kvserver/store/mod.ts";
import { beginRequest, type Call, MsgpackWriter } from "../../rpc/mod.ts";
import { type SimulatedEnvironment, SimulatedWorld } from "../support/simulated_environment.ts";
import { heldEntries, type HeldEntry, heldEntry } from "../support/store/held_entries.ts";
import { assertAfterEachMessage } from "../support/actors.ts";
import { SimulatedNetwork } from "../support/simulated_network.ts";
import { Journal } from "../../kvserver/disk/journal.ts";
import { MemoryDisk } from "../support/disk/memory_disk.ts";
import { dotOf, type Write, Written } from "./written.ts";

/** Without comparisons that nobody owes: they would mend what is wrong before anybody sees it. */
export const withoutComparisons = withLimits({ comparisonIntervalMs: 1e12 });

/** A replica that lets the test see what it takes. */
class ObservedStore extends Store {
  constructor(private readonly onWrite: (write: Write) => void) {
    super();
  }

  override put(...args: Parameters<Store["put"]>): number {
    const [bytes, keyStart, keyEnd] = args;
    const replaced = this.#dotOf(this.find(bytes, keyStart, keyEnd));
    const n = super.put(...args);
    this.onWrite({ ...heldEntry(this, n), replaced });
    return n;
  }

  override expire(...args: Parameters<Store["expire"]>): void {
    const [n] = args;
    const replaced = this.#dotOf(n);
    super.expire(...args);
    this.onWrite({ ...heldEntry(this, n), replaced });
  }

  #dotOf(n: number): string | undefined {
    return n === noEntry ? undefined : dotOf({ uid: this.uidOf(n), counter: this.counterOf(n) });
  }
}

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

/** Servers on one virtual timeline, and a model of what they must come to hold. */
export class SimulatedCluster {
  readonly world: SimulatedWorld;
  readonly network: SimulatedNetwork;
  readonly servers: SimulatedServer[] = [];
  /** All that was written. */
  readonly written = new Written();
  /** What actors threw. */
  #faults: string[] = [];
  #nextPort = 1;
  #limits: Limits;

  /** @param limits of all servers */
  constructor(
    seed: number,
    latencyMs: (world: SimulatedWorld) => SimulatedNetwork["latencyMs"],
    limits: Limits = withoutComparisons,
  ) {
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
      log: consoleLogger("error"),
    });
    // A message to a server that crashed, or to its channels: counted, and no concern of these tests.
    system.onError = (error) => {
      if (error instanceof Error && error.name === "UndeliverableError") return;
      this.#faults.push(`An actor of ${system.address} threw ${error}`);
    };
    assertAfterEachMessage(system);
    this.written.started(system.incarnation);
    const stores: Store[] = [];
    const disk = medium === undefined ? undefined : new MemoryDisk(environment, medium);
    const journal = disk && new Journal(system, disk, consoleLogger("error"));
    const actors = new ServerActors(system, {
      queryActorCount,
      version: "simulated",
      ready: peers.length === 0,
      figures: syncFiguresOf(system),
      fraction: () => environment.fraction(),
      ...(journal === undefined ? {} : { disk: { journal: journal.ref, durability: "strict" } }),
    });
    const queryActors = Array.from({ length: queryActorCount }, () => {
      const store = new ObservedStore((write) => this.written.add(write));
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
      { remembered, forgotten: [] },
    );
    if (peers.length > 0) actors.join(peers.map((peer) => peer.actors.syncActor));
    const address = `server:${port}`;
    const server = { address, environment, system, actors, queryActors, stores, disk };
    this.servers.push(server);
    return server;
  }

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
    this.written.crashed(server.system.incarnation);
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
    writeQuery(server.system.beginMessage(), nobody, 1, writer.written());
    server.system.tellWritten(server.queryActors[actor]);
  }

  /** What keeps the cluster from being converged and at rest, or `undefined`. */
  difference(): string | undefined {
    if (this.#faults.length > 0) return this.#faults[0];
    for (const { address, system, actors } of this.servers) {
      const { maxMessageRate, ready } = actors.stats();
      if (maxMessageRate > 10) return `${address} sent ${maxMessageRate} messages within a second`;
      if (!ready) return `${address} is not ready`;
      if (system.openChannels > 0) return `${address} has ${system.openChannels} open channels`;
    }
    const { doubleWrite } = this.written;
    if (doubleWrite !== undefined) return doubleWrite;
    let first: ReadonlyMap<string, HeldEntry> | undefined;
    for (const { address, environment, stores } of this.servers) {
      for (const [i, store] of stores.entries()) {
        store.assertInvariants();
        const held = new Map(heldEntries(store).map((entry) => [entry.key, entry]));
        const nowMs = environment.now();
        const difference = this.#fault(held, nowMs) ??
          this.#firstDifference(held, first ??= held) ??
          countDifference(store, nowMs);
        if (difference !== undefined) return `${address} actor ${i} ${difference}`;
      }
    }
    return undefined;
  }

  /** What is wrong with what a replica holds, whatever the others do. */
  #fault(held: ReadonlyMap<string, HeldEntry>, nowMs: number): string | undefined {
    // By the clocks of the others, which are off.
    const isGone = ({ expiresAt }: HeldEntry) =>
      expiresAt !== noExpiry && expiresAt + defaultLimits.expiredKeptMs / 2 <= nowMs;
    for (const key of new Set([...held.keys(), ...this.written.keys])) {
      const entry = held.get(key);
      const fault = this.written.fault(key, entry, isGone);
      if (fault === undefined) continue;
      const last = this.written.last(key);
      return `holds ${entry === undefined ? `nothing of ${key}` : describe(entry)}: ${fault}; ` +
        `the last write is ${last === undefined ? "lost" : describe(last)}`;
    }
  }

  /** What is held here and not there, tombstones and what has expired aside. */
  #firstDifference(
    held: ReadonlyMap<string, HeldEntry>,
    other: ReadonlyMap<string, HeldEntry>,
  ): string | undefined {
    for (const key of new Set([...held.keys(), ...other.keys()])) {
      const [a, b] = [held.get(key), other.get(key)];
      const isEqual = a !== undefined && b !== undefined && dotOf(a) === dotOf(b) ||
        isToGo(a) && isToGo(b);
      const isDisputed = [a, b].some((it) => it !== undefined && this.written.isDisputed(it));
      if (isEqual || isDisputed) continue;
      const [its, others] = [a, b].map((it) =>
        it === undefined ? `nothing of ${key}` : describe(it)
      );
      return `holds ${its}, and the first one ${others}`;
    }
  }

  /** Where tombstones are left, though all servers that are known are there. */
  tombstones(): string | undefined {
    for (const { address, stores } of this.servers) {
      for (const [i, store] of stores.entries()) {
        const left = heldEntries(store).find(({ value }) => value === null);
        if (left !== undefined) return `${address} actor ${i} still holds ${describe(left)}`;
      }
    }
  }

  /** All that all replicas hold. */
  digest(): string {
    const lines = this.servers.flatMap(({ stores }) =>
      stores.map((store) => heldEntries(store).map(describe).join("\n"))
    );
    return lines.join("\n\n");
  }
}

/** Awaits between a message to a channel and all that waits for it; seen were 2. */
const reactionsMax = 4;

/** An inbox that is not there: the reply is of no interest. */
const nobody = 1_000_000_000;

/** Whether a replica counts other entries than its clock shows: by the last time at which it had to look. */
function countDifference(store: Store, nowMs: number): string | undefined {
  const shownAt = (timeMs: number) =>
    heldEntries(store).filter(({ value, expiresAt }) =>
      value !== null && (expiresAt === noExpiry || expiresAt > timeMs)
    ).length;
  const [least, most] = [shownAt(nowMs), shownAt(nowMs - defaultLimits.expiryTickMaxMs)];
  if (store.size >= least && store.size <= most) return undefined;
  return `has a count of ${store.size}, and should count from ${least} to ${most}`;
}

/** Whether nothing is shown of a key, or will not be for long: some have removed what there is already. */
function isToGo(entry: HeldEntry | undefined): boolean {
  return entry === undefined || entry.value === null || entry.expiresAt !== noExpiry;
}

function describe(entry: HeldEntry): string {
  const { key, value, isBin, counter, expiresAt, timestamp, sequence, uid } = entry;
  const text = value && new TextDecoder().decode(value.subarray(0, 60));
  const extras = `${isBin ? "bin, " : ""}${counter}${expiresAt ? `, until ${expiresAt}` : ""}`;
  return `${key} = ${text} (${timestamp}, ${sequence}, ${uid}; ${extras})`;
}
