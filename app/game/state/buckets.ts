/**
 * Stretches of time, by number. What is of interest for a while only stands in the store under the
 * number of its bucket: who looks for it lists a few buckets, however much there has ever been.
 *
 * @module
 */

/** The number of the bucket that a moment (milliseconds since the epoch) falls in. */
export function bucketOf(ms: number, bucketMs: number): number {
  return Math.max(0, Math.floor(ms / bucketMs));
}

/**
 * The buckets that a reader lists: the present one and its neighbours. So it finds what was written
 * within the last bucket's length or more by anyone whose clock differs by no more than that.
 */
export function bucketsAround(ms: number, bucketMs: number): number[] {
  const present = bucketOf(ms, bucketMs);
  return [present - 1, present, present + 1].filter((bucket) => bucket >= 0);
}

/** The buckets that a moment between two others, or either of them, may fall in. */
export function bucketsBetween(fromMs: number, toMs: number, bucketMs: number): number[] {
  const first = bucketOf(fromMs, bucketMs);
  const count = bucketOf(toMs, bucketMs) - first + 1;
  return Array.from({ length: count }, (_, i) => first + i);
}
