import type { DigestPart, KeyRange } from "../../kvclient/mod.ts";

/** A replica that tells the digests of its ranges. */
export interface DigestSource {
  /** As `Client.digest`. */
  digest(range: KeyRange, parts: number | readonly string[]): Promise<readonly DigestPart[]>;
}

/** A key of which not all replicas hold the same entry. */
export interface DifferentKey {
  readonly key: string;
  /** What each replica holds of it, in their order; `undefined`: nothing. */
  readonly held: readonly (DigestPart | undefined)[];
}

/** A range of keys of which not all replicas hold the same. */
export interface DifferentRange extends KeyRange {
  /** How many entries each replica holds there, in their order. */
  readonly counts: readonly number[];
}

/** What several replicas do not have in common. */
export interface Differences {
  /** In the order of the keys. */
  readonly keys: readonly DifferentKey[];
  /** Ranges that were not looked into, because enough keys were found. */
  readonly ranges: readonly DifferentRange[];
}

/** Bounds of a search. */
export interface SearchBounds {
  /** It stops when so many keys are found; a few more may come of its last step. */
  readonly keysMax: number;
  /** Into how many parts a range is split at once. */
  readonly partsMax: number;
}

/**
 * Finds what replicas do not have in common. A range that differs is split into parts with as many entries
 * each, on the replica that holds most there, and the parts that differ are looked into in turn, until a
 * part holds a single entry. So it costs a few requests for each key that differs, however many there are.
 *
 * What is written meanwhile may be found or not.
 *
 * @param totals what each of the `sources` holds in all
 */
export async function findDifferences(
  sources: readonly DigestSource[],
  totals: readonly DigestPart[],
  { keysMax, partsMax }: SearchBounds,
): Promise<Differences> {
  const keys: DifferentKey[] = [];
  const rest: DifferentRange[] = [];
  const toSearch: DifferentRange[] = areEqual(totals) ? [] : [rangeOf({}, totals)];
  while (toSearch.length > 0 && keys.length < keysMax) {
    const range = toSearch.shift()!;
    const parts = await split(sources, range, partsMax);
    const found: DifferentRange[] = [];
    for (const { range: part, held } of parts.filter(({ held }) => !areEqual(held))) {
      if (held.every(({ count }) => count <= 1)) keys.push(...keysIn(held));
      else found.push(rangeOf(part, held));
    }
    // One that changes so that it cannot be split is left as it is.
    if (parts.length > 1) toSearch.unshift(...found);
    else rest.push(...found);
  }
  return { keys, ranges: [...rest, ...toSearch] };
}

/** A part of a range, and what each replica holds there. */
interface ComparedPart {
  readonly range: KeyRange;
  readonly held: readonly DigestPart[];
}

async function split(
  sources: readonly DigestSource[],
  { from, to, counts }: DifferentRange,
  partsMax: number,
): Promise<ComparedPart[]> {
  const most = counts.indexOf(Math.max(...counts));
  const parts = await sources[most].digest({ from, to }, partsMax);
  const begins = parts.slice(1).map(({ first }) => first!);
  const held = await Promise.all(
    sources.map((source, i) => i === most ? parts : source.digest({ from, to }, begins)),
  );
  return parts.map((_part, i) => ({
    range: { from: i === 0 ? from : begins[i - 1], to: begins[i] ?? to },
    held: held.map((row) => row[i]),
  }));
}

/** The keys of a part that differs, of which no replica holds more than one. */
function keysIn(held: readonly DigestPart[]): DifferentKey[] {
  const keys = new Set(held.flatMap(({ first }) => first === undefined ? [] : [first]));
  return [...keys].map((key) => ({
    key,
    held: held.map((part) => part.first === key ? part : undefined),
  }));
}

function rangeOf({ from, to }: KeyRange, held: readonly DigestPart[]): DifferentRange {
  return { from, to, counts: held.map(({ count }) => count) };
}

/** Whether several replicas hold the same. */
export function areEqual(held: readonly DigestPart[]): boolean {
  return held.every(({ count, digest }) => count === held[0].count && digest === held[0].digest);
}
