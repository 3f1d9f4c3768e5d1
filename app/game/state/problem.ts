/**
 * A rank's problem as one replica shows it.
 *
 * @module
 */

import type { Reader } from "./reader.ts";
import { prefixes } from "./keys.ts";
import { parseAll, parseDamage, parseEnd, parseRisen } from "./records.ts";
import {
  currentRound,
  nextHit,
  reachedRounds,
  remainingSteps,
  type Rounds,
  tallyRounds,
} from "./rounds.ts";
import type { Rank } from "../world/world.ts";

/** How far all players of a rank have come. */
export interface Problem {
  readonly rank: Rank;
  /** The round in play. */
  readonly round: number;
  /** Its steps still to do. */
  readonly remaining: number;
  /** The number of the next hit in it. */
  readonly nextHit: number;
  readonly rounds: Rounds;
  /** Rounds known to have promoted someone. */
  readonly settled: ReadonlySet<number>;
  /** Records of this problem that are not well-formed, or of rounds that nobody has reached. */
  readonly skipped: number;
}

/**
 * The steps that one round still needs, at a glance: without the ends of sessions, and so perhaps too
 * many.
 */
export async function glanceAt(reader: Reader, rank: Rank, round: number): Promise<number> {
  const { records } = parseAll(await reader.list(prefixes.damage(rank, round)), parseDamage);
  return remainingSteps(rank, new Map(records.map(({ session, hits }) => [session, hits])));
}

/** Reads how the problem of `rank` stands. */
export async function readProblem(reader: Reader, rank: Rank): Promise<Problem> {
  const [damage, risen, ends] = await Promise.all([
    reader.list(prefixes.damage(rank)).then((entries) => parseAll(entries, parseDamage)),
    reader.list(prefixes.risen(rank)).then((entries) => parseAll(entries, parseRisen)),
    reader.list(prefixes.ends()).then((entries) => parseAll(entries, parseEnd)),
  ]);
  const endOf = new Map(ends.records.map(({ session, end }) => [session, end]));
  const { reached: rounds, skipped } = reachedRounds(tallyRounds(rank, damage.records, endOf));
  const round = currentRound(rank, rounds);
  return {
    rank,
    round,
    remaining: remainingSteps(rank, rounds.get(round)),
    nextHit: nextHit(rounds.get(round)),
    rounds,
    settled: new Set(risen.records),
    skipped: damage.skipped + risen.skipped + ends.skipped + skipped,
  };
}
