import { defaultLimits, type Limits } from "../../limits.ts";
import type { ClusterObserver } from "../../simulate/cluster/cluster_observer.ts";
import type { SimulatedServer } from "../../simulate/cluster/simulated_cluster.ts";
import type { Prng } from "../../simulate/world/prng.ts";
import { CheckedCluster } from "./checked_cluster.ts";
import { pick, putSome, randomLatency } from "./workload.ts";

/** A cut lasts from so long to so many times as long: servers that are named meanwhile are not met within a minute. */
const [cutMsMin, cutMsFactor] = [2_000, 60];

/** In this time what is put is on the disk. */
const writtenMs = 100;

/** In this time each half has told all of its servers whom it has forgotten. */
const toldMs = 2_000;

/** In this time the others have forgotten what was deleted, once nobody is waited for. */
const collectedMs = 10_000;

/** No more newcomers come when so many servers are there. */
const serversMax = 6;

/**
 * Time after which all know each other and hold the same: who could not be met is met again after pauses that
 * grow, and counts as lost for a while where it was not reached.
 */
const quietMs = defaultLimits.unmetPauseMaxMs + 60_000;

/**
 * Servers that are cut apart for seconds or minutes: one from another, from some or from all, one way or both
 * ways; newcomers join meanwhile, wherever they reach somebody. Halves of any size forget each other, all of one
 * another or some, and are joined by one server of each when the cut is over; others forget whom they do not
 * reach though a third one does; one that took things meanwhile may
 * be dead by then. The power of some may fail while they are cut off: what they took is on their disks alone then.
 * At the end all know each other.
 *
 * @returns what was wrong at the end, or `undefined`.
 */
export function runPartitionScenario(
  seed: number,
  limits?: Limits,
  observer?: ClusterObserver,
): Promise<string | undefined> {
  return new PartitionScenario(seed, limits, observer).run();
}

class PartitionScenario {
  #cluster: CheckedCluster;
  #random: Prng;

  constructor(seed: number, limits?: Limits, observer?: ClusterObserver) {
    this.#cluster = new CheckedCluster(seed, randomLatency, limits, observer);
    this.#random = this.#cluster.world.random;
  }

  async run(): Promise<string | undefined> {
    const cluster = this.#cluster;
    for (let i = 0, count = 2 + this.#random.below(4); i < count; i++) await this.#start();
    await this.#putFor(4_000);
    for (let i = 0, events = 1 + this.#random.below(3); i < events; i++) {
      if (this.#chance(2)) await this.#cut();
      else await this.#split();
      // So that halves which are made next know each other.
      await this.#putFor(toldMs + this.#random.below(4_000));
    }
    await cluster.advance(quietMs);
    const difference = cluster.difference() ?? await cluster.apart();
    await cluster.close();
    return difference;
  }

  #chance(oneIn: number): boolean {
    return this.#random.below(oneIn) === 0;
  }

  /** Starts a server. @param peers default: it joins one of the others */
  #start(
    options: {
      peers?: readonly SimulatedServer[];
      medium?: readonly Uint8Array[];
      port?: number;
    } = {},
  ): Promise<SimulatedServer> {
    const { servers } = this.#cluster;
    return this.#cluster.start({
      queryActorCount: 1 + this.#random.below(2),
      peers: servers.length === 0 ? [] : [pick(servers, this.#random)],
      clockSkewMs: this.#random.below(2) * (this.#random.below(10_001) - 5_000),
      medium: [],
      ...options,
    });
  }

  /** Puts go on, more and more seldom: a long cut is not different from a short one in how much is written. */
  async #putFor(durationMs: number): Promise<void> {
    const { world } = this.#cluster;
    const beganMs = world.nowMs;
    while (world.nowMs < beganMs + durationMs) {
      const passedMs = world.nowMs - beganMs;
      await this.#cluster.advance(1 + this.#random.below(Math.max(100, passedMs / 4)));
      putSome(this.#cluster, this.#random, { isHot: false, isLong: false });
    }
  }

  /** How long a cut lasts: short ones are as frequent as long ones. */
  #cutMs(): number {
    return cutMsMin * cutMsFactor ** (this.#random.below(1_000) / 1_000);
  }

