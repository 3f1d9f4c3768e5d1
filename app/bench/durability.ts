import { startDataServer, startServerProcess } from "../../bench/mod.ts";
import type { Plan } from "./plan.ts";
import { measureQueries, queryColumns, type QueryRow, type StartedTarget } from "./queries.ts";
import type { Section } from "./section.ts";

/** `cmud bench durability` */
export const durabilitySection: Section<QueryRow> = {
  title: ({ connections, rounds }) =>
    `Durability: Puts on ${connections} connections, in memory only, relaxed and strict` +
    (rounds > 1 ? `, medians of ${rounds} rounds` : ""),
  columns: () => queryColumns(true),
  measure: (plan) => measureQueries("durability", "Put", servers(plan), plan),
};

/** One of each kind. A Redis beside them keeps its data as it likes. */
async function* servers({ threads, signal }: Plan): AsyncIterable<StartedTarget> {
  const options = { queryActorCount: 1, threads, signal };
  yield { ...await startServerProcess(options), server: "memory" };
  for (const server of ["relaxed", "strict"] as const) {
    yield { ...await startDataServer({ ...options, durability: server }), server };
  }
}
