/**
 * Candidates for a word, as a person who completes it needs them.
 *
 * @module
 */

import { appLimits } from "../../limits.ts";

/** The longest common prefix of `words`. */
export function commonStart(words: readonly string[]): string {
  let [common = ""] = words;
  for (const word of words) {
    while (!word.startsWith(common)) common = common.slice(0, -1);
  }
  // A prefix must not end with half of a surrogate pair.
  return common.isWellFormed() ? common : common.slice(0, -1);
}

/**
 * Lays `words` out in rows of as many columns as fit on the terminal, read row by row.
 *
 * @param isPart whether there are more words than these
 */
export function inColumns(
  words: readonly string[],
  terminalColumns: number,
  isPart = false,
): string {
  const shown = words.slice(0, appLimits.candidatesShownMax);
  const width = Math.max(...shown.map(({ length }) => length)) + 2;
  const columns = Math.max(1, Math.floor(terminalColumns / width));
  let lines = "";
  for (let i = 0; i < shown.length; i += columns) {
    const row = shown.slice(i, i + columns).map((word) => word.padEnd(width)).join("");
    lines += `${row.trimEnd()}\n`;
  }
  if (isPart) return `${lines}... and more\n`;
  const others = words.length - shown.length;
  return others > 0 ? `${lines}... and ${others} more\n` : lines;
}
