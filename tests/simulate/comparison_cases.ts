import { defaultLimits, withLimits } from "../../limits.ts";
import { bytesOf, entryBytes } from "../support/store/stores.ts";
import type { SimulatedServer } from "../../simulate/cluster/simulated_cluster.ts";
import { settledMs, Stage } from "./stage.ts";

/** In this time a difference that nobody knows of is found and mended, without load. */
const mendedMs = 10_000;

function repairsOf(servers: readonly SimulatedServer[]): number {
  return servers.reduce((sum, { actors }) => sum + actors.stats().repairs, 0);
}

/** Servers that know each other, with so many keys. */
async function alike(stage: Stage, count: number, keys: number): Promise<SimulatedServer[]> {
  const servers = [await stage.start()];
  while (servers.length < count) servers.push(await stage.start([servers[0]]));
  for (let i = 0; i < keys; i++) stage.put(servers[i % count], `key${i}`, 20);
  await stage.cluster.advance(settledMs);
  return servers;
}

/** Writes something into one replica that nobody else is told of. */
export function edit(
  { stores }: SimulatedServer,
  key: string,
  value: string | null,
  timestamp: number,
  replica = 0,
): void {
  // Each key is a write of its own.
  let counter = counters.get(key);
  if (counter === undefined) counters.set(key, counter = counters.size + 1);
  const uid = "gone:1/0123456789abcdef/2";
  const entry = entryBytes(key, value, { timestamp, sequence: 0, uid });
  stores[replica].merge({ ...entry, counter });
}

const counters = new Map<string, number>();

/**
 * The first of four servers is cut off from two of them, which all reach the third one, while all put something: at
 * the moment of the cut, and some time before and after it, when what is on its way is lost or waits.
 *
 * @param cut cuts pairs of addresses, or has all that they send each other from now on never arrive
 */
async function putsAtCut(
  cut: (
    cluster: Stage["cluster"],
    pairs: readonly [string, string][],
    silence: Set<string>,
  ) => void,
): Promise<string | undefined> {
  const putsMs = [-300, -100, -40, -20, -10, 0, 10, 20, 40, 100, 300];
  const phases = 6;
  for (let i = 0; i < phases; i++) {
    const silence = new Set<string>();
    const latencyMs = (from: string, to: string) => silence.has(`${from},${to}`) ? neverMs : 20;
    const stage = new Stage(latencyMs, defaultLimits);
    const { cluster } = stage;
    const servers = await alike(stage, 4, 50);
    const [first, second, , fourth] = servers.map(({ address }) => address);
    // At all times between two comparisons.
    const phaseMs = i * defaultLimits.comparisonIntervalMs / phases;
    await cluster.advance(2 * mendedMs + phaseMs);
    for (const [j, ms] of putsMs.entries()) {
      if (ms === 0) cut(cluster, [[first, second], [first, fourth]], silence);
      for (const server of servers) stage.put(server, `put ${ms} ${server.address}`);
      await cluster.advance((putsMs[j + 1] ?? ms) - ms);
    }
    await cluster.advance(mendedMs);
    const difference = cluster.difference();
    await cluster.close();
    if (difference !== undefined) return `Cut ${phaseMs} ms later: ${difference}`;
  }
}

/** After all that a case does. */
const neverMs = 1e9;

