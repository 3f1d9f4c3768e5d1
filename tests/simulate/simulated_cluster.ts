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
import { incarnationOf, isLater } from "../../kvserver/entry/order.ts";
import { writeQuery } from "../support/kvserver/query_messages.ts";
import { Store } from "../../kvserver/store/mod.ts";
import { beginRequest, type Call, MsgpackWriter } from "../../rpc/mod.ts";
import { type SimulatedEnvironment, SimulatedWorld } from "../support/simulated_environment.ts";
import { heldEntries, type HeldEntry, heldEntry } from "../support/store/held_entries.ts";
import { assertAfterEachMessage } from "../support/actors.ts";
import { SimulatedNetwork } from "../support/simulated_network.ts";

/** Without comparisons that nobody owes: they would mend what is wrong before anybody sees it. */
export const withoutComparisons = withLimits({ comparisonIntervalMs: 1e12 });

/** A replica that lets the test see what it takes. */
class ObservedStore extends Store {
  constructor(private readonly onPut: (entry: HeldEntry) => void) {
    super();
  }

  override put(...args: Parameters<Store["put"]>): number {
    const n = super.put(...args);
    this.onPut(heldEntry(this, n));
    return n;
  }

  override expire(...args: Parameters<Store["expire"]>): void {
    super.expire(...args);
    this.onPut(heldEntry(this, args[0]));
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
}

/** Servers on one virtual timeline, and a model of what they must come to hold. */
export class SimulatedCluster {
  readonly world: SimulatedWorld;
  readonly network: SimulatedNetwork;
  readonly servers: SimulatedServer[] = [];
  /** The last Put of each key, by the incarnation of the server that accepted it. */
  #puts = new Map<string, Map<string, HeldEntry>>();
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
    },
  ): Promise<SimulatedServer> {
    const { queryActorCount, peers = [], clockSkewMs, advertise, load } = options;
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
    const puts = new Map<string, HeldEntry>();
    this.#puts.set(system.incarnation, puts);
    const stores: Store[] = [];
    const actors = new ServerActors(system, {
      queryActorCount,
      version: "simulated",
      ready: peers.length === 0,
      figures: syncFiguresOf(system),
      fraction: () => environment.fraction(),
    });
    const queryActors = Array.from({ length: queryActorCount }, () => {
      const store = new ObservedStore((entry) => takeLater(puts, entry));
      stores.push(store);
      return startQueryActor(system, actors.settings, { store });
    });
    if (load !== undefined) { for (const store of stores) load(store); }
    actors.begin(queryActors, load === undefined ? undefined : true);
    if (peers.length > 0) actors.join(peers.map((peer) => peer.actors.syncActor));
    const server = { address: `server:${port}`, environment, system, actors, queryActors, stores };
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
    this.#puts.delete(server.system.incarnation);
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

  /**
   * What keeps the cluster from being converged and at rest, or `undefined`.
   *
   * Each replica must hold what the model does: of each key, the last Put of all servers that did not
   * crash. A Put of a server that crashed is on all replicas or on none, and may win.
   */
  difference(): string | undefined {
    if (this.#faults.length > 0) return this.#faults[0];
    for (const { address, system, actors } of this.servers) {
      const { maxMessageRate, ready } = actors.stats();
      if (maxMessageRate > 10) return `${address} sent ${maxMessageRate} messages within a second`;
      if (!ready) return `${address} is not ready`;
      if (system.openChannels > 0) return `${address} has ${system.openChannels} open channels`;
    }
    const expected = this.#expected();
    const dots = new Map<string, string>();
    for (const { key, uid, counter } of expected.values()) {
      const dot = `${uid} ${counter}`;
      if (dots.has(dot)) return `write ${dot} is one of ${key} and of ${dots.get(dot)}`;
      dots.set(dot, key);
    }
    for (const { address, environment, stores } of this.servers) {
      for (const [i, store] of stores.entries()) {
        store.assertInvariants();
        const difference = firstDifference(store, expected) ??
          countDifference(store, [...expected.values()], environment.now());
        if (difference !== undefined) return `${address} actor ${i} holds ${difference}`;
      }
    }
    return undefined;
  }

  /** What all replicas must hold. */
  #expected(): Map<string, HeldEntry> {
    const expected = new Map<string, HeldEntry>();
    for (const puts of this.#puts.values()) {
      for (const entry of puts.values()) takeLater(expected, entry);
    }
    for (const { stores } of this.servers) {
      for (const entry of heldEntries(stores[0])) {
        if (!this.#puts.has(incarnationOf(entry.uid))) takeLater(expected, entry);
      }
    }
    return expected;
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

function takeLater(entries: Map<string, HeldEntry>, entry: HeldEntry): void {
  if (isLater(entry, entries.get(entry.key))) entries.set(entry.key, entry);
}

function firstDifference(
  store: Store,
  expected: ReadonlyMap<string, HeldEntry>,
): string | undefined {
  let count = 0;
  for (const entry of heldEntries(store)) {
    const wanted = expected.get(entry.key);
    count++;
    if (wanted === undefined) return `${describe(entry)}, which nobody put`;
    if (!isSame(entry, wanted)) return `${describe(entry)} and should hold ${describe(wanted)}`;
  }
  if (count === expected.size) return undefined;
  const held = new Set(heldEntries(store).map(({ key }) => key));
  const missing = [...expected.values()].filter(({ key }) => !held.has(key));
  return `${count} keys and lacks ${missing.length}, such as ${describe(missing[0])}`;
}

/** Whether a replica counts other entries than its clock shows: by the last time at which it had to look. */
function countDifference(
  store: Store,
  expected: readonly HeldEntry[],
  nowMs: number,
): string | undefined {
  const shownAt = (timeMs: number) =>
    expected.filter(({ value, expiresAt }) =>
      value !== null && (expiresAt === noExpiry || expiresAt > timeMs)
    ).length;
  const [least, most] = [shownAt(nowMs), shownAt(nowMs - defaultLimits.expiryTickMaxMs)];
  if (store.size >= least && store.size <= most) return undefined;
  return `a count of ${store.size}, and should count from ${least} to ${most}`;
}

function isSame(a: HeldEntry, b: HeldEntry): boolean {
  if (a.isBin !== b.isBin || a.counter !== b.counter || a.expiresAt !== b.expiresAt) return false;
  if (isLater(a, b) || isLater(b, a) || a.value?.length !== b.value?.length) return false;
  return a.value?.every((byte, i) => byte === b.value![i]) ?? true;
}

function describe(entry: HeldEntry): string {
  const { key, value, isBin, counter, expiresAt, timestamp, sequence, uid } = entry;
  const text = value && new TextDecoder().decode(value.subarray(0, 60));
  const extras = `${isBin ? "bin, " : ""}${counter}${expiresAt ? `, until ${expiresAt}` : ""}`;
  return `${key} = ${text} (${timestamp}, ${sequence}, ${uid}; ${extras})`;
}
