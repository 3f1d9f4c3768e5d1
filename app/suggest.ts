import { editDistance } from "../deps.ts";

/** Longest word that is compared: nobody mistypes a command at greater length. */
const wordLengthMax = 64;

/**
 * The one of `candidates` that `word` was most likely meant to be, or `undefined` when none is
 * near: at most one typo (a letter too many, too few, wrong, or two swapped) in every three letters.
 */
export function suggest(word: string, candidates: readonly string[]): string | undefined {
  if (word.length > wordLengthMax) return undefined;
  let best: string | undefined;
  let fewest = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of candidates) {
    const { steps } = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (steps < fewest && steps < candidate.length) [best, fewest] = [candidate, steps];
  }
  return best;
}

/** The suggestion as the end of a message: `" (did you mean get?)"`, or nothing. */
export function didYouMean(word: string, candidates: readonly string[]): string {
  const suggestion = suggest(word, candidates);
  return suggestion === undefined ? "" : ` (did you mean ${suggestion}?)`;
}
