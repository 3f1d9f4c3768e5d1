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

/** What terms took, as docs/game.md has it: the minutes of each rank, then those of all together. */
export function tableRow(played: readonly TermTimes[]): string[] {
  const { perRank, minutes } = meanOf(played);
  const all = played.map(({ minutes }) => minutes);
  const [least, most] = [Math.min(...all), Math.max(...all)].map((each) => each.toFixed(0));
  return [
    ...perRank.map((each) => each.toFixed(1)),
    `${minutes.toFixed(1)} (${least} to ${most})`,
  ];
}
