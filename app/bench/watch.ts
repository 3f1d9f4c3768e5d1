import {
  fill,
  type LoadResult,
  openWatches,
  runRounds,
  spreadOf,
  startServerProcess,
} from "../../bench/mod.ts";
import { rounded, type Section } from "./section.ts";

interface WatchRow {
  name: "watch";
  /** Watches at the server, and how many of them each Put is for. */
  watches: number;
  matching: number;
  depth: number;
  rounds: number;
  perSecond: number;
  p50Us: number;
  p99Us: number;
  serverCpuUs?: number;
  /** Round by round, the processor time of the server divided by that without watches: the median. */
  cpuRatio?: number;
}

const keys = 10_000;
const watchCount = 10_000;

/** `cmud bench watch` */
export const watchSection: Section<WatchRow> = {
  title: ({ connections }) =>
    `Put while others watch: ${connections} connections, servers without watches, with ` +
    `${watchCount.toLocaleString("en-US")} of other keys, and with one of them of all that is put`,
  columns: () => [
    ["watches", 8, ({ watches }) => watches],
    ["matching", 8, ({ matching }) => matching],
    ["depth", 5, ({ depth }) => depth],
    ["per second", 10, ({ perSecond }) => perSecond],
    ["p50 µs", 7, ({ p50Us }) => p50Us],
    ["p99 µs", 7, ({ p99Us }) => p99Us],
    ["CPU µs", 6, ({ serverCpuUs }) => serverCpuUs?.toFixed(2)],
    ["ratio", 5, ({ cpuRatio }) => cpuRatio?.toFixed(2)],
  ],
  async *measure({ connections, depths, rounds, seconds, threads, signal }) {
    await using ends = new AsyncDisposableStack();
    const others = Array.from({ length: watchCount - 1 }, (_, i) => `other/${i}/`);
    const kinds = [[], [...others, "other"], [...others, "key:"]];
    const targets = [];
    for (const prefixes of kinds) {
      const server = await startServerProcess({ queryActorCount: 1, threads, signal });
      ends.defer(() => server.stop());
      await fill(server, keys);
      ends.defer(await openWatches(server.addresses[0], prefixes));
      targets.push(server);
    }
    for (const depth of depths) {
      const load = { method: "Put" as const, keys, connections, depth, seconds, rounds, signal };
      const results = await runRounds(targets, load);
      for (const [i, prefixes] of kinds.entries()) {
        yield {
          name: "watch",
          watches: prefixes.length,
          matching: prefixes.includes("key:") ? 1 : 0,
          depth,
          rounds,
          ...middleOf(results[i]),
          cpuRatio: i === 0 ? undefined : ratioOf(results[i], results[0]),
        };
      }
    }
  },
};

function middleOf(results: readonly LoadResult[]) {
  const middle = (figure: (result: LoadResult) => number) => spreadOf(results.map(figure)).median;
  return {
    perSecond: rounded(middle(({ requestsPerSecond }) => requestsPerSecond)),
    p50Us: rounded(middle(({ p50Us }) => p50Us)),
    p99Us: rounded(middle(({ p99Us }) => p99Us)),
    serverCpuUs: results[0].serverCpuUs === undefined
      ? undefined
      : rounded(middle(({ serverCpuUs }) => serverCpuUs!), 2),
  };
}

function ratioOf(results: readonly LoadResult[], to: readonly LoadResult[]): number | undefined {
  if (results[0].serverCpuUs === undefined) return undefined;
  const ratios = results.map(({ serverCpuUs }, i) => serverCpuUs! / to[i].serverCpuUs!);
  return rounded(spreadOf(ratios).median, 2);
}
