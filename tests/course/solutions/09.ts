export interface Remote {
  sum(from: number, to: number): number;
  list(from: number, to: number): ReadonlyMap<number, number>;
}

/** A range that is so small is listed. */
const listedKeys = 32;

export function difference(
  own: ReadonlyMap<number, number>,
  remote: Remote,
  end: number,
): number[] {
  const found: number[] = [];
  const look = (from: number, to: number, theirs: number) => {
    if (sumOf(own, from, to) === theirs) return;
    if (to - from <= listedKeys) {
      const listed = remote.list(from, to);
      for (let key = from; key < to; key++) if (own.get(key) !== listed.get(key)) found.push(key);
      return;
    }
    const middle = (from + to) >>> 1;
    const left = remote.sum(from, middle);
    look(from, middle, left);
    // What is not on the left is on the right: no need to ask.
    look(middle, to, (theirs - left) >>> 0);
  };
  look(0, end, remote.sum(0, end));
  return found;
}

function sumOf(entries: ReadonlyMap<number, number>, from: number, to: number): number {
  let sum = 0;
  for (let key = from; key < to; key++) sum = (sum + (entries.get(key) ?? 0)) >>> 0;
  return sum;
}
