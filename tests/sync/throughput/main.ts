/**
 * Puts values of 1 KiB for a while at each server of a cluster, as many megabytes a second as it is told,
 * and prints how long they take to show elsewhere, what is refused, and how long it takes after the end
 * until all hold the same. Told no rate, it finds the greatest one: it puts more and more, until the others
 * are 2 s behind or no more is taken, and prints who took the processor then.
 *
 *     deno task throughput --servers 4 --seconds 8
 *     deno task throughput --servers 4 --megabytes 60 --seconds 20 [--maxLag 5]
 *
 * @module
 */

import { integerOptions } from "../../support/integer_options.ts";
import { percentiles } from "../../support/percentiles.ts";
import { findBound } from "./bound.ts";
import { LoadedCluster, type ProcessorShares, type Throughput, valueBytes } from "./throughput.ts";

const { servers, megabytes, seconds, maxLag } = integerOptions({
  servers: 4,
  megabytes: 0,
  seconds: 10,
  maxLag: 0,
});

const megabytesOf = (bytes: number) => (bytes / 1e6).toFixed(1);
const percentOf = (part: number) => `${(part * 100).toFixed(0)} %`;

function processorOf({ servers, load, busy }: ProcessorShares): string {
  const cores = navigator.hardwareConcurrency;
  return `of ${cores} cores: servers ${percentOf(servers / cores)}, load ${
    percentOf(load / cores)
  }, all that runs ${percentOf(busy / cores)}`;
}

function report(bytesPerSecond: number, found: Throughput): void {
  const { puts, refused, takenPerSecond, lagsMs, equalAfterMs, cpu } = found;
  const isEachTaken = refused === 0 ? "" : `, ${refused} of ${puts + refused} Puts refused`;
  console.log(
    `asked for ${megabytesOf(bytesPerSecond)} MB/s, taken ${
      megabytesOf(takenPerSecond)
    } MB/s${isEachTaken}; seen elsewhere after ${percentiles(lagsMs)}; ` +
      `all hold the same ${(equalAfterMs / 1_000).toFixed(1)} s after the end`,
  );
  console.log(
    `    ${processorOf(cpu)}; memory of one server: ${megabytesOf(found.rssBytes)} MB; ` +
      `at most ${found.maxMessageRate} messages/s`,
  );
}

/** Says what a server of its own core would take, by what a Put costs each. */
function reportCost({ cpu, takenPerSecond }: Throughput): void {
  const microseconds = cpu.servers / servers / (takenPerSecond / valueBytes) * 1e6;
  console.log(
    `a Put costs each server ${
      microseconds.toFixed(1)
    } µs of the processor: a core for each would do for ` +
      `${(valueBytes / microseconds).toFixed(0)} MB/s in all`,
  );
}

await using cluster = await LoadedCluster.start({ servers, maxLagSeconds: maxLag });
if (megabytes > 0) {
  const found = await cluster.measure(megabytes * 1e6, seconds);
  report(megabytes * 1e6, found);
  reportCost(found);
} else {
  const { last, next, reason } = await findBound(cluster, seconds, report);
  console.log(
    last === undefined
      ? `the bound is below the first rate: ${reason}`
      : `the bound: ${
        megabytesOf(last.takenPerSecond)
      } MB/s with others at most 2 s behind; then ${reason}`,
  );
  reportCost(last ?? next);
}
if (!await cluster.isEqual()) {
  console.log("Found: the replicas differ");
  Deno.exitCode = 1;
}
