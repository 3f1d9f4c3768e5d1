import { defaultLimits, type Limits } from "../../limits.ts";
import type { ClusterObserver } from "../../simulate/cluster/cluster_observer.ts";
import { Prng } from "../../simulate/world/prng.ts";
import { CheckedCluster } from "./checked_cluster.ts";
import { ConnectionFaults } from "./connection_faults.ts";
import type { SimulatedServer } from "../../simulate/cluster/simulated_cluster.ts";
import { putSome, randomLatency } from "./workload.ts";

/** Time after which a cluster that is left alone must have converged. */
const quietMs = 60_000;

/** So many that what comes back is not overwritten at once. */
const keys = 200;

/** No more newcomers come at any moment when so many servers are there. */
const serversMax = 6;

/** A clock that jumps is so far off then, at most. */
const clockHoursMax = 6;

/** How long a server is not there before it may be forgotten. */
const downMs = 8_000;

/** In this time the others have forgotten what was deleted, once nobody is waited for. */
const collectedMs = 10_000;

/**
 * Servers with disks, of which some are forgotten and come back, with what they had, with an older copy of it,
 * with a copy that another server has too, or without what was written last; halves of the cluster that
 * forget each other, take things apart from each other, and meet; newcomers in between, and in every fourth
 * seed at any moment; there clocks jump by hours, too. In some seeds `ConnectionFaults` happen.
 *
 * @returns what was wrong at the end, or `undefined`.
 */
export function runReturnScenario(
  seed: number,
  limits: Limits = defaultLimits,
  observer?: ClusterObserver,
): Promise<string | undefined> {
  return new ReturnScenario(seed, limits, observer).run();
}

class ReturnScenario {
  #cluster: CheckedCluster;
  #random: Prng;
  #faults: ConnectionFaults;
  /** Draws what is restored of a backup of another cluster; absent: nothing is. */
  #restores: Prng | undefined;
  /** Draws what happens beside all else: newcomers at any moment, clocks that jump by hours; absent: nothing does. */
  #more: Prng | undefined;
  /** How many entries were restored: each of them once, because it may be back if it is restored again. */
  #restored = 0;
  /** Copies of disks that were made some time, by the addresses of their servers. */
  #copies = new Map<string, readonly Uint8Array[]>();

  constructor(seed: number, limits: Limits, observer?: ClusterObserver) {
    this.#cluster = new CheckedCluster(seed, randomLatency, limits, observer);
    this.#random = this.#cluster.world.random;
    this.#faults = new ConnectionFaults(this.#cluster, seed);
    // Generators of their own, so that all else goes on as without them.
    if (seed % 4 === 0) this.#restores = new Prng(seed);
    if (seed % 4 === 3) this.#more = new Prng(seed);
  }

  async run(): Promise<string | undefined> {
    for (let i = 0, count = 2 + this.#random.below(2); i < count; i++) await this.#start([]);
    for (let i = 0, events = 1 + this.#random.below(3); i < events; i++) {
      await this.#putFor(4_000);
      const dice = this.#random.below(4);
      if (dice === 0) await this.#split();
      else if (dice === 1) await this.#start([]);
      else await this.#away();
    }
    await this.#putFor(1_000);
    const [first, ...others] = this.#cluster.servers;
    for (const other of others) this.#cluster.join(other, [first]);
    const { world } = this.#cluster;
    await this.#cluster.advance(Math.max(0, this.#faults.mendedMs - world.nowMs) + quietMs);
    const difference = this.#cluster.difference();
    await this.#cluster.close();
    return difference;
  }

  #chance(oneIn: number): boolean {
    return this.#random.below(oneIn) === 0;
  }

