import { runExternalLoad } from "./external_load.ts";
import { type LoadResult, runLoad } from "./load.ts";
import type { LoadValue } from "./load_protocol.ts";
import type { LoadTarget } from "./load_target.ts";
import { anyKey, RequestPool } from "./request_pool.ts";

/** A load, and how often it is repeated. */
export interface RoundsOptions {
  method: "Get" | "Put";
  /** Keys that were put: requests are for any of them. */
  keys: number;
  connections: number;
  depth: number;
  seconds: number;
  rounds: number;
  /** The value that Puts put; default: a short one. Not for another program. */
  value?: LoadValue;
  /** Another program that makes the load: the command of `runExternalLoad`. */
  generator?: string;
  /** Ends such a program when it is aborted. */
  signal?: AbortSignal;
}

/** The middle of several numbers, and how far they are spread. */
export interface Spread {
  median: number;
  min: number;
  max: number;
}

/**
 * The same load on several targets in turn, round after round, so that what disturbs one disturbs
 * all; first a short one on each that does not count.
 */
export async function runRounds(
  targets: readonly LoadTarget[],
  { method, keys, value, connections, depth, seconds, rounds, generator, signal }: RoundsOptions,
): Promise<LoadResult[][]> {
  const results: LoadResult[][] = targets.map(() => []);
  const loads = targets.map((target) => {
    if (generator !== undefined) {
      const load = { command: generator, method, connections, depth, signal };
      return (seconds: number) => runExternalLoad(target, { ...load, seconds });
    }
    const { protocol } = target;
    const requests = new RequestPool({ protocol, method, depth, key: anyKey(keys), value });
    return (seconds: number) => runLoad(target, { requests, connections, seconds });
  });
  for (const load of loads) await load(seconds / 4);
  for (let round = 0; round < rounds; round++) {
    for (const [i, load] of loads.entries()) results[i].push(await load(seconds));
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
