import { percentile } from "../../support/percentiles.ts";
import type { Throughput } from "./throughput.ts";

/** In so many times what it needs a server gets what it lacks, */
const neededTimesMax = 1.5;
/** and in what any Put may take until it shows, however little there is to be sent. */
const shownMs = 500;
/** No second may see more messages of an actor to another one. */
const messageRateMax = 10;
/** With a bound of the lag, all hold the same so long after the end. */
const equalAfterMsMax = 2_000;

/** How long the server that needs longest needs for what it lacks, at the rate of before. */
export function neededMs({ missing }: Pick<Throughput, "missing">): number {
  const needed = missing.map(({ bytes, receivedPerSecond }) => bytes / receivedPerSecond * 1_000);
  return Math.max(...needed);
}

/** Which promises do not hold. @param maxLagSeconds of the servers; 0: they have none */
export function faultsOf(
  found: Pick<Throughput, "missing" | "lagsMs" | "equalAfterMs" | "peaks" | "maxMessageRate">,
  maxLagSeconds: number,
): string[] {
  const { lagsMs, equalAfterMs, peaks, maxMessageRate } = found;
  const faults: string[] = [];
  const expect = (what: string, is: number, most: number) => {
    // What is no number is not within its bound either.
    if (!(is <= most)) faults.push(`${what}: ${Math.round(is)}, allowed are ${Math.round(most)}`);
  };
  if (maxLagSeconds > 0) {
    expect("the greatest lag, in ms", percentile(lagsMs, 1), maxLagSeconds * 1_000);
    expect("all hold the same, ms after the end", equalAfterMs, equalAfterMsMax);
  } else {
    const mostMs = neededTimesMax * neededMs(found) + shownMs;
    expect("all hold the same, ms after the end", equalAfterMs, mostMs);
  }
  expect("memory of a server, in bytes", peaks.memoryBytes, peaks.memoryMaxBytes);
  expect("messages of an actor to another one in a second", maxMessageRate, messageRateMax);
  return faults;
}