  #start(
    medium: readonly Uint8Array[],
    options: { port?: number; remembered?: readonly string[] } = {},
  ): Promise<SimulatedServer> {
    const { servers } = this.#cluster;
    return this.#cluster.start({
      queryActorCount: 1 + this.#random.below(2),
      peers: servers.length === 0 ? [] : [servers[this.#random.below(servers.length)]],
      clockSkewMs: this.#random.below(2) * (this.#random.below(10_001) - 5_000),
      medium,
      ...options,
    });
  }

  async #putFor(durationMs: number): Promise<void> {
    const { world, servers } = this.#cluster;
    const endMs = world.nowMs + durationMs;
    while (world.nowMs < endMs) {
      await this.#cluster.advance(this.#random.below(100));
      this.#faults.cutWhenDue();
      this.#faults.reconnectSometimes();
      putSome(this.#cluster, this.#random, { isHot: false, isLong: false, keys });
      this.#restore();
      await this.#happenMore();
      if (!this.#chance(20)) continue;
      const { address, disk } = servers[this.#random.below(servers.length)];
      this.#copies.set(address, [...disk!.batches]);
    }
  }

  /** Some entries of a backup of another cluster come to one server, with numbers of writes or without. */
  #restore(): void {
    const random = this.#restores;
    if (random === undefined || random.below(10) > 0) return;
    const { servers } = this.#cluster;
    const server = servers[random.below(servers.length)];
    for (let count = random.below(5); count > 0; count--) {
      const ageMs = random.below(60_000);
      const timestamp = server.environment.now() - ageMs;
      this.#cluster.merge(server, random.below(server.queryActors.length), {
        key: `key${random.below(keys)}`,
        value: `restored ${++this.#restored}`,
        order: [timestamp, this.#restored, `elsewhere:1/0123456789abcdef/${1 + random.below(3)}`],
        ...random.below(2) === 0 ? { expiresAt: timestamp + 60_000 + random.below(30_000) } : {},
        ...random.below(3) === 0 ? {} : { counter: this.#restored },
      });
    }
  }

  /** Now and then a newcomer joins, whoever is cut off or away, or a clock jumps by hours, ahead or back. */
  async #happenMore(): Promise<void> {
    const random = this.#more;
    if (random === undefined || random.below(100) > 0) return;
    const { servers } = this.#cluster;
    if (random.below(2) === 0 && servers.length < serversMax) return void await this.#start([]);
    const hours = random.below(2 * clockHoursMax) - clockHoursMax;
    this.#cluster.setClock(servers[random.below(servers.length)], hours * 3_600_000);
  }

  /** A server ends, may be forgotten, and comes back with some disk. */
  async #away(): Promise<void> {
    const { servers } = this.#cluster;
    if (servers.length < 2) return;
    const away = servers[this.#random.below(servers.length)];
    const remembered = servers.filter((it) => it !== away).map(({ address }) => address);
    const medium = [...away.disk!.batches];
    this.#faults.delayLastWords(away, downMs + collectedMs);
    await this.#cluster.crash(away);
    await this.#putFor(downMs);
    const isForgotten = !this.#chance(4);
    if (isForgotten) {
      for (const server of [...this.#cluster.servers]) {
        await this.#cluster.forget(server, away.address);
      }
    }
    // Long enough for the others to forget tombstones.
    await this.#putFor(isForgotten ? collectedMs : 3_000);
    const port = Number(away.address.split(":")[1]);
    const copy = this.#copies.get(away.address) ?? medium;
    const dice = this.#random.below(4);
    const cut = medium.slice(0, Math.max(0, medium.length - this.#random.below(8)));
    const found = dice === 0 ? copy : dice === 1 ? cut : medium;
    await this.#start(found, { port, remembered });
    // The same directory, copied to another machine.
    if (this.#chance(4)) await this.#start(found, { remembered });
  }

  /** Two halves are cut apart, forget each other, and meet again. */
  async #split(): Promise<void> {
    const { servers, network } = this.#cluster;
    const [left, right] = [servers.slice(0, 1), servers.slice(1)];
    for (const a of left) for (const b of right) network.cut(a.address, b.address);
    await this.#putFor(downMs);
    for (const [half, other] of [[left, right], [right, left]]) {
      for (const server of half) {
        for (const { address } of other) {
          if (!this.#chance(4)) await this.#cluster.forget(server, address);
        }
      }
    }
    await this.#putFor(collectedMs);
    // One that took things meanwhile is dead by then.
    if (right.length > 1 && this.#chance(3)) await this.#cluster.crash(right[0]);
    for (const a of left) for (const b of right) network.mend(a.address, b.address);
    const [first] = left;
    for (const server of right) {
      if (servers.includes(server)) this.#cluster.join(server, [first]);
    }
  }
}
