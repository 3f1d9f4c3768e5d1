import { defaultLimits } from "../../limits.ts";
import { atPace, sleep, until } from "../support/until.ts";
import { port, ShapedCluster } from "./shaped_cluster.ts";

/** How much of it there is: some seconds of it in the tests, all of it by `deno task links`. */
export type Length = "short" | "long";

/** What a case came to. */
export interface Outcome {
  /** How long it took until all had all, and how long it may. */
  readonly tookMs: number;
  readonly boundMs: number;
  /** Bytes that left a server for those that it owed the others, where that is bounded. */
  readonly sent?: {
    readonly bytes: number;
    readonly owed: number;
    /** What may have been under way in vain when a connection was cut. Default 0. */
    readonly lost?: number;
  };
}

/** What is wrong with it; `undefined`: nothing is. */
export function faultOf({ tookMs, boundMs, sent }: Outcome): string | undefined {
  if (tookMs > boundMs) return `It took ${tookMs} ms, and may take ${boundMs}`;
  if (sent === undefined || sent.bytes <= tolerance * sent.owed + (sent.lost ?? 0)) {
    return undefined;
  }
  return `${sent.bytes} bytes were sent for ${sent.owed}`;
}

/** Says it in one line. */
export function describe({ tookMs, boundMs, sent }: Outcome): string {
  const seconds = (ms: number) => (ms / 1_000).toFixed(1);
  const took = `${seconds(tookMs)} s of ${seconds(boundMs)} s`;
  return sent === undefined ? took : `${took}; ${sent.bytes} bytes left for ${sent.owed}`;
}

/** So much longer than the bytes on the wire take, all may take that is sent. */
const tolerance = 1.3;

/** Until a link that was dead is dialed again: a dial that was under way takes up to 5 s. */
const dialedMs = 7_000;

/** In this time servers agree after the last Put, while messages are lost or some cannot reach each other. */
const agreedMs = 10_000;

/** In this time the connection that a firewall took is noticed to be dead at both ends, and told of. */
const firewalledMs = defaultLimits.pingPatienceMs + 10_000;

/**
 * What must hold on links that are slow, lossy or cut. Each throws when something is never there; `faultOf` says
 * whether it came too late.
 */
export const linkCases: Readonly<Record<string, (length: Length) => Promise<Outcome>>> = {
  "a backlog passes a link of 256 kbit/s": async (length) => {
    await using cluster = await ShapedCluster.start(2);
    const kilobits = 256;
    const [count, bytes] = [length === "long" ? 1_500 : 100, 2_000];
    for (const host of [1, 2]) await cluster.network.narrow(host, kilobits);
    const wireMs = count * bytes / (kilobits / 8);
    const before = await cluster.network.bytesSentBy(1);
    const putting = cluster.put(1, "key", count, bytes);
    const tookMs = await cluster.agree([2], "key", count, 4 * wireMs);
    await putting;
    const left = await cluster.network.bytesSentBy(1) - before;
    return { tookMs, boundMs: tolerance * wireMs, sent: { bytes: left, owed: count * bytes } };
  },

  "a long value passes a link of 128 kbit/s, once": async (length) => {
    await using cluster = await ShapedCluster.start(2);
    const kilobits = 128;
    const owed = (length === "long" ? 1_024 : 256) * 1_024;
    await cluster.network.narrow(1, kilobits);
    const wireMs = owed / (kilobits / 8);
    const before = await cluster.network.bytesSentBy(1);
    await cluster.put(1, "key", 1, owed);
    const tookMs = await cluster.agree([2], "key", 1, 4 * wireMs);
    const bytes = await cluster.network.bytesSentBy(1) - before;
    return { tookMs, boundMs: tolerance * wireMs, sent: { bytes, owed } };
  },

  "a server with an uplink of 1 Mbit/s, cut off for long, has all others have what it took": async (
    length,
  ) => {
    await using cluster = await ShapedCluster.start(5);
    const { network } = cluster;
    const kilobits = 1_000;
    const others = [2, 3, 4, 5];
    const [count, bytes] = [length === "long" ? 1_500 : 100, 2_000];
    await network.narrow(1, kilobits);
    for (const other of others) await network.cut(1, other);
    await cluster.put(1, "key", count, bytes);
    await sleep(length === "long" ? 60_000 : 6_000);
    const before = await network.bytesSentBy(1);
    await network.mend();
    const owed = others.length * count * bytes;
    const lost = others.length * defaultLimits.windowBytesFirst;
    const wireMs = owed / (kilobits / 8);
    const tookMs = await cluster.agree(others, "key", count, 4 * wireMs + dialedMs);
    const left = await network.bytesSentBy(1) - before;
    const boundMs = tolerance * wireMs + (length === "long" ? 0 : dialedMs);
    return { tookMs, boundMs, sent: { bytes: left, owed, lost } };
  },

  "servers agree while a tenth of all packets is lost and the others overtake one another": async (
    length,
  ) => {
    await using cluster = await ShapedCluster.start(3);
    await cluster.network.shapeAll({ delayMinMs: 80, delayMaxMs: 250, lossPermille: 100 });
    const rounds = length === "long" ? 20 : 2;
    let tookMs = 0;
    for (let round = 0; round < rounds; round++) {
      const puts = 20;
      await atPace(puts, 100, async (i) => {
        const prefixOf = (host: number) => `key${round}/${host}/${i}/`;
        await Promise.all(cluster.hosts.map((host) => cluster.put(host, prefixOf(host), 2, 100)));
      });
      const count = cluster.hosts.length * puts * 2;
      const roundMs = await cluster.agree(cluster.hosts, `key${round}/`, count, 60_000);
      tookMs = Math.max(tookMs, roundMs);
    }
    return { tookMs, boundMs: agreedMs };
  },

  "servers that cannot reach each other agree by a third, while that lasts": async (length) => {
    await using cluster = await ShapedCluster.start(4);
    for (const other of [2, 4]) await cluster.network.cut(1, other);
    await until("it is noticed", async () => await cluster.stateOf(1, 2) !== "up", {
      timeoutMs: 60_000,
      everyMs: 200,
    });
    const rounds = length === "long" ? 10 : 1;
    let tookMs = 0;
    for (let round = 0; round < rounds; round++) {
      const prefix = `key${round}/`;
      await Promise.all(
        cluster.hosts.map((host) => cluster.put(host, `${prefix}${host}/`, 20, 100)),
      );
      tookMs = Math.max(tookMs, await cluster.agree(cluster.hosts, prefix, 4 * 20, 60_000));
    }
    return { tookMs, boundMs: agreedMs };
  },

  "a server that is reached one way only says so": async () => {
    await using cluster = await ShapedCluster.start(3);
    await cluster.network.shut(2, 1, port);
    let states: (string | undefined)[] = [];
    try {
      const tookMs = await until("both say so", async () => {
        states = [await cluster.stateOf(1, 2), await cluster.stateOf(2, 1)];
        return states.every((state) => state === "one-way");
      }, { timeoutMs: 60_000, everyMs: 200 });
      return { tookMs, boundMs: firewalledMs };
    } catch (error) {
      throw new Error(`They say ${states}: ${(error as Error).message}`);
    }
  },
};
