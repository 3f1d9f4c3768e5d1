/** Of several durations in milliseconds: the median, all but the slowest hundredth, and the slowest. */
export function percentiles(durationsMs: readonly number[]): string {
  const sorted = durationsMs.toSorted((a, b) => a - b);
  const [p50, p99] = [0.5, 0.99].map((part) => sorted[Math.floor((sorted.length - 1) * part)]);
  const figures = [p50, p99, sorted.at(-1)].map((ms) => Math.round(ms ?? NaN));
  return `p50/p99/max ${figures.join("/")} ms (${sorted.length})`;
}
