import { defaultLimits } from "../../limits.ts";
import type { Prng } from "../../simulate/world/prng.ts";
import type { SimulatedWorld } from "../../simulate/world/simulated_environment.ts";
import type { CheckedCluster } from "./checked_cluster.ts";
import type { SimulatedServer } from "../../simulate/cluster/simulated_cluster.ts";

/** Values of this length make several messages of what one would hold otherwise. */
export const longValueBytes = 150_000;

/** In this time a converged cluster must not send a byte. */
const idleMs = 3_000;

/** At the end each clock jumps, and is at most so far off then. */
const clockJumpMs = 20_000;

/** What the Puts of a scenario are like. */
export interface Load {
  /** Whether half of them are of one key. */
  isHot: boolean;
  isLong: boolean;
  /** How many keys there are; default 40. */
  keys?: number;
}

/** A latency of its own for each pair and direction, and some jitter. */
export function randomLatency(world: SimulatedWorld): (from: string, to: string) => number {
  const baseMs = new Map<string, number>();
  const random = world.random.fork();
  return (from, to) => {
    const key = `${from} ${to}`;
    if (!baseMs.has(key)) baseMs.set(key, random.below(300));
    return baseMs.get(key)! + random.below(20);
  };
}

export function pick(servers: readonly SimulatedServer[], random: Prng): SimulatedServer {
  return servers[random.below(servers.length)];
}

/** What is put to expire does so within this: while all is busy, while it settles, and later. */
const ttlMsMax = 40_000;

/** One Put or several by one actor, chosen at random, Deletes and what expires among them. */
export function putSome(
  cluster: CheckedCluster,
  random: Prng,
  { isHot, isLong, keys = 40 }: Load,
): void {
  const server = pick(cluster.servers, random);
  const actor = random.below(server.queryActors.length);
  const count = isLong ? random.below(2) : random.below(10) === 0 ? 30 : 1;
  for (let i = 0; i < count; i++) {
    const key = isHot && random.below(2) === 0 ? "hot" : `key${random.below(keys)}`;
    const text = `${cluster.world.nowMs}/${i}`;
    const dice = random.below(20);
    const ttlMs = 1 + random.below(random.below(2) === 0 ? ttlMsMax / 20 : ttlMsMax);
    if (dice < 4) cluster.delete(server, actor, key);
    else if (dice < 6) cluster.expire(server, actor, key, dice === 4 ? null : ttlMs);
    else {
      const long = isLong ? text.padEnd(random.below(longValueBytes)) : text;
      const value = dice < 8 ? new TextEncoder().encode(long) : long;
      cluster.put(server, actor, key, value, dice % 4 === 0 ? { ttlMs } : {});
    }
  }
}

/**
 * Leaves a cluster alone for so long, and ends it.
 *
 * @param areAllThere whether all servers that were ever known are there: then no tombstones are left
 * @returns what is wrong then, or `undefined`.
 */
export async function settle(
  cluster: CheckedCluster,
  quietMs: number,
  look: (cluster: CheckedCluster) => void = () => {},
  areAllThere = false,
): Promise<string | undefined> {
  await cluster.advance(quietMs);
  for (const server of cluster.servers) {
    cluster.setClock(server, cluster.world.random.below(2 * clockJumpMs) - clockJumpMs);
  }
  const bytesBefore = cluster.network.bytesSent;
  await cluster.advance(idleMs);
  const bytesWhileIdle = cluster.network.bytesSent - bytesBefore;
  // A key that has expired and was deleted then waits as if it had not been deleted.
  if (areAllThere) await cluster.advance(2 * defaultLimits.expiredKeptMs);
  const difference = cluster.difference() ??
    (areAllThere ? cluster.tombstones() : undefined) ??
    (bytesWhileIdle > 0 ? `${bytesWhileIdle} bytes were sent while idle` : undefined);
  look(cluster);
  await cluster.close();
  return difference;
}
