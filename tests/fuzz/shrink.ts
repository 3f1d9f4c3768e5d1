/**
 * Finds a short list of items that still fails, by leaving out parts of a list that does: first all but
 * its last ones, because what fails is mostly what was done last, then as Zeller and Hildebrandt do it
 * ("Simplifying and Isolating Failure-Inducing Input").
 *
 * @param fails whether a list fails; asked `triesMax` times at the most
 * @returns the shortest list that was seen to fail; `items` itself when no other one did
 */
export async function shrink<T>(
  items: readonly T[],
  fails: (some: readonly T[]) => Promise<boolean>,
  triesMax: number,
): Promise<readonly T[]> {
  let tries = 0;
  const tried = async (some: readonly T[]) => tries++ < triesMax && await fails(some);
  let shortest = items;
  for (let length = 1; length < items.length; length *= 4) {
    if (!await tried(items.slice(-length))) continue;
    shortest = items.slice(-length);
    break;
  }
  for (let parts = 2; shortest.length > 1 && tries < triesMax;) {
    const size = Math.ceil(shortest.length / parts);
    let found: readonly T[] | undefined;
    for (let at = 0; at < shortest.length && found === undefined; at += size) {
      const rest = [...shortest.slice(0, at), ...shortest.slice(at + size)];
      if (await tried(rest)) found = rest;
    }
    if (found !== undefined) {
      shortest = found;
      parts = Math.max(2, parts - 1);
    } else if (size === 1) break;
    else parts = Math.min(shortest.length, parts * 2);
  }
  return shortest;
}
