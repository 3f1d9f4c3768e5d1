/** Of several durations in milliseconds: the median, all but the slowest hundredth, and the slowest. */
export function percentiles(durationsMs: readonly number[]): string {
  const figures = [0.5, 0.99, 1].map((part) => Math.round(percentile(durationsMs, part)));
  return `p50/p99/max ${figures.join("/")} ms (${durationsMs.length})`;
}

/** The one of several figures that so large a part of the others do not exceed; `NaN`: there are none. */
export function percentile(figures: readonly number[], part: number): number {
  const sorted = figures.toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) * part)] ?? NaN;
}
