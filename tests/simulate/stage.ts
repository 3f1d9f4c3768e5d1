import { defaultLimits } from "../../limits.ts";
import type { Member } from "../../kvserver/mod.ts";
import type { ClusterObserver } from "../../simulate/cluster/cluster_observer.ts";
import { heldEntries } from "../../simulate/cluster/held_entries.ts";
import { CheckedCluster, withoutComparisons } from "./checked_cluster.ts";
import type { SimulatedServer } from "../../simulate/cluster/simulated_cluster.ts";

/** Bytes that a link of one megabit a second carries in a millisecond. */
export const megabit = 125;

/** In this time whoever can hear each other has told each other all. */
export const settledMs = 2_000;

/** Time in which nothing may be sent any more. */
const silenceMs = 60_000;

/** A cluster, and what the cases do with it. */
export class Stage {
  /** Sees what happens on all that are made from now on; `undefined`: nobody does. */
  static observer: ClusterObserver | undefined;
  readonly cluster: CheckedCluster;

  /** @param latencyMs of the next message, or of one from one address to another */
  constructor(
    latencyMs: number | ((from: string, to: string) => number) = 20,
    limits = withoutComparisons,
  ) {
    const latency = typeof latencyMs === "number" ? () => latencyMs : latencyMs;
    this.cluster = new CheckedCluster(1, () => latency, limits, Stage.observer);
  }

  /** Starts a server, and lets it come to know everyone. */
  async start(peers: SimulatedServer[] = [], queryActorCount = 1): Promise<SimulatedServer> {
    const server = await this.cluster.start({ queryActorCount, peers });
    await this.cluster.advance(settledMs);
    return server;
  }

  /** Ends a server, and restarts it on its address. */
  async replace(server: SimulatedServer, peers: SimulatedServer[]): Promise<SimulatedServer> {
    await this.cluster.crash(server);
    const next = await this.cluster.restart(server, { queryActorCount: 1, peers });
    await this.cluster.advance(settledMs);
    return next;
  }

  /** Two servers, which hold an entry of one of them and one of a server that is no more. */
  async pairWithHistory(name: string): Promise<[SimulatedServer, SimulatedServer]> {
    const first = await this.start();
    const ended = await this.start([first]);
    this.put(first, `living${name}`);
    this.put(ended, `ended${name}`);
    await this.cluster.advance(settledMs);
    const second = await this.replace(ended, [first]);
    // So that the earlier incarnation is long forgotten.
    await this.cluster.advance(10 * defaultLimits.peerLostMs);
    return [first, second];
  }

  put(server: SimulatedServer, key: string, bytes = 1): void {
    this.cluster.put(server, 0, key, "x".repeat(bytes));
  }

  putMany(server: SimulatedServer, count: number, bytes: number): void {
    for (let i = 0; i < count; i++) this.put(server, `key${i}`, bytes);
  }

  async untilReady(server: SimulatedServer, timeoutMs: number): Promise<void> {
    const endMs = this.cluster.world.nowMs + timeoutMs;
    while (!server.actors.ready && this.cluster.world.nowMs < endMs) {
      await this.cluster.advance(10);
    }
  }

  /** The rows of `Members` of a server. */
  async membersOf(server: SimulatedServer): Promise<readonly Member[]> {
    return await this.cluster.settled(server.actors.members(), settledMs);
  }

  /** Has a server forget another one. @returns whether it was known. */
  async forget(server: SimulatedServer, address: string): Promise<unknown> {
    return (await this.cluster.forget(server, address)).result;
  }

  /** @returns how many bytes were sent meanwhile. */
  async bytesWithin(durationMs: number): Promise<number> {
    const before = this.cluster.network.bytesSent;
    await this.cluster.advance(durationMs);
    return this.cluster.network.bytesSent - before;
  }

  /** What is wrong after so long: each server must hold all, these keys among it, and be silent. */
  async end(quietMs: number, keys: readonly string[] = []): Promise<string | undefined> {
    await this.cluster.advance(quietMs);
    const difference = this.cluster.difference() ?? this.#lacking(keys);
    // What a comparison has found is looked at once more.
    await this.cluster.advance(settledMs);
    const bytes = await this.bytesWithin(silenceMs);
    await this.cluster.close();
    return difference ?? (bytes > 0 ? `${bytes} bytes were sent while idle` : undefined);
  }

  #lacking(keys: readonly string[]): string | undefined {
    for (const { address, stores } of this.cluster.servers) {
      const held = new Set(heldEntries(stores[0]).map(({ key }) => key));
      const missing = keys.find((key) => !held.has(key));
      if (missing !== undefined) return `${address} lacks ${missing}`;
    }
  }
}
