/**
 * Puts values of 1 KiB for a while at each server of a cluster, as many megabytes a second as it is told,
 * and prints how long they take to show elsewhere, what is refused, what each server lacks at the end, and how
 * long it takes from then until all hold the same. Told no rate, it finds the greatest one: it puts more and
 * more, until the others are 2 s behind or no more is taken, and prints who took the processor then.
 *
 * What is promised of a rate that is too high is judged: the exit code is 1 when it does not hold. More comes
 * than is passed on when one server is slower than the others (`--lastRuns 20`: the last one is halted four
 * fifths of the time, and nobody puts there), or when the load has more than one connection to each.
 *
 *     deno task throughput --servers 4 --seconds 8
 *     deno task throughput --servers 4 --megabytes 60 --seconds 20 [--maxLag 5] [--lastRuns 20]
 *
 * @module
 */

import { integerOptions } from "../../support/integer_options.ts";
import { findBound, warmUp } from "./bound.ts";
import { costText, megabytesOf, reportOf } from "./report.ts";
import { LoadedCluster } from "./throughput.ts";
import { faultsOf } from "./verdict.ts";

const { servers, megabytes, seconds, maxLag, maxMemory, connections, lastRuns } = integerOptions({
  servers: 4,
  /** A second; 0: it finds the greatest rate. */
  megabytes: 0,
  seconds: 10,
  /** Of the servers, in seconds; 0: none. */
  maxLag: 0,
  /** Of each server, in MiB. */
  maxMemory: 768,
  /** To each server. */
  connections: 1,
  /** Percent of the time in which the last server runs. */
  lastRuns: 100,
});

const args = [
  ...["--max-memory", `${maxMemory}MiB`],
  ...maxLag > 0 ? ["--max-lag", `${maxLag}s`] : [],
];
await using cluster = await LoadedCluster.start({
  servers,
  args,
  connections,
  lastRuns: lastRuns / 100,
});
if (megabytes > 0) {
  await warmUp(cluster);
  const found = await cluster.measure(megabytes * 1e6, seconds);
  console.log(reportOf(megabytes * 1e6, found));
  console.log(costText(found, servers));
  for (const fault of faultsOf(found, maxLag)) {
    console.log(`Found: ${fault}`);
    Deno.exitCode = 1;
  }
} else {
  const { last, next, reason } = await findBound(
    cluster,
    seconds,
    (rate, found) => console.log(reportOf(rate, found)),
  );
  console.log(
    last === undefined
      ? `the bound is below the first rate: ${reason}`
      : `the bound: ${
        megabytesOf(last.takenPerSecond)
      } MB/s with others at most 2 s behind; then ${reason}`,
  );
  console.log(costText(last ?? next, servers));
}
