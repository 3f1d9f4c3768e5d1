import type { Measurements } from "../kvserver/mod.ts";
import { histogramSamples } from "./histogram_samples.ts";
import type { MetricFamily, Sample } from "./prometheus_text.ts";
import type { Shown } from "./stats_source.ts";

/** What a server has measured of itself; nothing while none runs. */
export function measurementMetrics(shown: Shown): MetricFamily[] {
  if (typeof shown === "string") return [];
  const { visibility, eventLoopLag, disk, refusals, tokens, memory } = shown.measurements();
  return [
    {
      name: "cmud_visibility_seconds",
      help:
        "From when a Put was accepted here until another server had it on all query actors and said so.",
      type: "histogram",
      samples: histogramSamples(visibility),
    },
    {
      name: "cmud_event_loop_lag_seconds",
      help: "How late timers are, of one a second on each thread.",
      type: "histogram",
      samples: histogramSamples(eventLoopLag),
    },
    {
      name: "cmud_refusals_total",
      help: "Requests that were refused, by the code of the error, and by the door.",
      type: "counter",
      samples: Object.entries(refusals).flatMap(([door, reasons]) =>
        Object.entries(reasons).map(([reason, value]) => ({ value, labels: { door, reason } }))
      ),
    },
    {
      name: "cmud_tokens_refused_total",
      help:
        "Tokens that let nobody in, at all ports: wrong ones, and those that were not looked at " +
        "because too many wrong ones had come from their address.",
      type: "counter",
      samples: Object.entries(tokens).map(([why, value]) => ({ value, labels: { why } })),
    },
    {
      name: "cmud_memory_kind_bytes",
      help: "Memory that is counted, by what it is for.",
      type: "gauge",
      samples: Object.entries(memory).map(([kind, value]) => ({ value, labels: { kind } })),
    },
    ...disk === undefined ? [] : diskMetrics(disk),
  ];
}

function diskMetrics(
  { writes, waitingBytes, refusals, logBytes, fileBytes }: NonNullable<Measurements["disk"]>,
): MetricFamily[] {
  const one = (value: number): Sample[] => [{ value }];
  return [
    {
      name: "cmud_disk_write_seconds",
      help: "How long it takes to write a group of entries to the log and to sync it (fsync).",
      type: "histogram",
      samples: histogramSamples(writes),
    },
    {
      name: "cmud_disk_waiting_bytes",
      help: "Bytes that wait to be written to the disk, or are being written.",
      type: "gauge",
      samples: one(waitingBytes),
    },
    {
      name: "cmud_disk_refusals_total",
      help: "How often the disk began to refuse writes.",
      type: "counter",
      samples: one(refusals),
    },
    {
      name: "cmud_disk_log_bytes",
      help: "Bytes of the log, which is not folded into the file yet.",
      type: "gauge",
      samples: one(logBytes),
    },
    {
      name: "cmud_disk_file_bytes",
      help: "Bytes of the file cmud.db.",
      type: "gauge",
      samples: one(fileBytes),
    },
  ];
}
