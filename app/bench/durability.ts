import { fill, runRounds, startDataServer, startServerProcess } from "../../bench/mod.ts";
import type { Plan } from "./plan.ts";
import { keys, type NamedTarget, queryColumns, type QueryRow, queryRows } from "./queries.ts";
import type { Section } from "./section.ts";

/** `cmud bench durability` */
export const durabilitySection: Section<QueryRow> = {
  title: ({ connections, rounds }) =>
    `Durability: Puts on ${connections} connections, in memory only, relaxed and strict` +
    (rounds > 1 ? `, medians of ${rounds} rounds` : ""),
  columns: () => queryColumns(true),
  async *measure(plan) {
    const { targets, stop } = await startTargets(plan);
    try {
      for (const target of targets) await fill(target, keys);
      for (const depth of plan.depths) {
        const load = { ...plan, method: "Put", keys, depth } as const;
        yield* queryRows("durability", targets, await runRounds(targets, load), load);
      }
    } finally {
      await plan.redis?.clear(keys);
      await stop();
    }
  },
};

/** A server of each kind, and the Redis, if there is one: that keeps its data as it likes. */
async function startTargets(
  { redis, threads, signal }: Plan,
): Promise<{ targets: NamedTarget[]; stop(): Promise<void> }> {
  const targets: NamedTarget[] = [];
  const stops: (() => Promise<void>)[] = [];
  const stop = async () => void await Promise.all(stops.map((stop) => stop()));
  const options = { queryActorCount: 1, threads, signal };
  try {
    for (const server of ["memory", "relaxed", "strict"] as const) {
      const started = server === "memory"
        ? await startServerProcess(options)
        : await startDataServer({ ...options, durability: server });
      stops.push(started.stop);
      targets.push({ ...started, server });
    }
    if (redis !== undefined) {
      const { addresses, protocol } = redis;
      targets.push({ addresses, protocol, counters: () => redis.counters(), server: "redis" });
    }
    return { targets, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
