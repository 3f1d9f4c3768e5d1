/**
 * The rounds of a rank's problem: what is left of it, when it is over, who rises.
 *
 * @module
 */

import { countMax, rivalMs, roundMax, roundsAheadMax, settleAfterMs } from "../world/bounds.ts";
import { playerOf } from "../world/names.ts";
import type { Damage, End, Hits } from "./records.ts";
import { problemSteps, type Rank } from "../world/world.ts";

/** Everyone's hits in one round, by session. */
export type Round = ReadonlyMap<string, Hits>;

/** All rounds of one problem that anyone has hit, by number. */
export type Rounds = ReadonlyMap<number, Round>;

/** Sorts hits into rounds; an ended session's end stands for its own keys. */
export function tallyRounds(
  rank: Rank,
  damage: readonly (Damage & { session: string })[],
  ends: ReadonlyMap<string, End>,
): Rounds {
  const rounds = new Map<number, Map<string, Hits>>();
  const tally = (session: string, { round, hits }: Damage) => {
    if (!rounds.has(round)) rounds.set(round, new Map());
    rounds.get(round)!.set(session, hits);
  };
  for (const record of damage) if (!ends.has(record.session)) tally(record.session, record);
  for (const [session, end] of ends) {
    for (const record of end.damage) if (record.rank === rank) tally(session, record);
  }
  return rounds;
}

/**
 * The rounds that can have been reached, and the number of hits in others.
 *
 * Nobody hits a round before those before it are over, so a round is near the last of those; a few
 * may be missing, since their hits come late or were lost with a server. A record far ahead of all
 * others is a stray: it would end all rounds before it. Should play ever come near it, it counts.
 */
export function reachedRounds(rounds: Rounds): { reached: Rounds; skipped: number } {
  let last = 0;
  for (const number of [...rounds.keys()].sort((a, b) => a - b)) {
    if (number > last + roundsAheadMax) break;
    last = number;
  }
  const reached = new Map([...rounds].filter(([number]) => number <= last));
  let skipped = 0;
  for (const [number, hits] of rounds) if (number > last) skipped += hits.size;
  return { reached, skipped };
}

/** The steps that a round still needs: max(0, steps - sum of damage). */
export function remainingSteps(rank: Rank, round: Round = new Map()): number {
  let remaining = problemSteps.get(rank) ?? 0;
  for (const { total } of round.values()) remaining = Math.max(0, remaining - total);
  return remaining;
}

/**
 * The round that is in play. Where anyone has hit a later round, the earlier ones are over, even
 * if the hits that ended them have not all arrived here.
 */
export function currentRound(rank: Rank, rounds: Rounds): number {
  let last = 1;
  for (const round of rounds.keys()) last = Math.max(last, round);
  return remainingSteps(rank, rounds.get(last)) > 0 ? last : Math.min(last + 1, roundMax);
}

/** 1 + the greatest number of a hit in the round: what the next hit is given. */
export function nextHit(round: Round = new Map()): number {
  let greatest = 0;
  for (const { n } of round.values()) greatest = Math.max(greatest, n);
  return Math.min(greatest + 1, countMax);
}

/** What each player took off the round, most first; whoever has only turned to it took nothing. */
export function sharesOf(round: Round = new Map()): (readonly [name: string, steps: number])[] {
  const shares = new Map<string, number>();
  for (const [session, { total }] of round) {
    shares.set(playerOf(session), (shares.get(playerOf(session)) ?? 0) + total);
  }
  return [...shares].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
}

/** Whether anybody but `name` has hit the round, or turned to it, within `rivalMs`. */
export function hasRivals(round: Round = new Map(), name: string, now: number): boolean {
  return Array.from(round).some(([session, { at }]) =>
    playerOf(session) !== name && Math.abs(now - at) < rivalMs
  );
}

/** A round that has to promote someone, and whom. */
export interface Settlement {
  readonly round: number;
  readonly name: string;
}

/**
 * The rounds that are over, promoted nobody, and were hit last more than three seconds ago, each
 * with the player of the last hit. A hit far in the future was stamped by a clock that is wrong; it
 * is taken for old, since waiting for that moment could take for ever.
 */
export function dueSettlements(
  rank: Rank,
  rounds: Rounds,
  settled: ReadonlySet<number>,
  now: number,
): Settlement[] {
  const due: Settlement[] = [];
  for (const [round, hits] of rounds) {
    if (settled.has(round) || remainingSteps(rank, hits) > 0) continue;
    const ages = Array.from(hits.values(), ({ at }) => Math.abs(now - at));
    if (ages.every((age) => age >= settleAfterMs)) due.push({ round, name: lastHitter(hits) });
  }
  return due;
}

/** The player of the hit that is greatest by (n, session). */
function lastHitter(round: Round): string {
  let [last, lastN] = ["", 0];
  for (const [session, { total, n }] of round) {
    if (total === 0) continue;
    if (n > lastN || (n === lastN && session > last)) [last, lastN] = [session, n];
  }
  return playerOf(last);
}
