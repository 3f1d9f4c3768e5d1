import type { Limits } from "../../limits.ts";
import type { ClusterObserver } from "../../simulate/cluster/cluster_observer.ts";
import type { Prng } from "../../simulate/world/prng.ts";
import { CheckedCluster } from "./checked_cluster.ts";
import { ConnectionFaults } from "./connection_faults.ts";
import type { SimulatedServer } from "../../simulate/cluster/simulated_cluster.ts";
import { missingWords } from "./joins.ts";
import { type Load, pick, putSome, randomLatency, settle } from "./workload.ts";

/** How long Puts, joins and cuts go on, in virtual milliseconds. */
const busyMs = 6_000;

/** Time after which a cluster that is left alone must have converged. */
const quietMs = 12_000;

/** The same for one whose links are slow. */
const slowQuietMs = 90_000;

/** Of a slow link; the fastest, at ten times this, holds back long values only. */
const slowBytesPerMs = 150;

/** A cut is mended within this: a server that joins waits longer than that for its sender. */
const cutMsMax = 3_000;

/**
 * Runs a whole cluster from one seed: up to five servers of up to four actors, with clocks up to
 * five seconds off that jump now and then, latencies of their own for each pair, now and then slow links,
 * Puts, Deletes and expiries of hot and cold keys, short and long values, servers that start and join at
 * random moments, servers that run already and join, links that are cut, in one direction or both, and
 * come back, and in some seeds `ConnectionFaults`.
 *
 * @param options.observer sees what happens
 * @param options.look sees the cluster as it is at the end
 * @returns what was wrong at the end, or `undefined`.
 */
export function runRandomScenario(
  seed: number,
  { look, limits, observer }: {
    look?: (cluster: CheckedCluster) => void;
    limits?: Limits;
    observer?: ClusterObserver;
  } = {},
): Promise<string | undefined> {
  return new RandomScenario(seed, limits, observer).run(look);
}

class RandomScenario {
  #cluster: CheckedCluster;
  #random: Prng;
  #load: Load;
  #faults: ConnectionFaults;
  /** Servers that started without joining anybody; by and by they join the first. */
  #alone = new Set<SimulatedServer>();

  constructor(seed: number, limits?: Limits, observer?: ClusterObserver) {
    this.#cluster = new CheckedCluster(seed, randomLatency, limits, observer);
    this.#random = this.#cluster.world.random;
    this.#load = { isHot: this.#chance(2), isLong: this.#chance(6) };
    this.#faults = new ConnectionFaults(this.#cluster, seed);
  }

  async run(look?: (cluster: CheckedCluster) => void): Promise<string | undefined> {
    const cluster = this.#cluster;
    const random = this.#random;
    const serversMax = 2 + random.below(4);
    const isSlow = this.#chance(8);
    if (isSlow) cluster.network.bytesPerMs = slowBytesPerMs * (1 + random.below(10));
    for (let i = 0, early = random.below(serversMax); i <= early; i++) await this.#start();
    let cutsLeft = random.below(3);
    while (cluster.world.nowMs < Math.max(busyMs, this.#faults.mendedMs)) {
      const isBusy = cluster.world.nowMs < busyMs && !this.#chance(4);
      await cluster.advance(random.below(isBusy ? 40 : 400));
      this.#faults.cutWhenDue();
      this.#faults.reconnectSometimes();
      const missing = cluster.missing();
      if (missing !== undefined) return missingWords(missing);
      const dice = random.below(200);
      if (dice < 6 && cluster.servers.length < serversMax) {
        await this.#start();
        if (cutsLeft > 0 && this.#chance(3)) {
          cutsLeft--;
          await cluster.advance(random.below(400));
          this.#isolate(cluster.servers.at(-1)!);
        }
      } else if (dice < 10 && cutsLeft > 0) {
        cutsLeft--;
        this.#cut();
      } else if (dice < 12) this.#joinAnother();
      else if (dice < 16) this.#putEverywhere();
      else if (dice < 18) this.#setClock(this.#pick());
      else if (dice < 180) putSome(cluster, random, this.#load);
    }
    const [first] = cluster.servers;
    for (const server of this.#alone) cluster.join(server, [first]);
    return settle(cluster, isSlow ? slowQuietMs : quietMs, look, true);
  }

  #chance(oneIn: number): boolean {
    return this.#random.below(oneIn) === 0;
  }

  async #start(): Promise<void> {
    const cluster = this.#cluster;
    const isFirst = cluster.servers.length === 0;
    const peers = isFirst || this.#chance(8) ? [] : [pick(cluster.servers, this.#random)];
    if (peers.length > 0 && this.#chance(3)) peers.push(pick(cluster.servers, this.#random));
    const server = await cluster.start({
      queryActorCount: 1 + this.#random.below(4),
      peers,
      // Without any skew in half of them, so that orders are equal but for the uid now and then.
      clockSkewMs: this.#random.below(2) * (this.#random.below(10_001) - 5_000),
    });
    if (peers.length === 0 && !isFirst) this.#alone.add(server);
  }

  /** Has a server that runs join another one, which it may know already. */
  #joinAnother(): void {
    const [server, sender] = [this.#pick(), this.#pick()];
    if (server !== sender) this.#cluster.join(server, [sender]);
  }

  /** Has a server's wall clock jump, forward or back. */
  #setClock(server: SimulatedServer): void {
    this.#cluster.setClock(server, this.#random.below(10_001) - 5_000);
  }

  /** The same key at the same moment on every server; some of them delete it. */
  #putEverywhere(): void {
    if (this.#load.isLong) return;
    for (const server of this.#cluster.servers) {
      if (this.#chance(3)) this.#cluster.delete(server, 0, "contended");
      else this.#cluster.put(server, 0, "contended", server.address);
    }
  }

  #cut(): void {
    const [a, b] = [this.#pick(), this.#pick()];
    if (a === b) return;
    const { network } = this.#cluster;
    if (this.#chance(2)) network.cut(a.address, b.address);
    else network.cutOneWay(a.address, b.address);
    this.#mendLater(a, [b]);
  }

  /** Cuts a server off from all others. */
  #isolate(server: SimulatedServer): void {
    const others = this.#cluster.servers.filter((other) => other !== server);
    for (const { address } of others) this.#cluster.network.cut(server.address, address);
    this.#mendLater(server, others);
  }

  #mendLater(server: SimulatedServer, others: readonly SimulatedServer[]): void {
    const { world, network } = this.#cluster;
    world.after(this.#random.below(cutMsMax), () => {
      for (const { address } of others) network.mend(server.address, address);
    });
  }

  #pick(): SimulatedServer {
    return pick(this.#cluster.servers, this.#random);
  }
}
