import { ConnectionError, type DigestPart, type Member, TimeoutError } from "../../kvclient/mod.ts";
import { appLimits, wireLimits } from "../../limits.ts";
import { pause } from "../cli/pause.ts";
import { type Differences, type DifferentKey, findDifferences } from "./differences.ts";
import type { CheckedReplica, FoundReplicas } from "./replicas.ts";

/** What a check has found. */
export interface CheckResult {
  readonly replicas: readonly CheckedReplica[];
  /** Members that were not named. */
  readonly unnamed: readonly Member[];
  /** What each of the replicas holds in all. */
  readonly totals: readonly DigestPart[];
  /** What they do not have in common. */
  readonly differences: Differences;
  /** Whether they hold the same, but for what is written at this moment. */
  readonly isEqual: boolean;
}

/** Compares all of the replicas once. */
async function checkOnce({ replicas, unnamed }: FoundReplicas): Promise<CheckResult> {
  const totals = await Promise.all(replicas.map((replica) => replica.total()));
  const differences = await findDifferences(replicas, totals, {
    keysMax: appLimits.checkedKeysMax,
    partsMax: wireLimits.digestPartsMax,
  });
  // What differed in the totals alone has arrived by now.
  const isEqual = differences.keys.length + differences.ranges.length === 0;
  return { replicas, unnamed, totals, differences, isEqual };
}

/**
 * Compares the replicas again and again, until they are equal, or would be but for what is written at that
 * moment, or the time is over.
 *
 * @param find finds the replicas anew when one of them could not be asked
 * @throws as `find` does, or what asking them throws, when the time is over.
 */
export async function checkUntilEqual(
  find: () => Promise<FoundReplicas>,
  waitMs: number,
): Promise<CheckResult> {
  const untilMs = performance.now() + waitMs;
  const earlier: { result: CheckResult; atMs: number }[] = [];
  for (;;) {
    const beganMs = performance.now();
    const isLast = beganMs >= untilMs;
    try {
      const result = await checkFound(find);
      const settled = earlier.findLast(({ atMs }) => atMs <= beganMs - appLimits.checkSettleMs);
      const isEqual = result.isEqual || settled !== undefined && isUnderWay(settled.result, result);
      if (isEqual || isLast) return { ...result, isEqual };
      earlier.push({ result, atMs: performance.now() });
    } catch (error) {
      if (isLast || !(error instanceof ConnectionError || error instanceof TimeoutError)) {
        throw error;
      }
    }
    await pause(Math.min(appLimits.checkIntervalMs, Math.max(0, untilMs - performance.now())));
  }
}

async function checkFound(find: () => Promise<FoundReplicas>): Promise<CheckResult> {
  const found = await find();
  try {
    return await checkOnce(found);
  } finally {
    await Promise.all(found.replicas.map((replica) => replica.close()));
  }
}

/**
 * Whether all that differs is on its way.
 *
 * @param before a result of so long ago that what was on its way then has arrived
 */
export function isUnderWay(before: CheckResult, { differences }: CheckResult): boolean {
  if (before.differences.ranges.length + differences.ranges.length > 0) return false;
  const keys = new Map(before.differences.keys.map((key) => [key.key, key]));
  return differences.keys.every((key) => isWritten(keys.get(key.key), key));
}

/** Whether each replica that holds something of the key has got it since the key differed before. */
function isWritten(before: DifferentKey | undefined, { held }: DifferentKey): boolean {
  return before === undefined ||
    held.every((part, i) => part?.digest !== before.held[i]?.digest);
}
