/**
 * What a problem wants besides machines.
 *
 * @module
 */

import { problemOf, type Rank, type Stage } from "../world/world.ts";
import type { Character } from "./character.ts";

/** What `character` still has to do before the part of the problem that begins at `remaining` steps. */
export function stageBefore(
  character: Pick<Character, "marks" | "paid">,
  rank: Rank,
  remaining: number,
): Stage | undefined {
  return problemOf(rank)?.stages?.find((stage) =>
    remaining <= stage.left && !isMet(character, rank, stage)
  );
}

/** What is paid to somebody who signs for coins. */
export function signatureOf(rank: Rank): string {
  return `sign/${rank}`;
}

/** Whether somebody has signed for the problem of `rank`. */
export function isSigned({ marks, paid }: Pick<Character, "marks" | "paid">, rank: Rank): boolean {
  return paid.has(signatureOf(rank)) ||
    Array.from(marks.signed).some((what) => what.startsWith(`${rank}/`));
}

/** Whether `character` has done what a stage of the problem of `rank` wants. */
export function isMet(
  character: Pick<Character, "marks" | "paid">,
  rank: Rank,
  { needs }: Stage,
): boolean {
  const { read, met } = character.marks;
  return (needs.read === undefined || read.has(needs.read)) &&
    (needs.talk === undefined || met.has(`${needs.talk}/${rank}`)) &&
    (!needs.sign || isSigned(character, rank));
}
