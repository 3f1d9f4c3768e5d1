import { atPace, sleep, until } from "../support/until.ts";
import { ShapedCluster } from "./shaped_cluster.ts";

/** How much of it there is: some seconds of it in the tests, all of it by `deno task links`. */
export type Length = "short" | "long";

/** What a case came to. */
export interface Outcome {
  /** How long it took until all had all, and how long it may. */
  readonly tookMs: number;
  readonly boundMs: number;
  /** What else there is to tell. */
  readonly told?: string;
}

/** So much longer than the bytes on the wire take, all may take that is sent. */
const tolerance = 1.3;

/** Until a link that was dead is dialed again: a dial that was under way takes up to 5 s. */
const dialedMs = 7_000;

/** In this time servers agree after the last Put, while messages are lost or some cannot reach each other. */
const agreedMs = 10_000;

/** What must hold on links that are slow, lossy or cut. Each throws when something is never there. */
export const linkCases: Readonly<Record<string, (length: Length) => Promise<Outcome>>> = {
  "a backlog passes a link of 256 kbit/s": async (length) => {
    await using cluster = await ShapedCluster.start(2);
    const kilobits = 256;
    const [count, bytes] = [length === "long" ? 1_500 : 100, 2_000];
    for (const host of [1, 2]) await cluster.network.narrow(host, kilobits);
    const wireMs = count * bytes / (kilobits / 8);
    const sent = await cluster.network.bytesSentBy(1);
    const putting = cluster.put(1, "key", count, bytes);
    const tookMs = await cluster.agree([2], "key", count, 4 * wireMs);
    await putting;
    const told = `${await cluster.network.bytesSentBy(1) - sent} bytes left for ${count * bytes}`;
    return { tookMs, boundMs: tolerance * wireMs, told };
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
    const sent = await network.bytesSentBy(1);
    await network.mend();
    const owed = others.length * count * bytes;
    const wireMs = owed / (kilobits / 8);
    const tookMs = await cluster.agree(others, "key", count, 4 * wireMs + dialedMs);
    const told = `${await network.bytesSentBy(1) - sent} bytes left for ${owed}`;
    const boundMs = tolerance * wireMs + (length === "long" ? 0 : dialedMs);
    return { tookMs, boundMs, told };
  },

  "servers agree while a tenth of all packets is lost and the others overtake one another": async (
    length,
  ) => {
    await using cluster = await ShapedCluster.start(3);
    await cluster.network.shapeAll({ delayMinMs: 80, delayMaxMs: 250, lossPermille: 100 });
    const puts = length === "long" ? 300 : 30;
    await atPace(puts, 100, async (i) => {
      await Promise.all(cluster.hosts.map((host) => cluster.put(host, `key${host}/${i}/`, 2, 100)));
    });
    const tookMs = await cluster.agree(cluster.hosts, "key", 3 * 2 * puts, 60_000);
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
    const { network } = cluster;
    await network.shut(2, 1);
    await network.cut(1, 2);
    const bothSay = async (state: string) => {
      const states = [await cluster.stateOf(1, 2), await cluster.stateOf(2, 1)];
      return states.every((found) => found === state);
    };
    const patience = { timeoutMs: 60_000, everyMs: 200 };
    await until("the connections are gone", () => bothSay("down"), patience);
    await network.mend();
    await network.shut(2, 1);
    const tookMs = await until("both say so", () => bothSay("one-way"), patience);
    return { tookMs, boundMs: dialedMs + agreedMs };
  },
};
