import { measureVisibilityFarApart } from "../../bench/mod.ts";
import { rounded, type Section } from "./section.ts";

interface VisibilityRow {
  name: "visibility";
  where: "local" | "remote";
  /** One-way time between the servers. */
  latencyMs: number;
  /** Times that were taken. */
  samples: number;
  p50Ms: number;
  p99Ms: number;
  maxMs: number;
}

const latencyMs = 250;

/** `cmud bench visibility` */
export const visibilitySection: Section<VisibilityRow> = {
  title: () =>
    `Visibility: from a Put to a Get at another query actor, also of a server ${latencyMs} ms away`,
  columns: () => [
    ["where", 12, ({ where }) => where],
    ["samples", 7, ({ samples }) => samples],
    ["p50 ms", 7, ({ p50Ms }) => p50Ms],
    ["p99 ms", 7, ({ p99Ms }) => p99Ms],
    ["max ms", 7, ({ maxMs }) => maxMs],
  ],
  async *measure({ visibilityPuts: puts, threads, signal }) {
    const { localMs, remoteMs } = await measureVisibilityFarApart({
      latencyMs,
      puts,
      threads,
      signal,
    });
    yield row("local", localMs);
    yield row("remote", remoteMs);
  },
};

function row(where: VisibilityRow["where"], timesMs: readonly number[]): VisibilityRow {
  const sorted = timesMs.toSorted((a, b) => a - b);
  const [p50Ms, p99Ms, maxMs] = [0.5, 0.99, 1].map((share) =>
    rounded(sorted[Math.ceil(sorted.length * share) - 1])
  );
  return { name: "visibility", where, latencyMs, samples: sorted.length, p50Ms, p99Ms, maxMs };
}
