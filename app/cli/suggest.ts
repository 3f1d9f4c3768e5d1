import { loadEditDistance } from "../../deps.ts";

const editDistance = await loadEditDistance();

/** Longest word that is compared: nobody mistypes a command at greater length. */
const wordLengthMax = 64;

/**
 * The one of `choices` that `word` was probably meant to be: the only one that begins with it, or
 * the nearest that is at most two slips (letters to add, drop, change, or swap) away, one for short
 * words.
 */
export function suggest(word: string, choices: readonly string[]): string | undefined {
  if (word === "" || word.length > wordLengthMax) return undefined;
  const typed = word.toLowerCase();
  const begun = choices.filter((choice) => choice.toLowerCase().startsWith(typed));
  if (begun.length === 1) return begun[0];
  let nearest: string | undefined;
  let fewest = word.length <= 3 ? 2 : 3;
  for (const choice of choices) {
    const meant = choice.toLowerCase();
    // Of two that are as near, the one that begins alike: the first letter is seldom wrong.
    const steps = editDistance(typed, meant).steps + (typed[0] === meant[0] ? 0 : 0.5);
    // As many slips as letters would mean nothing in common.
    if (steps < Math.min(fewest, choice.length)) [nearest, fewest] = [choice, steps];
  }
  return nearest;
}

/** The suggestion as the end of a message: `" (did you mean get?)"`, or nothing. */
export function didYouMean(word: string, choices: readonly string[]): string {
  const suggestion = suggest(word, choices);
  return suggestion === undefined ? "" : ` (did you mean ${suggestion}?)`;
}
