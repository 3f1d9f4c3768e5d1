import { noCounter } from "../entry/entry.ts";
import type { Dot, VersionVector } from "./version_vector.ts";

/**
 * The rule of return, by which two replicas that may have forgotten each other decide what becomes of a
 * key. No clock is asked whether a write was deleted, only who has seen it:
 *
 * - A write that the other replica has seen, and does not hold any more, was replaced there or deleted: it
 *   goes, however late its order is. The other one may have forgotten the tombstone since, and hold
 *   nothing of the key, or a write that it had not seen when it did. So both writes may go: each was
 *   replaced where the other one is held.
 * - Of two writes that were seen on neither other side, the later one stays, as ever.
 *
 * @param ofA what the replica A holds of the key @param ofB what B holds
 * @param seenByA what A had seen before the two began to compare @param seenByB likewise of B
 * @param isLater whether the first of two writes is later
 * @returns the write that both are to hold; `undefined`: neither is to hold one.
 */
export function survivor<Write extends Dot>(
  ofA: Write | undefined,
  ofB: Write | undefined,
  seenByA: VersionVector,
  seenByB: VersionVector,
  isLater: (a: Write, b: Write) => boolean,
): Write | undefined {
  if (ofA !== undefined && ofB !== undefined && isSame(ofA, ofB)) return ofA;
  const left = [
    ...ofA === undefined || seenByB.has(ofA) ? [] : [ofA],
    ...ofB === undefined || seenByA.has(ofB) ? [] : [ofB],
  ];
  return left.length === 2 && isLater(left[1], left[0]) ? left[1] : left[0];
}

function isSame(a: Dot, b: Dot): boolean {
  return a.uid === b.uid && a.counter === b.counter && a.counter !== noCounter;
}
