import type { Prng } from "../support/prng.ts";
import type { SimulatedWorld } from "../support/simulated_environment.ts";
import { SimulatedCluster, type SimulatedServer } from "./simulated_cluster.ts";

/** How long Puts, joins and cuts go on, in virtual milliseconds. */
const busyMs = 6_000;

/** Time after which a cluster that is left alone must have converged. */
const quietMs = 12_000;

/** In this time a converged cluster must not send a byte. */
const idleMs = 3_000;

/**
 * Runs a whole cluster from one seed: up to five servers of up to four actors, with clocks up to
 * five seconds off, latencies of their own for each pair, Puts on hot and cold keys, servers that
 * join at random moments, and links that are cut and come back.
 *
 * @returns what was wrong at the end, or `undefined`.
 */
export async function runScenario(seed: number): Promise<string | undefined> {
  const cluster = new SimulatedCluster(seed, randomLatency);
  const { world } = cluster;
  const { random } = world;
  const serversMax = 2 + random.below(4);
  await startServer(cluster, random);
  for (let i = 1, early = random.below(serversMax); i <= early; i++) {
    await startServer(cluster, random);
  }
  const isHot = random.below(2) === 0;
  const cutsMax = random.below(3);
  let cuts = 0;
  while (world.nowMs < busyMs) {
    world.advanceSync(random.below(random.below(4) === 0 ? 400 : 40));
    const dice = random.below(100);
    if (dice < 3 && cluster.servers.length < serversMax) await startServer(cluster, random);
    else if (dice < 5 && cuts < cutsMax) cuts += cutSome(cluster, random);
    else if (dice < 90) putSome(cluster, random, isHot);
  }
  world.advanceSync(quietMs);
  await Promise.resolve();
  const bytesBefore = cluster.network.bytesSent;
  world.advanceSync(idleMs);
  const bytesWhileIdle = cluster.network.bytesSent - bytesBefore;
  const difference = cluster.difference() ??
    (bytesWhileIdle > 0 ? `${bytesWhileIdle} bytes were sent while idle` : undefined);
  for (const server of [...cluster.servers]) await cluster.crash(server);
  return difference;
}

function randomLatency(world: SimulatedWorld): (from: string, to: string) => number {
  const baseMs = new Map<string, number>();
  const random = world.random.fork();
  return (from, to) => {
    const key = `${from} ${to}`;
    if (!baseMs.has(key)) baseMs.set(key, random.below(300));
    return baseMs.get(key)! + random.below(20);
  };
}

async function startServer(cluster: SimulatedCluster, random: Prng): Promise<void> {
  const { servers } = cluster;
  const peers = servers.length === 0 ? [] : [pick(servers, random)];
  if (servers.length > 1 && random.below(3) === 0) peers.push(pick(servers, random));
  await cluster.start({
    queryActorCount: 1 + random.below(4),
    peers,
    clockSkewMs: random.below(10_001) - 5_000,
  });
}

function putSome(cluster: SimulatedCluster, random: Prng, isHot: boolean): void {
  const server = pick(cluster.servers, random);
  const actor = random.below(server.group.queryActors.length);
  const count = random.below(10) === 0 ? 30 : 1;
  for (let i = 0; i < count; i++) {
    const key = isHot && random.below(2) === 0 ? "hot" : `key${random.below(40)}`;
    cluster.put(server, actor, key, `${cluster.world.nowMs}/${i}`);
  }
}

/** @returns how many pairs were cut. */
function cutSome(cluster: SimulatedCluster, random: Prng): number {
  const [a, b] = [pick(cluster.servers, random), pick(cluster.servers, random)];
  if (a === b) return 0;
  cluster.network.cut(a.address, b.address);
  cluster.world.after(random.below(3_000), () => cluster.network.mend(a.address, b.address));
  return 1;
}

function pick(servers: readonly SimulatedServer[], random: Prng): SimulatedServer {
  return servers[random.below(servers.length)];
}