  /** Cuts some links for a while, some of them one way. Newcomers come meanwhile. */
  async #cut(): Promise<void> {
    const { servers, network } = this.#cluster;
    const cut: [string, string][] = [];
    for (const a of servers) {
      for (const b of servers) {
        if (a === b || !this.#chance(3)) continue;
        cut.push([a.address, b.address]);
        if (this.#chance(2)) network.cut(a.address, b.address);
        else network.cutOneWay(a.address, b.address);
      }
    }
    await this.#passWithNewcomers();
    for (const [a, b] of cut) {
      if (!this.#chance(2) || !await this.#areHeard(a, b)) continue;
      for (const [forgetful, other] of [[a, b], [b, a]]) {
        const server = servers.find(({ address }) => address === forgetful)!;
        if (!this.#chance(4)) await this.#cluster.forget(server, other);
      }
    }
    for (const [a, b] of cut) network.mend(a, b);
  }

  /** Whether a third server is connected to both of two: it brings them together if they forget each other. */
  async #areHeard(...two: readonly string[]): Promise<boolean> {
    for (const { address, actors } of this.#cluster.servers) {
      if (two.includes(address)) continue;
      const members = await this.#cluster.settled(actors.members());
      const up = members.filter(({ state }) => state === "up").map((it) => it.address);
      if (two.every((it) => up.includes(it))) return true;
    }
    return false;
  }

  async #passWithNewcomers(): Promise<void> {
    const cutMs = this.#cutMs();
    const partMs = cutMs / (1 + this.#random.below(3));
    for (let leftMs = cutMs; leftMs > 0; leftMs -= partMs) {
      await this.#putFor(Math.min(leftMs, partMs));
      if (this.#cluster.servers.length < serversMax && this.#chance(3)) await this.#start();
    }
  }

  /** Two halves are cut apart, forget each other or not, and meet again. */
  async #split(): Promise<void> {
    const { servers, network } = this.#cluster;
    if (servers.length < 2) return;
    const all = [...servers];
    const at = 1 + this.#random.below(all.length - 1);
    const [left, right] = [all.slice(0, at), all.slice(at)];
    for (const a of left) for (const b of right) network.cut(a.address, b.address);
    await this.#putFor(this.#cutMs());
    if (this.#chance(3)) await this.#failPower(right);
    for (const [half, other] of [[left, right], [right, left]]) {
      if (this.#chance(4)) continue;
      // What one forgets the others of its half do.
      const forgetful = this.#chance(2) ? half : [pick(half, this.#random)];
      for (const server of forgetful) {
        for (const { address } of other) {
          if (!this.#chance(6)) await this.#cluster.forget(server, address);
        }
      }
    }
    // Whoever is told only now to forget the other half would forget it when it has just joined it.
    await this.#putFor(toldMs + this.#random.below(2) * collectedMs);
    if (right.length > 1 && this.#chance(3)) await this.#cluster.crash(right.pop()!);
    for (const a of left) for (const b of right) network.mend(a.address, b.address);
    const joined = this.#chance(3) ? left.slice(0, 2) : [pick(left, this.#random)];
    this.#cluster.join(pick(right, this.#random), joined);
  }

  /** The power of all servers of a half fails, or of one; they start again with their disks. */
  async #failPower(half: SimulatedServer[]): Promise<void> {
    const at = this.#random.below(half.length);
    const failed = this.#chance(2) ? half.splice(0) : half.splice(at, 1);
    // Nobody puts these once more. In the end they are on the disk, or were not acknowledged.
    for (const server of failed) this.#cluster.put(server, 0, `${server.address} fails`, "v");
    await this.#cluster.advance(this.#random.below(writtenMs));
    const found = failed.map(({ address, disk }) => ({
      port: Number(address.split(":")[1]),
      medium: [...disk!.batches],
    }));
    for (const server of failed) await this.#cluster.crash(server);
    await this.#putFor(toldMs);
    for (const options of found) {
      half.push(await this.#start({ ...options, peers: half.slice(0, 1) }));
    }
    await this.#putFor(toldMs);
  }
}
