import type { Limits } from "../../limits.ts";

/** How long to wait for the next comparison when one took so long: what is written often costs most. */
export function comparisonPauseMs(
  tookMs: number,
  { comparisonIntervalMs, comparisonPauseRatio }: Limits,
): number {
  return Math.max(comparisonIntervalMs, tookMs * comparisonPauseRatio);
}
