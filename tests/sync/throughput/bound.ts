import { percentile } from "../../support/percentiles.ts";
import type { LoadedCluster, Throughput } from "./throughput.ts";

/** How far the servers may be behind, at the 99th percentile. */
const lagMsMax = 2_000;
/** At which rate it begins, and how much greater each one is than that before. */
const firstBytesPerSecond = 6e6;
const factor = 1.3;
/** Of what is asked for, what must be taken: less says that nobody can put more here. */
const takenShare = 0.9;
const warmUpSeconds = 4;

/** Puts for a while, for nothing: code that has hardly run is slow. */
export async function warmUp(cluster: LoadedCluster): Promise<void> {
  await cluster.measure(firstBytesPerSecond, warmUpSeconds);
}

/** What bounds the rate. */
export type Reason = "the others are further behind" | "no more is taken";

/** The greatest rate at which all keep up, and what came of the next one. */
export interface Bound {
  /** Absent: they do not keep up at the least of the rates. */
  readonly last: Throughput | undefined;
  readonly next: Throughput;
  readonly reason: Reason;
}

/**
 * Puts more and more a second, until those who are behind are so by more than they may, or no more is taken.
 *
 * @param onMeasured called with each rate, and what came of it
 */
export async function findBound(
  cluster: LoadedCluster,
  seconds: number,
  onMeasured: (bytesPerSecond: number, found: Throughput) => void,
): Promise<Bound> {
  await warmUp(cluster);
  let last: Throughput | undefined;
  for (let bytesPerSecond = firstBytesPerSecond;; bytesPerSecond *= factor) {
    const next = await cluster.measure(bytesPerSecond, seconds);
    onMeasured(bytesPerSecond, next);
    const reason = reasonIn(next, bytesPerSecond);
    if (reason !== undefined) return { last, next, reason };
    last = next;
  }
}

function reasonIn({ lagsMs, takenPerSecond }: Throughput, asked: number): Reason | undefined {
  if (percentile(lagsMs, 0.99) > lagMsMax) return "the others are further behind";
  return takenPerSecond < takenShare * asked ? "no more is taken" : undefined;
}
