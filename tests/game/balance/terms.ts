import type { Strategy } from "./bot.ts";
import { playTerm, type TermTimes } from "./term.ts";

/** Plays terms of a strategy, each of its own seed. */
export async function playTerms(strategy: Strategy, terms: number): Promise<TermTimes[]> {
  const played: TermTimes[] = [];
  for (let seed = 1; seed <= terms; seed++) played.push(await playTerm(strategy, seed));
  return played;
}

/** The mean of terms. */
export function meanOf(played: readonly TermTimes[]): Omit<TermTimes, "said"> {
  const mean = (of: (times: TermTimes) => number) =>
    played.reduce((sum, times) => sum + of(times), 0) / played.length;
  return {
    perRank: played[0].perRank.map((_, rank) => mean(({ perRank }) => perRank[rank])),
    minutes: mean(({ minutes }) => minutes),
    lines: mean(({ lines }) => lines),
  };
}
