import type { QueryFigures } from "../kvserver/mod.ts";
import { histogramSamples } from "./histogram_samples.ts";
import type { MetricFamily } from "./prometheus_text.ts";
import type { Shown } from "./stats_source.ts";

/** How many queries there were by each door, and how long they took; nothing while no server runs. */
export function queryMetrics(shown: Shown): MetricFamily[] {
  if (typeof shown === "string") return [];
  const doors = Object.entries(shown.queryFigures()) as [string, QueryFigures["frames"]][];
  return [
    {
      name: "cmud_queries_total",
      help: "Queries, by what they ask, and by the door: frames of CMUD, or commands of Redis.",
      type: "counter",
      samples: doors.flatMap(([door, { counts }]) =>
        Object.entries(counts).map(([method, value]) => ({ value, labels: { door, method } }))
      ),
    },
    {
      name: "cmud_query_duration_seconds",
      help: "From when a query was read to when its reply was ready; one read in sixteen is timed.",
      type: "histogram",
      samples: doors.flatMap(([door, { durations }]) =>
        Object.entries(durations).flatMap(([method, times]) =>
          histogramSamples(times, { door, method })
        )
      ),
    },
  ];
}
