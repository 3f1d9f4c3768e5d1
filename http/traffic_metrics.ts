import type { MetricFamily } from "./prometheus_text.ts";
import type { Shown } from "./stats_source.ts";

/** What goes to each peer, and comes from it; nothing while no server runs. */
export function trafficMetrics(shown: Shown): MetricFamily[] {
  if (typeof shown === "string") return [];
  const traffic = shown.traffic();
  return [
    {
      name: "cmud_peer_told_bytes_total",
      help: "Bytes of messages to the peer since it was known, or was known again.",
      type: "counter",
      samples: traffic.map(({ address: peer, toldBytes: value }) => ({ value, labels: { peer } })),
    },
    {
      name: "cmud_peer_heard_bytes_total",
      help: "Bytes of messages from the peer since then.",
      type: "counter",
      samples: traffic.map(({ address: peer, heardBytes: value }) => ({ value, labels: { peer } })),
    },
  ];
}
