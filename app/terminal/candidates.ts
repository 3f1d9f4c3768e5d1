/**
 * Candidates for a word, as a person who completes it needs them.
 *
 * @module
 */

import { appLimits } from "../../limits.ts";

/** What all of `words` begin with. */
export function commonStart(words: readonly string[]): string {
  let [common = ""] = words;
  for (const word of words) {
    while (!word.startsWith(common)) common = common.slice(0, -1);
  }
  // Half of a character is none.
  return common.isWellFormed() ? common : common.slice(0, -1);
}

/**
 * `words` in lines of as many columns as there is room for, read line by line.
 *
 * @param isPart whether there are more than these
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
