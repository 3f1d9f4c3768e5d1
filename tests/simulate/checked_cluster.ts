import type { ActorSystem } from "../../actor/mod.ts";
import { defaultLimits, type Limits, withLimits } from "../../limits.ts";
import { LogReading } from "../../kvserver/disk/log_reading.ts";
import { noExpiry } from "../../kvserver/entry/entry.ts";
import { EntryReader } from "../../kvserver/entry/entry_reader.ts";
import type { SyncAnswer } from "../../kvserver/messages/sync_questions.ts";
import type { Store } from "../../kvserver/store/mod.ts";
import type { ClusterObserver, ServerStart } from "../../simulate/cluster/cluster_observer.ts";
import { heldEntries, type HeldEntry } from "../../simulate/cluster/held_entries.ts";
import type { ReplicaObserver } from "../../simulate/cluster/observed_store.ts";
import {
  SimulatedCluster,
  type SimulatedServer,
} from "../../simulate/cluster/simulated_cluster.ts";
import type { SimulatedNetwork } from "../../simulate/network/simulated_network.ts";
import type {
  SimulatedEnvironment,
  SimulatedWorld,
} from "../../simulate/world/simulated_environment.ts";
import { assertBetweenMessages } from "../support/actors.ts";
import { Joins, type Missing } from "./joins.ts";
import { dotOf, Written } from "./written.ts";

/** Without comparisons that nobody owes: they would mend what is wrong before anybody sees it. */
export const withoutComparisons = withLimits({ comparisonIntervalMs: 1e12 });

const MiB = 1024 * 1024;

/** Less than in truth, because so much would take long to put: no value here is as long as some are. */
export const smallOutbox: Limits = {
  ...withoutComparisons,
  syncMessageBytesMax: MiB,
  readAheadBytesMax: 2 * MiB,
  outboxBytesMax: 4 * MiB,
};

/** After so many messages an actor asserts its invariants, and at the end in any case. */
const assertedEvery = 4;

/** A simulated cluster with a model of what its servers must come to hold. */
export class CheckedCluster extends SimulatedCluster {
  /** Virtual time of all that were closed. */
  static simulatedMs = 0;
  /** All that was written. */
  readonly written = new Written();
  #joins = new Joins(this.written, this.network);
  /** How far any clock was ahead of the true time, ever. */
  #aheadMsMax = 0;
  /** By the system of a server: has its actors assert what they state. */
  #asserting = new Map<ActorSystem, () => void>();

  /** @param limits of all servers @param observer sees what happens */
  constructor(
    seed: number,
    latencyMs: (world: SimulatedWorld) => SimulatedNetwork["latencyMs"],
    limits: Limits = withoutComparisons,
    observer?: ClusterObserver,
  ) {
    super(seed, latencyMs, limits, observer);
  }

  override setClock(server: SimulatedServer, skewMs: number): void {
    this.#aheadMsMax = Math.max(this.#aheadMsMax, skewMs);
    super.setClock(server, skewMs);
  }

  override async close(): Promise<void> {
    await super.close();
    CheckedCluster.simulatedMs += this.world.nowMs;
  }

  override async start(
    options: Parameters<SimulatedCluster["start"]>[0],
  ): Promise<SimulatedServer> {
    if ((options.medium?.length ?? 0) > 0) this.written.mayReturn();
    this.#aheadMsMax = Math.max(this.#aheadMsMax, options.clockSkewMs ?? 0);
    const server = await super.start(options);
    this.written.startedWith(server.system.incarnation, writesOf(options.medium ?? []));
    const [sender] = options.peers ?? [];
    if (sender !== undefined) this.#joins.began(server, sender);
    return server;
  }

  override join(server: SimulatedServer, others: readonly SimulatedServer[]): void {
    this.#joins.began(server, others[0]);
    super.join(server, others);
  }

  /** Of a server that says that it is ready, what it was to take over and does not hold. To be asked at each moment. */
  missing(): Missing | undefined {
    return this.#joins.missing();
  }

  override forget(server: SimulatedServer, address: string): Promise<SyncAnswer> {
    this.written.mayReturn();
    return super.forget(server, address);
  }

  override crash(server: SimulatedServer): Promise<void> {
    this.written.crashed(server.system.incarnation);
    return super.crash(server);
  }

  protected override replicaObserver(replica: string): ReplicaObserver {
    const others = super.replicaObserver(replica);
    return {
      ...others,
      wrote: (entry, replaced) => {
        this.written.add({ ...entry, replaced: replaced && dotOf(replaced) });
        others?.wrote?.(entry, replaced);
      },
    };
  }

