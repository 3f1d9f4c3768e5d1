import { defaultLimits } from "../../limits.ts";
import { edit } from "./comparison_cases.ts";
import type { HardCase } from "./hard_cases.ts";
import type { SimulatedServer } from "../../simulate/cluster/simulated_cluster.ts";
import { megabit, settledMs, Stage } from "./stage.ts";

const KiB = 1024;

/** So much longer than the bytes on the wire take, all may take that is sent. */
const tolerance = 1.3;

/** Servers that know each other, on links that are quick at first. */
async function together(stage: Stage, count: number): Promise<SimulatedServer[]> {
  const servers = [await stage.start()];
  while (servers.length < count) servers.push(await stage.start([servers[0]]));
  return servers;
}

/**
 * What a server takes while it is cut off reaches the others once it is not, in the time that the wire
 * needs and some more, and without being sent again and again.
 */
async function backlog(
  stage: Stage,
  [cutOff, ...others]: readonly SimulatedServer[],
  { keys, bytes, cutMs, bytesPerMs }: {
    keys: number;
    bytes: number;
    cutMs: number;
    bytesPerMs: number;
  },
): Promise<string | undefined> {
  const { network } = stage.cluster;
  for (const { address } of others) network.cut(cutOff.address, address);
  stage.putMany(cutOff, keys, bytes);
  await stage.cluster.advance(cutMs);
  for (const { address } of others) network.mend(cutOff.address, address);
  const owed = others.length * keys * bytes;
  const before = network.bytesSentBy.get(cutOff.address)!;
  await stage.cluster.advance(tolerance * owed / bytesPerMs + settledMs);
  const sent = network.bytesSentBy.get(cutOff.address)! - before;
  const difference = stage.cluster.difference();
  await stage.cluster.close();
  // Until they have acknowledged something, nobody knows how slow the links are.
  const sentMax = tolerance * owed + 2 * others.length * defaultLimits.windowBytesFirst;
  return difference ?? (sent > sentMax ? `${sent} bytes were sent for ${owed}` : undefined);
}

/** What must hold on links that carry little. @returns what was wrong, or `undefined`. */
export const slowLinkCases: Record<string, HardCase> = {
  "a backlog of 3 MB passes a link of a quarter of a megabit a second": async () => {
    const stage = new Stage();
    const servers = await together(stage, 2);
    const bytesPerMs = stage.cluster.network.bytesPerMs = megabit / 4;
    return backlog(stage, servers, { keys: 1_500, bytes: 2_000, cutMs: 1_000, bytesPerMs });
  },

  "a backlog passes a link of eight kilobit a second": async () => {
    const stage = new Stage();
    const servers = await together(stage, 2);
    const bytesPerMs = stage.cluster.network.bytesPerMs = 1;
    return backlog(stage, servers, { keys: 200, bytes: 500, cutMs: 1_000, bytesPerMs });
  },

  "a backlog passes a slow link that is cut every second": async () => {
    const stage = new Stage();
    const [a, b] = await together(stage, 2);
    const { network } = stage.cluster;
    network.bytesPerMs = megabit / 16;
    stage.putMany(a, 50, 2_000);
    for (let i = 0; i < 40; i++) {
      await stage.cluster.advance(1_000);
      network.cut(a.address, b.address);
      network.mend(a.address, b.address);
    }
    return stage.end(0);
  },

  "a slow link that is cut loses what it carries in some seconds, and no more": async () => {
    const stage = new Stage();
    const [a, b] = await together(stage, 2);
    const { network } = stage.cluster;
    const bytesPerMs = network.bytesPerMs = megabit / 4;
    stage.putMany(a, 750, 2_000);
    await stage.cluster.advance(20_000);
    const sent = network.bytesSent;
    const arrived = b.stores[0].size * 2_000;
    if (sent > arrived + 3_000 * bytesPerMs) {
      return `${sent} bytes were sent, and ${arrived} arrived`;
    }
    // The link goes dead, and nobody is told.
    network.delay(a.address, b.address, 1e9);
    const patienceMs = 10_000;
    await stage.cluster.advance(patienceMs);
    network.delay(a.address, b.address, 0);
    const before = b.stores[0].size;
    await stage.cluster.advance(patienceMs);
    return b.stores[0].size === before ? "Nothing more arrives" : stage.end(60_000);
  },

  "a long value passes a slow link": async () => {
    const stage = new Stage();
    const [a] = await together(stage, 2);
    stage.cluster.network.bytesPerMs = megabit / 8;
    stage.put(a, "large", 1_024 * KiB);
    await stage.cluster.advance(3 * 1_024 * KiB / (megabit / 8));
    return stage.end(0, ["large"]);
  },

  "a link that has become slow is used, and one that is quick again is used well": async () => {
    const stage = new Stage(100);
    const [a] = await together(stage, 2);
    const { network } = stage.cluster;
    network.bytesPerMs = megabit / 8;
    stage.putMany(a, 100, 2_000);
    await stage.cluster.advance(tolerance * 200_000 / (megabit / 8) + settledMs);
    const early = stage.cluster.difference();
    if (early !== undefined) return early;
    network.bytesPerMs = 100 * megabit;
    for (let i = 0; i < 100; i++) stage.put(a, `later${i}`, 50_000);
    // The wire takes 0.4 s, and messages grow with each round trip.
    await stage.cluster.advance(3_000);
    return stage.end(0);
  },

  "a comparison passes a link of eight kilobit a second": async () => {
    const stage = new Stage(20, defaultLimits);
    const [a] = await together(stage, 2);
    stage.putMany(a, 3_000, 20);
    await stage.cluster.advance(10 * settledMs);
    const { network } = stage.cluster;
    network.bytesPerMs = 1;
    // In the past, so that nobody takes it for being on its way.
    const laterMs = a.environment.now() - 10_000;
    for (let i = 0; i < 300; i++) edit(a, `key${10 * i}`, "later", laterMs);
    // An entry of so few bytes costs up to 500.
    const costMs = 300 * 500;
    await stage.cluster.advance(costMs);
    const difference = stage.cluster.difference();
    await stage.cluster.close();
    return difference;
  },

  "a state is taken over through a slow link": async () => {
    const stage = new Stage();
    const a = await stage.start();
    stage.putMany(a, 500, 2_000);
    stage.cluster.network.bytesPerMs = megabit / 4;
    await stage.cluster.start({ queryActorCount: 1, peers: [a] });
    const sent = await stage.bytesWithin(tolerance * 1_000_000 / (megabit / 4) + settledMs);
    if (sent > tolerance * 1_000_000) return `${sent} bytes were sent`;
    return stage.end(0);
  },
};

/** The others notice no less, and are quicker. */
export const longSlowLinkCases: Record<string, HardCase> = {
  "a server with a narrow uplink, cut off for a minute, has all others have what it took":
    async () => {
      const stage = new Stage(20, defaultLimits);
      const servers = await together(stage, 5);
      stage.cluster.network.narrow(servers[0].address, megabit);
      return backlog(stage, servers, {
        keys: 1_500,
        bytes: 2_000,
        cutMs: 60_000,
        bytesPerMs: megabit,
      });
    },
};
