import type { Limits } from "../../limits.ts";
import type { ClusterObserver } from "../../simulate/cluster/cluster_observer.ts";
import type { Prng } from "../../simulate/world/prng.ts";
import { CheckedCluster } from "./checked_cluster.ts";
import type { SimulatedServer } from "../../simulate/cluster/simulated_cluster.ts";
import { missingWords } from "./joins.ts";
import { longValueBytes, randomLatency, settle } from "./workload.ts";

/** How long the Puts go on when the second server has begun to join. */
const burstMs = 2_000;

/** Time after which a cluster that is left alone must have converged. */
const quietMs = 12_000;

/**
 * More is put than messages can hold, before and while a second server joins: at every moment
 * something is on its way from one replica to the others, or waits for its turn.
 *
 * @returns what was wrong, or `undefined`.
 */
export async function runBurstScenario(
  seed: number,
  limits?: Limits,
  observer?: ClusterObserver,
): Promise<string | undefined> {
  const cluster = new CheckedCluster(seed, randomLatency, limits, observer);
  const { world } = cluster;
  const { random } = world;
  const sender = await cluster.start({ queryActorCount: 4 });
  putBurst(cluster, sender, random, 120);
  await cluster.advance(random.below(2) === 0 ? 3_000 : random.below(600));
  const newcomer = await cluster.start({ queryActorCount: 1 + random.below(4), peers: [sender] });
  const burstEndMs = world.nowMs + burstMs;
  while (world.nowMs < burstEndMs || !newcomer.actors.ready) {
    if (world.nowMs < burstEndMs) putBurst(cluster, sender, random, 2);
    await cluster.advance(10);
    const missing = cluster.missing();
    if (missing !== undefined) return missingWords(missing);
    if (world.nowMs > burstEndMs + quietMs) return `${newcomer.address} is not ready`;
  }
  // What is put while the state is sent is sent too, and is not left to a comparison, unless too much waits.
  let repairs = 0;
  const wrong = await settle(cluster, quietMs, ({ servers }) => {
    const stats = servers.map(({ actors }) => actors.stats());
    if (stats.some(({ overflows }) => overflows > 0)) return;
    repairs = stats.reduce((sum, { repairs }) => sum + repairs, 0);
  });
  return wrong ?? (repairs > 0 ? `${repairs} entries had to be repaired` : undefined);
}

/** On all actors but the one whose replica is read for newcomers. */
function putBurst(
  cluster: CheckedCluster,
  server: SimulatedServer,
  random: Prng,
  count: number,
): void {
  for (let i = 0; i < count; i++) {
    const actor = 1 + random.below(server.queryActors.length - 1);
    cluster.put(server, actor, random.hex64(), "burst".padEnd(random.below(longValueBytes)));
  }
}
