/**
 * What a character may be called.
 *
 * @module
 */

import { isAtLeast, world } from "../world/world.ts";
import type { TermOfCareer } from "./career.ts";
import type { Character } from "./character.ts";

/** The titles of `character`, as its world lists them. */
export function titlesOf(
  { marks, mined, rank }: Pick<Character, "marks" | "mined" | "rank">,
  career: readonly TermOfCareer[],
): string[] {
  const met = new Set(Array.from(marks.met, (what) => what.split("/")[0]));
  const reached = { read: marks.read.size, met: met.size, mined, signed: marks.gave.size };
  return (world.titles ?? []).filter(({ for: wanted }) =>
    (wanted.read ?? 0) <= reached.read && (wanted.met ?? 0) <= reached.met &&
    (wanted.mined ?? 0) <= reached.mined && (wanted.signed ?? 0) <= reached.signed &&
    (wanted.terms ?? 0) <= career.length &&
    (wanted.rank === undefined || isAtLeast(rank, wanted.rank))
  ).map(({ title }) => title);
}
