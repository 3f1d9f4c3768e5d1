import { type LoadResult, runLoad } from "./load.ts";
import type { LoadMethod } from "./load_protocol.ts";
import type { LoadTarget } from "./load_target.ts";
import { anyKey, RequestPool } from "./request_pool.ts";

/** A load, and how often it is repeated. */
export interface RoundsOptions {
  method: LoadMethod;
  /** Keys that were put: requests are for any of them. */
  keys: number;
  connections: number;
  depth: number;
  seconds: number;
  rounds: number;
}

/** The middle of several numbers, and how far they are spread. */
export interface Spread {
  median: number;
  min: number;
  max: number;
}

/** The same load on several targets in turn, round after round: what disturbs one disturbs all. */
export async function runRounds(
  targets: readonly LoadTarget[],
  { method, keys, connections, depth, seconds, rounds }: RoundsOptions,
): Promise<LoadResult[][]> {
  const results: LoadResult[][] = targets.map(() => []);
  const pools = targets.map(({ protocol }) =>
    new RequestPool({ protocol, method, depth, key: anyKey(keys) })
  );
  for (let round = -1; round < rounds; round++) {
    for (const [i, target] of targets.entries()) {
      const isWarmUp = round < 0;
      const load = { requests: pools[i], connections, seconds: isWarmUp ? seconds / 4 : seconds };
      const result = await runLoad(target, load);
      if (!isWarmUp) results[i].push(result);
    }
  }
  return results;
}

/** @param values at least one */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return {
    median: (sorted[Math.ceil(middle) - 1] + sorted[Math.floor(middle)]) / 2,
    min: sorted[0],
    max: sorted.at(-1)!,
  };
}