  protected override prepare(start: ServerStart): void {
    super.prepare(start);
    const assertAll = assertBetweenMessages(start.system, assertedEvery);
    this.#asserting.set(start.system, assertAll);
    this.written.started(start.system.incarnation);
  }

  /** What keeps the cluster from being converged and at rest, or `undefined`. */
  difference(): string | undefined {
    for (const { system } of this.servers) this.#assertInvariants(system);
    if (this.faults.length > 0) return this.faults[0];
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
        const difference = this.#fault(held, environment) ??
          this.#firstDifference(held, first ??= held) ??
          countDifference(store.size, held, nowMs);
        if (difference !== undefined) return `${address} actor ${i} ${difference}`;
      }
    }
    return undefined;
  }

  /** Says which server does not know that another one is there; `undefined`: all know each other. */
  async apart(): Promise<string | undefined> {
    for (const { address, actors } of this.servers) {
      const members = await this.settled(actors.members());
      const up = new Set(members.filter(({ state }) => state === "up").map((it) => it.address));
      const other = this.servers.find((it) => it.address !== address && !up.has(it.address));
      if (other !== undefined) return `${address} does not know that ${other.address} is there`;
    }
  }

  #assertInvariants(system: ActorSystem): void {
    try {
      this.#asserting.get(system)!();
    } catch (error) {
      this.faults.push(`An actor of ${system.address} is not as it should be: ${error}`);
    }
  }

  /** The keys of which some replica holds what is wrong, whatever the others do. */
  get wrongKeys(): ReadonlySet<string> {
    const wrong = new Set<string>();
    for (const { environment, stores } of this.servers) {
      const isGone = this.#goneBy(environment);
      for (const store of stores) {
        const held = new Map(heldEntries(store).map((entry) => [entry.key, entry]));
        for (const key of new Set([...held.keys(), ...this.written.keys])) {
          if (this.written.fault(key, held.get(key), isGone) !== undefined) wrong.add(key);
        }
      }
    }
    return wrong;
  }

  /**
   * Says whether an entry may be removed: it has expired by the clock of its server and those of the others, which
   * are off; or by one that was far ahead for a while, and was alone then.
   */
  #goneBy(environment: SimulatedEnvironment): (entry: HeldEntry) => boolean {
    const nowMs = environment.now();
    const latestMs = nowMs - environment.clockSkewMs + this.#aheadMsMax;
    const { expiredKeptMs } = defaultLimits;
    return ({ expiresAt }) =>
      expiresAt !== noExpiry &&
      (expiresAt + expiredKeptMs / 2 <= nowMs || expiresAt + expiredKeptMs <= latestMs);
  }

  /** What is wrong with what a replica holds, whatever the others do. */
  #fault(
    held: ReadonlyMap<string, HeldEntry>,
    environment: SimulatedEnvironment,
  ): string | undefined {
    const isGone = this.#goneBy(environment);
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
        const left = tombstoneIn(store);
        if (left !== undefined) return `${address} actor ${i} still holds ${describe(left)}`;
      }
    }
  }

  /** A key of which some replica holds a tombstone. */
  get keptKey(): string | undefined {
    const stores = this.servers.flatMap(({ stores }) => stores);
    return stores.map(tombstoneIn).find((it) => it !== undefined)?.key;
  }

  /** All that all replicas hold. */
  digest(): string {
    const lines = this.servers.flatMap(({ stores }) =>
      stores.map((store) => heldEntries(store).map(describe).join("\n"))
    );
    return lines.join("\n\n");
  }
}

/** The writes that a server finds which starts with this medium. */
function* writesOf(medium: readonly Uint8Array[]): Iterable<{ uid: string; counter: number }> {
  const reading = new LogReading();
  for (const batch of medium.toReversed()) {
    const left = reading.take(batch);
    if (left === undefined) continue;
    for (const entry = new EntryReader(left.bytes); entry.next();) {
      yield { uid: entry.uid, counter: entry.counter };
    }
  }
}

function tombstoneIn(store: Store): HeldEntry | undefined {
  return heldEntries(store).find(({ value }) => value === null);
}

/** Whether a replica counts other entries than its clock shows: by the last time at which it had to look. */
function countDifference(
  count: number,
  held: ReadonlyMap<string, HeldEntry>,
  nowMs: number,
): string | undefined {
  const shownAt = (timeMs: number) =>
    [...held.values()].filter(({ value, expiresAt }) =>
      value !== null && (expiresAt === noExpiry || expiresAt > timeMs)
    ).length;
  const [least, most] = [shownAt(nowMs), shownAt(nowMs - defaultLimits.expiryTickMaxMs)];
  if (count >= least && count <= most) return undefined;
  return `has a count of ${count}, and should count from ${least} to ${most}`;
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