/** What must hold with comparisons. @returns what was wrong, or `undefined`. */
export const comparisonCases: Record<string, () => Promise<string | undefined>> = {
  "what only one replica holds, and what one holds an earlier write of, is found and brought":
    async () => {
      const stage = new Stage(20, defaultLimits);
      const servers = await alike(stage, 3, 300);
      const [a, b, c] = servers;
      // Of a clock so far off that it was put neither just now nor before the others.
      const laterMs = a.environment.now() + 20_000;
      edit(a, "only a", "x", 1);
      edit(b, "key7", "later", laterMs);
      edit(c, "key8", null, laterMs);
      edit(c, "only c", "x".repeat(5000), 1);
      await stage.cluster.advance(mendedMs);
      const difference = stage.cluster.difference();
      const repairs = repairsOf(servers);
      await stage.cluster.close();
      // Each of the four is brought to two servers.
      return difference ?? (repairs === 8 ? undefined : `${repairs} repairs were counted`);
    },

  "of two values of one write the greater one is everywhere": async () => {
    const stage = new Stage(20, defaultLimits);
    const servers = await alike(stage, 3, 10);
    for (const [i, server] of servers.entries()) edit(server, "damaged", `${(i * 2) % 3}`, 1);
    await stage.cluster.advance(2 * mendedMs);
    const difference = stage.cluster.difference();
    const { bytes, valueStart } = entryBytes("damaged", "2", {
      timestamp: 1,
      sequence: 0,
      uid: "",
    });
    const [store] = servers[0].stores;
    const value = store.valueOf(store.find(bytesOf("damaged"), 0, 7));
    await stage.cluster.close();
    return difference ?? (value?.[0] === bytes[valueStart] ? undefined : `${value} won`);
  },

  "replicas that differ again and again are told of, and when they agreed last": async () => {
    const stage = new Stage(20, defaultLimits);
    const servers = await alike(stage, 2, 50);
    const [a, b] = servers;
    await stage.cluster.advance(mendedMs);
    const differing = () => servers.map(({ actors }) => actors.stats().differingMs);
    const calm = differing();
    const agreedMs = async () => {
      const [self, other] = await stage.membersOf(a);
      return self.agreedMs! - other.agreedMs!;
    };
    const agreedBefore = await agreedMs();
    for (let i = 0; i < 40; i++) {
      edit(b, `edited ${i}`, "x", 1);
      await stage.cluster.advance(500);
    }
    const [whileEdited, agreedMeanwhile] = [differing(), await agreedMs()];
    await stage.cluster.advance(mendedMs);
    const [after, agreedAfter] = [differing(), await agreedMs()];
    await stage.cluster.close();
    if (calm.some((ms) => ms > 0)) return `They differ though they are equal: ${calm}`;
    if (agreedBefore > 6_000) return `They agreed ${agreedBefore} ms ago`;
    if (whileEdited.some((ms) => ms < 10_000 || ms > 20_000)) return `It is told: ${whileEdited}`;
    if (agreedMeanwhile < 15_000) return `They agreed ${agreedMeanwhile} ms ago, it is told`;
    if (after.some((ms) => ms > 0)) return `They differ in the end: ${after}`;
    if (agreedAfter > 6_000) return `They agreed ${agreedAfter} ms ago in the end`;
  },

  "replicas of one server that differ again and again are told of": async () => {
    const stage = new Stage(20, defaultLimits);
    const server = await stage.start([], 3);
    stage.put(server, "key", 20);
    await stage.cluster.advance(mendedMs);
    const differing = () => server.actors.stats().differingMs;
    const calmMs = differing();
    for (let i = 0; i < 60; i++) {
      edit(server, `edited ${i}`, "x", 1, 1);
      await stage.cluster.advance(500);
    }
    const whileEditedMs = differing();
    await stage.cluster.advance(4 * mendedMs);
    const afterMs = differing();
    await stage.cluster.close();
    if (calmMs > 0) return `They differ though they are equal: ${calmMs}`;
    if (whileEditedMs < 10_000 || whileEditedMs > 30_000) return `It is told: ${whileEditedMs}`;
    if (afterMs > 0) return `They differ in the end: ${afterMs}`;
  },

  "what two servers cannot tell each other reaches them through a third": async () => {
    const stage = new Stage(20, defaultLimits);
    const [a, b] = await alike(stage, 3, 50);
    stage.cluster.network.cut(a.address, b.address);
    await stage.cluster.advance(1_000);
    for (let i = 0; i < 200; i++) stage.put(i % 2 === 0 ? a : b, `cut${i}`, 100);
    await stage.cluster.advance(mendedMs);
    const difference = stage.cluster.difference();
    stage.cluster.network.mend(a.address, b.address);
    await stage.cluster.advance(mendedMs);
    const later = stage.cluster.difference();
    await stage.cluster.close();
    return difference ?? later;
  },

  "what some servers cannot tell each other a third brings in nine seconds, whenever it is put":
    async () => {
      const stage = new Stage(20, defaultLimits);
      const servers = await alike(stage, 4, 50);
      const [first, second, , fourth] = servers;
      for (const { address } of [second, fourth]) stage.cluster.network.cut(first.address, address);
      for (let i = 0; i < 12; i++) {
        // At all times between two comparisons.
        const phaseMs = i * defaultLimits.comparisonIntervalMs / 12;
        await stage.cluster.advance(2 * mendedMs + phaseMs);
        for (const server of servers) stage.put(server, `cut${i} ${server.address}`);
        await stage.cluster.advance(9_000);
        const difference = stage.cluster.difference();
        if (difference !== undefined) return `Put ${phaseMs} ms later: ${difference}`;
      }
      await stage.cluster.close();
    },

  "what is put at the moment of a cut a third brings in ten seconds": () =>
    putsAtCut(({ network }, pairs) => {
      for (const [a, b] of pairs) network.cut(a, b);
    }),

  "what is put at the moment of a cut that nobody notices yet a third brings in ten seconds": () =>
    putsAtCut((_cluster, pairs, silence) => {
      for (const pair of pairs) silence.add(`${pair}`).add(`${pair.toReversed()}`);
    }),

  "replicas of one server that differ are found and mended, and other servers have it too":
    async () => {
      const stage = new Stage(20, defaultLimits);
      const a = await stage.start([], 3);
      const b = await stage.start([a], 2);
      stage.put(a, "key", 20);
      await stage.cluster.advance(settledMs);
      edit(a, "only first", "x", 1);
      edit(a, "only second", "x", 1, 1);
      edit(a, "only third", "x", 1, 2);
      edit(b, "only second of another", "x", 1, 1);
      await stage.cluster.advance(5 * mendedMs);
      const repairs = repairsOf([a, b]);
      const wrong = stage.cluster.difference();
      await stage.cluster.close();
      return wrong ?? (repairs > 0 ? undefined : "no repairs were counted");
    },

  "while all is equal, an idle pair costs less than 200 bytes a second": async () => {
    const stage = new Stage(100, defaultLimits);
    const servers = await alike(stage, 2, 2000);
    await stage.cluster.advance(mendedMs);
    const seconds = 600;
    const bytes = await stage.bytesWithin(seconds * 1000);
    const repairs = repairsOf(servers);
    await stage.cluster.close();
    if (repairs > 0) return `${repairs} repairs were counted`;
    return bytes < 200 * seconds ? undefined : `${bytes / seconds} bytes a second`;
  },

  "nothing that is on its way counts as a repair, however much is put": async () => {
    const stage = new Stage(250, defaultLimits);
    const servers = await alike(stage, 3, 500);
    for (let i = 0; i < 400; i++) {
      for (const [j, server] of servers.entries()) {
        stage.put(server, `key${(i * 7 + j * 11) % 500}`, 50);
      }
      await stage.cluster.advance(100);
    }
    await stage.cluster.advance(mendedMs);
    const repairs = repairsOf(servers);
    const difference = stage.cluster.difference();
    await stage.cluster.close();
    return difference ?? (repairs === 0 ? undefined : `${repairs} repairs were counted`);
  },

  "a comparison whose messages are lost again and again ends in the end": async () => {
    const limits = withLimits({ comparisonPatienceMs: 3_000 });
    const stage = new Stage(100, limits);
    const [a, b] = await alike(stage, 2, 100);
    for (let i = 0; i < 3000; i++) edit(i % 3 === 0 ? a : b, `edited${i}`, "x".repeat(100), 1);
    for (let i = 0; i < 20; i++) {
      await stage.cluster.advance(700 + 13 * i);
      stage.cluster.network.cut(a.address, b.address);
      await stage.cluster.advance(300);
      stage.cluster.network.mend(a.address, b.address);
    }
    await stage.cluster.advance(2 * mendedMs);
    const difference = stage.cluster.difference();
    await stage.cluster.close();
    return difference;
  },
};
