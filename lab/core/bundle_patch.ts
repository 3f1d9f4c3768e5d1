/**
 * A difference between two texts: how many characters are kept in front of it, how many of the first text are left
 * out, and what is put in their place. The first number counts from the hunk before, so that it has few digits.
 */
export type Hunk = readonly [kept: number, left: number, put: string];

/** What makes another text of a text: hunks, in the order of their places. */
export type BundlePatch = readonly Hunk[];

/** So many characters alike end a difference. */
const alikeMin = 16;

/** A difference that goes on for longer goes on to the end. */
const differenceMax = 2_000;

/**
 * Finds a patch that makes `after` of `before`. It is small where they differ in a few places, as two bundles do
 * of which one has a line more, and by that other short names.
 */
export function patchOf(before: string, after: string): BundlePatch {
  const hunks: Hunk[] = [];
  for (let [i, j] = [0, 0];;) {
    const start = i;
    while (i < before.length && before[i] === after[j]) i++, j++;
    if (i === before.length && j === after.length) return hunks;
    const [left, put] = differenceAt(before, i, after, j);
    hunks.push([i - start, left, after.slice(j, j + put)]);
    i += left;
    j += put;
  }
}

/** How many characters of each text to leave out, from places on that differ, until they are alike again. */
function differenceAt(before: string, i: number, after: string, j: number): [number, number] {
  for (let sum = 1; sum <= differenceMax; sum++) {
    for (let skipped = 0; skipped <= sum; skipped++) {
      const put = sum - skipped;
      const next = before.slice(i + skipped, i + skipped + alikeMin);
      if (next.length === alikeMin && after.startsWith(next, j + put)) return [skipped, put];
    }
  }
  return [before.length - i, after.length - j];
}

/** Applies a patch. */
export function patched(before: string, patch: BundlePatch): string {
  let after = "";
  let place = 0;
  for (const [kept, left, put] of patch) {
    after += before.slice(place, place + kept) + put;
    place += kept + left;
  }
  return after + before.slice(place);
}
