import { percentiles } from "../../support/percentiles.ts";
import { valueBytes } from "./load.ts";
import type { ProcessorShares, Throughput } from "./throughput.ts";
import { neededMs } from "./verdict.ts";

/** Bytes in megabytes. */
export const megabytesOf = (bytes: number): string => (bytes / 1e6).toFixed(1);
const percentOf = (part: number) => `${(part * 100).toFixed(0)} %`;
const secondsOf = (ms: number) => `${(ms / 1_000).toFixed(2)} s`;

/** What was asked for, and what came of it, in lines. */
export function reportOf(bytesPerSecond: number, found: Throughput): string {
  const { puts, refused, takenPerSecond, lagsMs, equalAfterMs, cpu, peaks, missing } = found;
  const isEachTaken = refused === 0 ? "" : `, ${refused} of ${puts + refused} Puts refused`;
  const missingText = missing.map(({ bytes, receivedPerSecond }) =>
    `${megabytesOf(bytes)} (received ${megabytesOf(receivedPerSecond)}/s)`
  );
  const needed = neededMs(found);
  return [
    `asked for ${megabytesOf(bytesPerSecond)} MB/s, taken ${
      megabytesOf(takenPerSecond)
    } MB/s${isEachTaken}; seen elsewhere after ${percentiles(lagsMs)}`,
    `    missing at the end, MB by server: ${missingText.join(", ")}; that needs ${
      secondsOf(needed)
    }; all hold the same after ${secondsOf(equalAfterMs)}, ${
      (equalAfterMs / needed).toFixed(2)
    } times as long`,
    `    ${processorOf(cpu)}; at most ${found.maxMessageRate} messages/s`,
    `    of one server at most: ${megabytesOf(peaks.memoryBytes)} of ${
      megabytesOf(peaks.memoryMaxBytes)
    } MB counted, ${megabytesOf(peaks.rssBytes)} MB of its process, ${
      secondsOf(peaks.lagMs)
    } behind as it says`,
  ].join("\n");
}

function processorOf({ servers, load, busy }: ProcessorShares): string {
  const cores = navigator.hardwareConcurrency;
  return `of ${cores} cores: servers ${percentOf(servers / cores)}, load ${
    percentOf(load / cores)
  }, all that runs ${percentOf(busy / cores)}`;
}

/** What a server of its own core would take, by what a Put costs each. */
export function costText({ cpu, takenPerSecond }: Throughput, servers: number): string {
  const microseconds = cpu.servers / servers / (takenPerSecond / valueBytes) * 1e6;
  return `a Put costs each server ${
    microseconds.toFixed(1)
  } µs of the processor: a core for each would do for ` +
    `${(valueBytes / microseconds).toFixed(0)} MB/s in all`;
}
