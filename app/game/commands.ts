/**
 * What a player may type, and what was meant when it was something else.
 *
 * @module
 */

/** What can be typed between problems. */
export const fieldCommands = [
  "help",
  "stats",
  "map",
  "move",
  "mine",
  "shop",
  "buy",
  "inv",
  "solve",
  "quit",
] as const;

/** What can be typed while facing a problem. */
export const battleCommands = ["solve", "inv", "resign", "help"] as const;

/** A command in the field. */
export type FieldCommand = typeof fieldCommands[number];

/** A command in a battle. */
export type BattleCommand = typeof battleCommands[number];

/** A line of input: its first word in lower case (empty for an empty line), and the other words. */
export interface TypedLine {
  readonly word: string;
  readonly args: readonly string[];
}

/** Splits a line into words. */
export function parseLine(line: string): TypedLine {
  const [word = "", ...args] = line.trim().split(/\s+/);
  return { word: word.toLowerCase(), args };
}

/** A whole number from 1 to `max` in plain digits, or nothing. */
export function parseCount(text: string, max: number): number | undefined {
  const count = /^[0-9]{1,15}$/.test(text) ? Number(text) : 0;
  return count >= 1 && count <= max ? count : undefined;
}

/**
 * The one of `choices` that `word` was probably meant to be: the only one that begins with it, or
 * the nearest that is at most two slips away (one for short words), if any.
 */
export function didYouMean(word: string, choices: readonly string[]): string | undefined {
  const begun = choices.filter((choice) => word.length > 0 && choice.startsWith(word));
  if (begun.length === 1) return begun[0];
  let nearest: string | undefined;
  let fewest = word.length <= 3 ? 2 : 3;
  for (const choice of choices) {
    const slips = countSlips(word, choice);
    // As many slips as letters would mean nothing in common.
    if (slips < Math.min(fewest, choice.length)) {
      nearest = choice;
      fewest = slips;
    }
  }
  return nearest;
}

/** Letters to add, drop, change, or swap with their neighbours to make `a` into `b`. */
function countSlips(a: string, b: string): number {
  // Row i holds the slips between the first i letters of `a` and each beginning of `b`.
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = rows[i - 1][j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      row[j] = Math.min(rows[i - 1][j] + 1, row[j - 1] + 1, changed);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        row[j] = Math.min(row[j], rows[i - 2][j - 2] + 1);
      }
    }
    rows.push(row);
  }
  return rows[a.length][b.length];
}
