import { ownCpuSeconds } from "./process_counters.ts";
import { Histogram } from "./histogram.ts";
import { withConnections } from "./load_connection.ts";
import type { LoadTarget } from "./load_target.ts";
import type { RequestPool } from "./request_pool.ts";

/** How a load is made. */
export interface LoadOptions {
  /** Built for the target's protocol. */
  requests: RequestPool;
  connections: number;
  seconds: number;
}

/** What a load measured. */
export interface LoadResult {
  requestsPerSecond: number;
  /** Time from a batch's write to its last reply, microseconds. */
  p50Us: number;
  p99Us: number;
  /** Processor time of the server process per request, microseconds; absent where nobody can tell. */
  serverCpuUs?: number;
  /** Processor time of the load generator: 1 is a whole core. */
  loadCpuShare: number;
}

/**
 * Loads a server: each connection sends a batch of requests, awaits all their replies, sends the
 * next.
 */
export function runLoad(target: LoadTarget, options: LoadOptions): Promise<LoadResult> {
  const { requests, connections, seconds } = options;
  return withConnections(target, connections, seconds, async (opened) => {
    const latencies = new Histogram();
    let batches = 0;
    const before = await target.counters();
    const ownBefore = ownCpuSeconds();
    const startMs = performance.now();
    const endMs = startMs + seconds * 1000;
    await Promise.all(opened.map(async (connection) => {
      for (let sentMs = performance.now(); sentMs < endMs;) {
        await connection.exchange(requests.next(), requests.depth);
        const repliedMs = performance.now();
        latencies.add(repliedMs - sentMs);
        batches++;
        sentMs = repliedMs;
      }
    }));
    const elapsedSeconds = (performance.now() - startMs) / 1000;
    const ownAfter = ownCpuSeconds();
    const after = await target.counters();
    const count = batches * requests.depth;
    return {
      requestsPerSecond: count / elapsedSeconds,
      p50Us: latencies.percentileUs(0.5),
      p99Us: latencies.percentileUs(0.99),
      serverCpuUs: before && after && (after.cpuSeconds - before.cpuSeconds) / count * 1e6,
      loadCpuShare: (ownAfter - ownBefore) / elapsedSeconds,
    };
  });
}
