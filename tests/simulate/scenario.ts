import { type Entry, isLater } from "../../kvserver/mod.ts";
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
 * @param look sees the cluster as it is at the end
 * @returns what was wrong at the end, or `undefined`.
 */
export async function runScenario(
  seed: number,
  look: (cluster: SimulatedCluster) => void = () => {},
): Promise<string | undefined> {
  const cluster = new SimulatedCluster(seed, randomLatency);
  const { world } = cluster;
  const { random } = world;
  const serversMax = 2 + random.below(4);
  const load: Load = { isHot: random.below(2) === 0, isLong: random.below(6) === 0 };
  const joins: Join[] = [];
  const join = async () => void joins.push(await startServer(cluster, random));
  for (let i = 0, early = random.below(serversMax); i <= early; i++) await join();
  const cutsMax = random.below(3);
  let cuts = 0;
  while (world.nowMs < busyMs) {
    world.advanceSync(random.below(random.below(4) === 0 ? 400 : 40));
    await Promise.resolve();
    const early = joins.map(whatIsMissing).find((missing) => missing !== undefined);
    if (early !== undefined) return early;
    const dice = random.below(100);
    if (dice < 3 && cluster.servers.length < serversMax) await join();
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
  look(cluster);
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

/** A server, and what it must hold when it says that it is ready. */
interface Join {
  server: SimulatedServer;
  entries: readonly Entry[];
}

async function startServer(cluster: SimulatedCluster, random: Prng): Promise<Join> {
  const { servers } = cluster;
  const peers = servers.length === 0 ? [] : [pick(servers, random)];
  if (servers.length > 1 && random.below(3) === 0) peers.push(pick(servers, random));
  const entries = peers.length === 0 ? [] : [...peers[0].stores[0].entriesAfter()];
  const server = await cluster.start({
    queryActorCount: 1 + random.below(4),
    peers,
    // Without any skew in half of them, so that orders are equal but for the uid now and then.
    clockSkewMs: random.below(2) * (random.below(10_001) - 5_000),
  });
  return { server, entries };
}

/** What a server that says that it is ready does not hold. */
function whatIsMissing({ server, entries }: Join): string | undefined {
  if (!server.system.stats().ready) return undefined;
  for (const store of server.stores) {
    const held = new Map(Array.from(store.entriesAfter(), (entry) => [entry.key, entry]));
    const missing = entries.find((entry) => isLater(entry, held.get(entry.key)));
    if (missing !== undefined) return `${server.address} is ready without ${missing.key}`;
  }
  return undefined;
}

function putSome(cluster: SimulatedCluster, random: Prng, { isHot, isLong }: Load): void {
  const server = pick(cluster.servers, random);
  const actor = random.below(server.group.queryActors.length);
  const count = isLong ? random.below(2) : random.below(10) === 0 ? 30 : 1;
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
  const load: Load = { isHot: random.below(2) === 0, isLong: false };
  for (let i = 0, count = 3 + random.below(3); i < count; i++) {
    await startServer(cluster, random);
  }
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

/**
 * More is put than messages can hold, before and while a second server joins: at every moment
 * something is on its way from one replica to the others, or waits for its turn.
 *
 * @returns what was wrong, or `undefined`.
 */
export async function runBurstScenario(seed: number): Promise<string | undefined> {
  const cluster = new SimulatedCluster(seed, randomLatency);
  const { world } = cluster;
  const { random } = world;
  const donor = await cluster.start({ queryActorCount: 4 });
  putBurst(cluster, donor, random, 120);
  world.advanceSync(random.below(2) === 0 ? 3_000 : random.below(600));
  const join = await startServer(cluster, random);
  const burstEndMs = world.nowMs + 2_500;
  const endMs = burstEndMs + quietMs;
  let missing: string | undefined;
  while (world.nowMs < endMs && missing === undefined) {
    if (world.nowMs < burstEndMs) putBurst(cluster, donor, random, 2);
    world.advanceSync(10);
    await Promise.resolve();
    missing = whatIsMissing(join);
  }
  const difference = missing ?? cluster.difference();
  for (const server of [...cluster.servers]) await cluster.crash(server);
  return difference;
}

/** On all actors but the one whose replica is read for newcomers. */
function putBurst(
  cluster: SimulatedCluster,
  server: SimulatedServer,
  random: Prng,
  count: number,
): void {
  for (let i = 0; i < count; i++) {
    const actor = 1 + random.below(server.group.queryActors.length - 1);
    cluster.put(server, actor, random.hex64(), "burst".padEnd(random.below(longValueBytes)));
  }
}

function pick(servers: readonly SimulatedServer[], random: Prng): SimulatedServer {
  return servers[random.below(servers.length)];
}
