import { defaultLimits } from "../../limits.ts";
import { Prng } from "../../simulate/world/prng.ts";
import type { SimulatedServer } from "../../simulate/cluster/simulated_cluster.ts";
import type { CheckedCluster } from "./checked_cluster.ts";
import { pick } from "./workload.ts";

/** In one of so many seeds connections are given up, and in one of so many a cut is long. */
const [seedsPerReconnects, seedsPerLongCut] = [3, 8];

/** A connection is given up at one of so many moments. */
const momentsPerReconnect = 40;

/** What is on its way on a connection that is given up comes so much later, at most. */
const lateMsMax = 8_000;

/** A long cut begins within so many virtual milliseconds. */
const longCutWithinMs = 6_000;

/** It is longer than a peer may be neither reached nor heard, by up to so much. */
const longCutMoreMs = 20_000;

/**
 * What becomes of the connections of a cluster beside short cuts. In some seeds servers give one up and dial anew,
 * one of two or both, while the old one still delivers; in some a cut lasts so long that peers count as lost, mostly
 * one way.
 *
 * All of it is drawn from a generator of its own, so that all else goes on as without it.
 */
export class ConnectionFaults {
  /** When the cut is mended that is long; 0: none was made. */
  mendedMs = 0;
  #cluster: CheckedCluster;
  #random: Prng;
  #hasReconnects: boolean;
  /** When the long cut is due. */
  #longCutMs: number;

  constructor(cluster: CheckedCluster, seed: number) {
    this.#cluster = cluster;
    this.#random = new Prng(~seed);
    this.#hasReconnects = seed % seedsPerReconnects === 0;
    const hasLongCut = seed % seedsPerLongCut === 0;
    this.#longCutMs = hasLongCut ? this.#random.below(longCutWithinMs) : Infinity;
  }

  /** Begins the long cut when it is due. To be called again and again. */
  cutWhenDue(): void {
    const { servers, world } = this.#cluster;
    if (world.nowMs >= this.#longCutMs && servers.length > 1) this.#cutLong();
  }

  /** Now and then two servers have a second connection. To be called again and again. */
  reconnectSometimes(): void {
    const random = this.#random;
    if (!this.#hasReconnects || random.below(momentsPerReconnect) > 0) return;
    const { servers } = this.#cluster;
    const [a, b] = [pick(servers, random), pick(servers, random)];
    if (a === b) return;
    this.#reconnect(a, b, lateMsMax);
    if (random.below(3) === 0) this.#reconnect(b, a, lateMsMax);
  }

  /** What a server has sent comes late: others hear of its end before. To be called when it is about to end. */
  delayLastWords(server: SimulatedServer, lateMsMax: number): void {
    if (!this.#hasReconnects) return;
    for (const other of this.#cluster.servers) {
      if (other !== server && this.#random.below(3) > 0) this.#reconnect(server, other, lateMsMax);
    }
  }

  /** Mostly a little late: then more comes in between. */
  #reconnect(from: SimulatedServer, to: SimulatedServer, lateMsMax: number): void {
    const lateMs = this.#random.below(this.#random.below(3) === 0 ? lateMsMax : lateMsMax / 20);
    this.#cluster.network.reconnect(from.address, to.address, lateMs);
  }

  /** Cuts what a server sends to another one, or to all others, or what it is sent; now and then both. */
  #cutLong(): void {
    this.#longCutMs = Infinity;
    const { servers, network, world } = this.#cluster;
    const random = this.#random;
    const server = pick(servers, random);
    const all = servers.filter((other) => other !== server);
    const others = random.below(2) === 0 ? all : [pick(all, random)];
    const dice = random.below(5);
    for (const { address } of others) {
      if (dice < 3) network.cutOneWay(server.address, address);
      if (dice > 1) network.cutOneWay(address, server.address);
    }
    const durationMs = defaultLimits.peerLostMs + random.below(longCutMoreMs);
    this.mendedMs = world.nowMs + durationMs;
    world.after(durationMs, () => {
      for (const { address } of others) network.mend(server.address, address);
    });
  }
}
