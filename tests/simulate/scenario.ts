import { peerLostMs } from "../../limits.ts";
import type { Prng } from "../support/prng.ts";
import type { SimulatedWorld } from "../support/simulated_environment.ts";
import { SimulatedCluster, type SimulatedServer } from "./simulated_cluster.ts";

/** How long Puts, joins and cuts go on, in virtual milliseconds. */
const busyMs = 6_000;

/** Time after which a cluster that is left alone must have converged. */
const quietMs = 12_000;

/** Values of this length make several messages of what one would hold otherwise. */
const longValueBytes = 150_000;

/** What the Puts of a scenario are like. */
interface Load {
  /** Whether half of them are of one key. */
  isHot: boolean;
  isLong: boolean;
}

/** In this time a converged cluster must not send a byte. */
const idleMs = 3_000;

/**
 * Runs a whole cluster from one seed: up to five servers of up to four actors, with clocks up to
 * five seconds off, latencies of their own for each pair, Puts on hot and cold keys, short and long
 * values, servers that join at random moments, and links that are cut and come back.
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
  const load: Load = { isHot: random.below(2) === 0, isLong: random.below(10) === 0 };
  const cutsMax = random.below(3);
  let cuts = 0;
  while (world.nowMs < busyMs) {
    world.advanceSync(random.below(random.below(4) === 0 ? 400 : 40));
    const dice = random.below(100);
    if (dice < 3 && cluster.servers.length < serversMax) await startServer(cluster, random);
    else if (dice < 5 && cuts < cutsMax) cuts += cutSome(cluster, random);
    else if (dice < 8) putEverywhere(cluster, load);
    else if (dice < 90) putSome(cluster, random, load);
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
    // Without any skew in half of them, so that orders are equal but for the uid now and then.
    clockSkewMs: random.below(2) * (random.below(10_001) - 5_000),
  });
}

function putSome(cluster: SimulatedCluster, random: Prng, { isHot, isLong }: Load): void {
  const server = pick(cluster.servers, random);
  const actor = random.below(server.group.queryActors.length);
  const count = isLong ? 2 : random.below(10) === 0 ? 30 : 1;
  for (let i = 0; i < count; i++) {
    const key = isHot && random.below(2) === 0 ? "hot" : `key${random.below(40)}`;
    const value = `${cluster.world.nowMs}/${i}`;
    cluster.put(server, actor, key, isLong ? value.padEnd(random.below(longValueBytes)) : value);
  }
}

/** The same key at the same moment on every server. */
function putEverywhere(cluster: SimulatedCluster, { isLong }: Load): void {
  if (isLong) return;
  for (const server of cluster.servers) cluster.put(server, 0, "contended", server.address);
}

/** @returns how many pairs were cut. */
function cutSome(cluster: SimulatedCluster, random: Prng): number {
  const [a, b] = [pick(cluster.servers, random), pick(cluster.servers, random)];
  if (a === b) return 0;
  cluster.network.cut(a.address, b.address);
  cluster.world.after(random.below(3_000), () => cluster.network.mend(a.address, b.address));
  return 1;
}

/**
 * As `runScenario`, but a server crashes in the middle, and in half of the runs starts again on its
 * old address. What only that server had is lost; all others must agree.
 */
export async function runCrashScenario(seed: number): Promise<string | undefined> {
  const cluster = new SimulatedCluster(seed, randomLatency);
  const { world } = cluster;
  const { random } = world;
  for (let i = 0, count = 3 + random.below(3); i < count; i++) await startServer(cluster, random);
  const load: Load = { isHot: random.below(2) === 0, isLong: false };
  const crashMs = 1_000 + random.below(busyMs - 1_000);
  let crashed: SimulatedServer | undefined;
  while (world.nowMs < busyMs) {
    world.advanceSync(random.below(40));
    putSome(cluster, random, load);
    if (crashed !== undefined || world.nowMs < crashMs) continue;
    crashed = pick(cluster.servers, random);
    await cluster.crash(crashed);
    if (random.below(2) === 0) continue;
    world.advanceSync(random.below(1_000));
    const port = Number(crashed.address.split(":")[1]);
    const peers = [pick(cluster.servers, random)];
    await cluster.start({ queryActorCount: 1 + random.below(4), peers, port });
  }
  world.advanceSync(peerLostMs + quietMs);
  await Promise.resolve();
  const difference = cluster.difference({ withModel: false });
  for (const server of [...cluster.servers]) await cluster.crash(server);
  return difference;
}

function pick(servers: readonly SimulatedServer[], random: Prng): SimulatedServer {
  return servers[random.below(servers.length)];
}
