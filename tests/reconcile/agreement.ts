import { defaultLimits, type Limits, withLimits } from "../../limits.ts";
import type { Store } from "../../kvserver/store/mod.ts";
import { CheckedCluster } from "../simulate/checked_cluster.ts";
import type { SimulatedServer } from "../../simulate/cluster/simulated_cluster.ts";
import { areEqual } from "../support/reconcile/compare_stores.ts";
import { entryBytes } from "../support/store/stores.ts";

/** A pair of servers with equal keys, of which some come to differ. */
export interface PairOptions {
  /** Keys that both have. */
  readonly keys: number;
  /** Entries that one of them lacks then, spread evenly. */
  readonly apart: number;
  /** Bytes of the values of these; `"deleted"` or `"expired"`: they are keys that are deleted, or expire. */
  readonly valueBytes: number | "deleted" | "expired";
  /** One way. */
  readonly latencyMs: number;
}

/** What it took until both were equal again. */
export interface AgreementFigures {
  /** Time from the moment at which they reach each other, in virtual time: it leaves out what is computed. */
  readonly agreedMs: number;
  /** All bytes that were sent, both ways. */
  readonly sentBytes: number;
  /** Those of the messages that find what differs. */
  readonly reconcileBytes: number;
  /** How many of these messages were answered by either server. */
  readonly rounds: number;
}

/** What differs is put while the connections are broken, and waits for the other server. */
export function agreementAfterCut(options: PairOptions): Promise<AgreementFigures> {
  return agreementAfterPuts(options, defaultLimits);
}

/** As `agreementAfterCut`, and nothing is kept for the other server: both have to find out what differs. */
export function agreementAfterLongCut(options: PairOptions): Promise<AgreementFigures> {
  return agreementAfterPuts(options, withLimits({ lostBacklogsMax: 1 }));
}

async function agreementAfterPuts(
  options: PairOptions,
  limits: Limits,
): Promise<AgreementFigures> {
  const { cluster, servers: [a, b] } = await startPair(options, limits);
  if (limits.lostBacklogsMax === 1) await loseAnother(cluster, options, a, b);
  else {
    cluster.network.cut(a.address, b.address);
    await cluster.advance(cutMs);
  }
  putApart(cluster, a, options);
  await cluster.advance(settledMs);
  cluster.network.mend(a.address, b.address);
  return await untilEqual(cluster, [a, b]);
}

/** Cuts a pair off from each other for long, and then ends a third server: what waits is kept for that alone. */
async function loseAnother(
  cluster: CheckedCluster,
  { keys }: PairOptions,
  a: SimulatedServer,
  b: SimulatedServer,
): Promise<void> {
  const { peerLostMs, comparisonIntervalMs } = defaultLimits;
  const c = await cluster.start({
    queryActorCount: 1,
    peers: [a],
    load: (store) => load(store, keys),
  });
  await cluster.advance(3 * comparisonIntervalMs);
  cluster.network.cut(a.address, b.address);
  await cluster.advance(cutMs);
  await cluster.crash(c);
  await cluster.advance(peerLostMs + cutMs);
}

/** One of them is down while the other one takes what differs, and has its data when it starts again. */
export async function agreementAfterRestart(options: PairOptions): Promise<AgreementFigures> {
  const { cluster, servers: [a, b] } = await startPair(options, defaultLimits);
  await cluster.crash(b);
  await cluster.advance(cutMs);
  putApart(cluster, a, options);
  await cluster.advance(settledMs);
  const again = await cluster.start({
    queryActorCount: 1,
    peers: [a],
    port: Number(b.address.split(":")[1]),
    load: (store) => load(store, options.keys),
  });
  return await untilEqual(cluster, [a, again]);
}

/** Bytes that two servers send each other in a second while nothing is written and both are equal. */
export async function idleBytesPerSecond(keys: number, seconds: number): Promise<number> {
  const options = { keys, apart: 0, valueBytes: 0, latencyMs: 20 };
  const { cluster, servers } = await startPair(options, defaultLimits);
  const before = cluster.network.bytesSent;
  await cluster.advance(1_000 * seconds);
  const bytes = cluster.network.bytesSent - before;
  const [a, b] = servers.map(({ stores }) => stores[0]);
  await cluster.close();
  if (!areEqual(a, b)) throw new Error("They are not equal");
  return bytes / seconds;
}

const cutMs = 2_000;

/** What was put by then waits for the network. */
const settledMs = 2_000;

async function startPair(
  { keys, latencyMs }: PairOptions,
  limits: Limits,
): Promise<{ cluster: CheckedCluster; servers: SimulatedServer[] }> {
  const cluster = new CheckedCluster(1, () => () => latencyMs, limits);
  const options = { queryActorCount: 1, load: (store: Store) => load(store, keys) };
  const a = await cluster.start(options);
  const b = await cluster.start({ ...options, peers: [a] });
  await cluster.advance(3 * limits.comparisonIntervalMs);
  for (const { address, actors } of [a, b]) {
    if (!actors.ready) throw new Error(`${address} is not ready`);
  }
  return { cluster, servers: [a, b] };
}

function load(store: Store, keys: number): void {
  const order = { timestamp: 1_000, sequence: 0, uid: "server:9/0123456789abcdef/2" };
  for (let i = 0; i < keys; i++) store.merge(entryBytes(keyOf(i), `value ${i}`, order));
}

function keyOf(i: number): string {
  return `key:${Math.imul(i, 2654435761) >>> 0}`.padEnd(16, "0");
}

/** Puts: half of them are new, half of them are there. */
function putApart(
  cluster: CheckedCluster,
  server: SimulatedServer,
  { keys, apart, valueBytes }: PairOptions,
): void {
  for (let i = 0; i < apart; i++) {
    const key = keyOf(Math.floor(keys * i / apart));
    if (valueBytes === "deleted") cluster.delete(server, 0, key);
    else if (valueBytes === "expired") cluster.put(server, 0, key, "", { ttlMs: expiredMs });
    else cluster.put(server, 0, i % 2 === 0 ? `${key}n` : key, "x".repeat(valueBytes));
  }
}

async function untilEqual(
  cluster: CheckedCluster,
  servers: readonly SimulatedServer[],
): Promise<AgreementFigures> {
  const { world, network } = cluster;
  const beganMs = world.nowMs;
  const sentBefore = network.bytesSent;
  const before = sums(servers);
  const [a, b] = servers.map(({ stores }) => stores[0]);
  while (!areEqual(a, b)) {
    if (world.nowMs - beganMs > giveUpMs) throw new Error("They do not become equal");
    await cluster.advance(10);
  }
  const agreedMs = world.nowMs - beganMs;
  await cluster.advance(settledMs);
  const after = sums(servers);
  const sentBytes = network.bytesSent - sentBefore;
  await cluster.close();
  return {
    agreedMs,
    sentBytes,
    // Each message is counted by who sends it and by who receives it.
    reconcileBytes: (after.bytes - before.bytes) / 2,
    rounds: after.rounds - before.rounds,
  };
}

const giveUpMs = 60_000;

/** What expires has expired when both reach each other again. */
const expiredMs = settledMs / 2;

function sums(servers: readonly SimulatedServer[]): { bytes: number; rounds: number } {
  const stats = servers.map(({ actors }) => actors.stats());
  return {
    bytes: stats.reduce((sum, { reconcileBytes }) => sum + reconcileBytes, 0),
    rounds: stats.reduce((sum, { reconcileRounds }) => sum + reconcileRounds, 0),
  };
}
