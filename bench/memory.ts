import { pause, realEnvironment } from "../rpc/mod.ts";
import { fill } from "./fill.ts";
import type { LoadTarget } from "./load_target.ts";

/** Bytes of the keys whose memory is measured; values are as everywhere. */
export const memoryKeyBytes = 20;

/**
 * Puts so many keys.
 *
 * @param settleSeconds for how long the least is taken, before and after
 * @returns the memory that the process has now more than before, in bytes per key; `undefined` where
 * nobody can tell.
 */
export async function measureMemory(
  target: LoadTarget,
  keys: number,
  settleSeconds: number,
): Promise<number | undefined> {
  const before = await leastRssBytes(target, settleSeconds);
  await fill(target, keys, memoryKeyBytes);
  const after = await leastRssBytes(target, settleSeconds);
  return before && after && (after - before) / keys;
}

/** Over a while, in which garbage goes and what is held stays. */
async function leastRssBytes(target: LoadTarget, seconds: number): Promise<number | undefined> {
  const endMs = performance.now() + seconds * 1000;
  for (let least = Infinity;;) {
    const counters = await target.counters();
    if (counters === undefined) return undefined;
    least = Math.min(least, counters.rssBytes);
    if (performance.now() >= endMs) return least;
    await pause(realEnvironment, 50);
  }
}
