import { defaultLimits, type Limits } from "../../limits.ts";
import type { ClusterObserver } from "../../simulate/cluster/cluster_observer.ts";
import type { Prng } from "../../simulate/world/prng.ts";
import { CheckedCluster } from "./checked_cluster.ts";
import { ConnectionFaults } from "./connection_faults.ts";
import type { SimulatedServer } from "../../simulate/cluster/simulated_cluster.ts";
import { type Load, pick, putSome, randomLatency, settle } from "./workload.ts";

/** Servers end after each other with so much time in between, in virtual milliseconds. */
const betweenEndsMs = 1_500;

/** Time after the last end in which Puts go on. */
const busyMs = 2_000;

/** Time after which a cluster that is left alone must have converged, once lost peers are lost. */
const quietMs = 15_000;

/** The same for one whose links are slow. */
const slowQuietMs = 90_000;

/** What a server that crashes has sent arrives so much later, at most: it may be back before. */
const lateMsMax = 2_000;

/** So many servers remain at least: whatever two of them have, no end of one loses. */
const serversMin = 3;

/**
 * As the random scenario, but up to three servers end, one after the other: they crash in the middle
 * of whatever they do, some of them just when they join or are joined, or stop in order; some start
 * again on their old address. In some seeds servers give connections up, which deliver beside the next ones,
 * even when they have crashed. What only a crashed server had is lost; of all else nothing is.
 *
 * @returns what was wrong at the end, or `undefined`.
 */
export function runCrashScenario(
  seed: number,
  limits?: Limits,
  observer?: ClusterObserver,
): Promise<string | undefined> {
  return new CrashScenario(seed, limits, observer).run();
}

class CrashScenario {
  #cluster: CheckedCluster;
  #random: Prng;
  #load: Load;
  #faults: ConnectionFaults;

  constructor(seed: number, limits?: Limits, observer?: ClusterObserver) {
    this.#cluster = new CheckedCluster(seed, randomLatency, limits, observer);
    this.#random = this.#cluster.world.random;
    this.#load = { isHot: this.#chance(2), isLong: this.#chance(10) };
    this.#faults = new ConnectionFaults(this.#cluster, seed);
  }

  async run(): Promise<string | undefined> {
    const random = this.#random;
    const { network } = this.#cluster;
    const isSlow = this.#chance(8);
    if (isSlow) network.bytesPerMs = 500 + random.below(2_000);
    for (let i = 0, count = serversMin + random.below(3); i < count; i++) await this.#start();
    for (let i = 0, ends = 1 + random.below(3); i < ends; i++) {
      await this.#putFor(betweenEndsMs + random.below(betweenEndsMs));
      await this.#endOne();
    }
    await this.#putFor(busyMs);
    return settle(this.#cluster, defaultLimits.peerLostMs + (isSlow ? slowQuietMs : quietMs));
  }

  #chance(oneIn: number): boolean {
    return this.#random.below(oneIn) === 0;
  }

  #pick(): SimulatedServer {
    return pick(this.#cluster.servers, this.#random);
  }

  async #putFor(durationMs: number): Promise<void> {
    const { world } = this.#cluster;
    const endMs = world.nowMs + durationMs;
    while (world.nowMs < endMs) {
      await this.#cluster.advance(this.#random.below(40));
      this.#faults.reconnectSometimes();
      putSome(this.#cluster, this.#random, this.#load);
    }
  }

  /** Joins two servers, so that whichever of them crashes, the newcomer knows another one. */
  #start(sender?: SimulatedServer, address?: SimulatedServer): Promise<SimulatedServer> {
    const cluster = this.#cluster;
    const { servers } = cluster;
    const peers = servers.length === 0 ? [] : [sender ?? this.#pick()];
    const others = servers.filter((server) => server !== peers[0]);
    if (others.length > 0) peers.push(pick(others, this.#random));
    const options = { queryActorCount: 1 + this.#random.below(4), peers };
    return address === undefined ? cluster.start(options) : cluster.restart(address, options);
  }

  async #endOne(): Promise<void> {
    const server = await this.#choose();
    if (this.#cluster.servers.length <= serversMin) await this.#start();
    if (this.#chance(3)) await this.#cluster.stop(server, defaultLimits.closeDrainMs);
    else {
      this.#faults.delayLastWords(server, lateMsMax);
      await this.#cluster.crash(server);
    }
    if (this.#chance(2)) return;
    await this.#putFor(this.#random.below(1_000));
    const again = await this.#start(undefined, server);
    // A newcomer's newcomer, which must get from it what it is still being given itself.
    if (this.#chance(2)) await this.#start(again);
  }

  /** Any server, or one that has just begun to join another, or that other. */
  async #choose(): Promise<SimulatedServer> {
    if (this.#chance(2)) return this.#pick();
    const sender = this.#pick();
    const newcomer = await this.#start(sender);
    await this.#putFor(this.#random.below(600));
    return this.#chance(2) ? sender : newcomer;
  }
}
