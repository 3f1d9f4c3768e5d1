/**
 * What makes something easier than it is for everybody: a place, a course, a machine hall, an event.
 *
 * @module
 */

/** How much easier, each 0 if it is not named; several perks add up. */
export interface Perk {
  /** Percent more coins of each find. */
  readonly mining?: number;
  /** Percent more steps of each hit. */
  readonly steps?: number;
  /** Percent more electricity. */
  readonly supply?: number;
  /** Percent off the shop's prices; a negative number puts them up. */
  readonly prices?: number;
  /** Of the 20 outcomes of an attempt at solving, so many fewer break something. */
  readonly breaks?: number;
  /** Seconds less that the longest attempt takes. */
  readonly seconds?: number;
}

/** What there can be in a perk. */
export const perkKinds = ["mining", "steps", "supply", "prices", "breaks", "seconds"] as const;

/** Nothing is easier. */
export const noPerk: Required<Perk> = {
  ...{ mining: 0, steps: 0, supply: 0, prices: 0, breaks: 0, seconds: 0 },
};

/** All of `perks` together. */
export function together(perks: Iterable<Perk | undefined>): Required<Perk> {
  const sum = { ...noPerk };
  for (const perk of perks) {
    for (const kind of perkKinds) sum[kind] += perk?.[kind] ?? 0;
  }
  return sum;
}

/** `count` and so many percent more, to the nearest whole number, and 0 at least. */
export function withPercent(count: number, percent: number): number {
  return Math.max(0, Math.round(count * (100 + percent) / 100));
}
