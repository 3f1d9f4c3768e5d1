import type { Times } from "../kvserver/mod.ts";
import type { Sample } from "./prometheus_text.ts";

/** Times as the samples of a histogram of Prometheus, in seconds. */
export function histogramSamples(
  { boundsMs, counts, sumMs }: Times,
  labels: Readonly<Record<string, string>> = {},
): Sample[] {
  let count = 0;
  const buckets = counts.map((more, i) => {
    count += more;
    const le = i < boundsMs.length ? String(boundsMs[i] / 1_000) : "+Inf";
    return { suffix: "_bucket", value: count, labels: { ...labels, le } };
  });
  return [
    ...buckets,
    { suffix: "_sum", value: sumMs / 1_000, labels },
    { suffix: "_count", value: count, labels },
  ];
}
