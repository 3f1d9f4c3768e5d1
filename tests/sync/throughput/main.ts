/**
 * Puts values of 1 KiB for a while at each server of a cluster, as many megabytes a second as it is told,
 * and prints how long they take to show elsewhere, what is refused, and how long it takes after the end
 * until all hold the same.
 *
 *     deno task throughput --servers 4 --megabytes 60 --seconds 20 [--maxLag 5]
 *
 * @module
 */

import { integerOptions } from "../../support/integer_options.ts";
import { percentiles } from "../../support/percentiles.ts";
import { measureThroughput } from "./throughput.ts";

const { servers, megabytes, seconds, maxLag } = integerOptions({
  servers: 4,
  megabytes: 60,
  seconds: 20,
  maxLag: 0,
});
const result = await measureThroughput({
  servers,
  bytesPerSecond: megabytes * 1e6,
  seconds,
  maxLagSeconds: maxLag,
});
const megabytesOf = (bytes: number) => (bytes / 1e6).toFixed(1);
console.log(
  `asked for ${megabytes} MB/s, taken ${megabytesOf(result.takenPerSecond)} MB/s, ` +
    `${result.refused} of ${result.puts + result.refused} Puts refused`,
);
console.log(`seen elsewhere after ${percentiles(result.lagsMs)}`);
console.log(
  `all hold the same ${(result.equalAfterMs / 1_000).toFixed(1)} s after the end; ` +
    `processor time of the servers: ${(result.cpuShare * 100).toFixed(0)} % of a core; ` +
    `memory of one: ${
      megabytesOf(result.rssBytes)
    } MB; at most ${result.maxMessageRate} messages/s`,
);
if (!result.isEqual) {
  console.log("Found: the replicas differ");
  Deno.exit(1);
}
