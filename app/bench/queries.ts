import {
  fill,
  keyBytes,
  type LoadResult,
  type LoadTarget,
  runRounds,
  type Spread,
  spreadOf,
  startServerProcess,
  valueBytes,
} from "../../bench/mod.ts";
import type { Plan } from "./plan.ts";
import { type Column, rounded, type Section } from "./section.ts";

/** Medians of all rounds for one server under one load. */
export interface QueryRow {
  name: "get" | "put" | "durability";
  server: string;
  /** Query actors, of a server of ours. */
  actors?: number;
  connections: number;
  depth: number;
  rounds: number;
  perSecond: number;
  p50Us: number;
  p99Us: number;
  /** Processor time of the server per request. */
  serverCpuUs?: number;
  /** Processor time of the load generator: 1 is a whole core. */
  loadCpuShare: number;
  /** Round by round, this server's figure divided by the other's. */
  ratios?: { against: string; perSecond: Spread; serverCpu?: Spread };
}

/** A server under load, by the name that results have for it. */
interface NamedTarget extends LoadTarget {
  server: string;
  actors?: number;
}

/** One of ours. */
export interface StartedTarget extends NamedTarget {
  stop(): Promise<void>;
}

/** Different keys that are asked for. */
const keys = 10_000;

const columns: readonly Column<QueryRow>[] = [
  ["server", 12, nameOf],
  ["depth", 5, ({ depth }) => depth],
  ["per second", 10, ({ perSecond }) => perSecond],
  ["p50 µs", 7, ({ p50Us }) => p50Us],
  ["p99 µs", 7, ({ p99Us }) => p99Us],
  ["CPU µs", 6, ({ serverCpuUs }) => serverCpuUs?.toFixed(2)],
  ["load %", 6, ({ loadCpuShare }) => rounded(loadCpuShare * 100)],
];

const ratioColumns: readonly Column<QueryRow>[] = [
  ["ratio (min to max)", 20, ({ ratios }) => ratios ? spreadText(ratios.perSecond) : ""],
  ["CPU ratio", 20, ({ ratios }) => ratios?.serverCpu ? spreadText(ratios.serverCpu) : ""],
];

/** `cmud bench get` and `cmud bench put` */
export function querySection(name: "get" | "put", method: "Get" | "Put"): Section<QueryRow> {
  return {
    title: ({ connections, rounds }) =>
      `${method}: ${connections} connections, keys of ${keyBytes} and values of ${valueBytes} bytes` +
      (rounds > 1 ? `, medians of ${rounds} rounds` : ""),
    columns: ({ redis, actorCounts }) =>
      queryColumns(redis !== undefined || actorCounts.length > 1),
    measure: (plan) => measureQueries(name, method, servers(plan), plan),
  };
}

/** Servers with as many actors as the plan says. */
async function* servers({ actorCounts, threads, signal }: Plan): AsyncIterable<StartedTarget> {
  for (const actors of actorCounts) {
    const server = await startServerProcess({ queryActorCount: actors, threads, signal });
    yield { ...server, server: "cmud", actors };
  }
}

/** Puts `servers` and the Redis, if there is one, under the plan's loads in turn. */
export async function* measureQueries(
  name: QueryRow["name"],
  method: "Get" | "Put",
  servers: AsyncIterable<StartedTarget>,
  plan: Plan,
): AsyncIterable<QueryRow> {
  const { redis, depths } = plan;
  const started: StartedTarget[] = [];
  try {
    for await (const server of servers) started.push(server);
    const targets: NamedTarget[] = [...started];
    if (redis !== undefined) {
      const { addresses, protocol } = redis;
      targets.push({ addresses, protocol, counters: () => redis.counters(), server: "redis" });
    }
    for (const target of targets) await fill(target, keys);
    for (const depth of depths) {
      const load = { ...plan, method, keys, depth };
      yield* queryRows(name, targets, await runRounds(targets, load), load);
    }
  } finally {
    await redis?.clear(keys);
    await Promise.all(started.map(({ stop }) => stop()));
  }
}

/** The columns for them. @param ratios whether they are compared */
export function queryColumns(ratios: boolean): readonly Column<QueryRow>[] {
  return ratios ? [...columns, ...ratioColumns] : columns;
}

/** A row for each target, compared with the Redis, or with the first where there is none. */
function* queryRows(
  name: QueryRow["name"],
  targets: readonly NamedTarget[],
  results: readonly LoadResult[][],
  { connections, depth, rounds }: Plan & { depth: number },
): Iterable<QueryRow> {
  const base = targets.findIndex(({ server }) => server === "redis");
  const other = Math.max(base, 0);
  for (const [i, { server, actors }] of targets.entries()) {
    const median = (figure: (result: LoadResult) => number) =>
      spreadOf(results[i].map(figure)).median;
    const ratio = (figure: (result: LoadResult) => number) =>
      spreadOf(results[i].map((result, round) => figure(result) / figure(results[other][round])));
    const cpuUs = ({ serverCpuUs }: LoadResult) => serverCpuUs ?? NaN;
    const knowsCpu = !Number.isNaN(median(cpuUs));
    yield {
      name,
      server,
      actors,
      connections,
      depth,
      rounds,
      perSecond: rounded(median(({ requestsPerSecond }) => requestsPerSecond)),
      p50Us: rounded(median(({ p50Us }) => p50Us)),
      p99Us: rounded(median(({ p99Us }) => p99Us)),
      serverCpuUs: knowsCpu ? rounded(median(cpuUs), 3) : undefined,
      loadCpuShare: rounded(median(({ loadCpuShare }) => loadCpuShare), 3),
      ratios: i === other ? undefined : {
        against: nameOf(targets[other]),
        perSecond: ratio(({ requestsPerSecond }) => requestsPerSecond),
        serverCpu: knowsCpu ? ratio(cpuUs) : undefined,
      },
    };
  }
}

function nameOf({ server, actors }: { server: string; actors?: number }): string {
  return actors === undefined ? server : `${server} x ${actors}`;
}

function spreadText({ median, min, max }: Spread): string {
  const [middle, least, most] = [median, min, max].map((value) => value.toFixed(2));
  return `${middle} (${least} to ${most})`;
}
