import { type FarApart, measureVisibilityFarApart } from "../../bench/mod.ts";
import { rounded, type Section } from "./section.ts";

interface VisibilityRow {
  name: "visibility";
  puts: FarApart["puts"];
  where: "local" | "remote";
  /** One-way time between the servers. */
  latencyMs: number;
  /** Times that were taken. */
  samples: number;
  p50Ms: number;
  p99Ms: number;
  maxMs: number;
  /** The most messages of one actor to another one in a second, until then. */
  maxMessageRate: number;
}

const latencyMs = 250;

/** `cmud bench visibility` */
export const visibilitySection: Section<VisibilityRow> = {
  title: () =>
    `Visibility: from a Put until a watcher of another query actor is told, also of a server ` +
    `${latencyMs} ms away. Two Puts a second, three 25 ms apart twice a second, a hundred a second`,
  columns: () => [
    ["puts", 12, ({ puts }) => puts],
    ["where", 6, ({ where }) => where],
    ["samples", 7, ({ samples }) => samples],
    ["p50 ms", 7, ({ p50Ms }) => p50Ms],
    ["p99 ms", 7, ({ p99Ms }) => p99Ms],
    ["max ms", 7, ({ maxMs }) => maxMs],
    ["messages/s", 10, ({ maxMessageRate }) => maxMessageRate],
  ],
  async *measure({ visibilityPuts: puts, threads, signal }) {
    for await (const found of measureVisibilityFarApart({ latencyMs, puts, threads, signal })) {
      yield row("local", found.localMs, found);
      yield row("remote", found.remoteMs, found);
    }
  },
};

function row(
  where: VisibilityRow["where"],
  timesMs: readonly number[],
  { puts, maxMessageRate }: FarApart,
): VisibilityRow {
  const sorted = timesMs.toSorted((a, b) => a - b);
  const [p50Ms, p99Ms, maxMs] = [0.5, 0.99, 1].map((share) =>
    rounded(sorted[Math.ceil(sorted.length * share) - 1], 1)
  );
  const samples = sorted.length;
  return {
    name: "visibility",
    puts,
    where,
    latencyMs,
    samples,
    p50Ms,
    p99Ms,
    maxMs,
    maxMessageRate,
  };
}
