/**
 * The words of a line of the shell: how they are read and written.
 *
 * @module
 */

import { escapeControl } from "../../rpc/mod.ts";
import { UsageError } from "../cli/usage_error.ts";

/** A word of a line. */
export interface Word {
  text: string;
  /** Where it starts in the line. */
  start: number;
  quoted: boolean;
}

const escapes: Record<string, string> = { n: "\n", t: "\t", r: "\r", 0: "\0" };

/**
 * Splits a line into words at white space. A word in double quotes may hold anything, with the
 * escapes `\" \\ \n \t \r \0 \u{hex}`; one in single quotes is taken as it is.
 *
 * @throws {UsageError} for a quote that is not closed, or followed by anything but white space.
 */
export function splitWords(line: string): Word[] {
  const { words, rest } = closedWords(line);
  if (rest === line.length) return words;
  throw new UsageError(
    `Cannot read the line: a ${line[rest]} is not closed, or something follows it`,
  );
}

/**
 * The words of a line that is being typed, the last one being that at its end: empty behind white
 * space, up to the end when its quote is not closed yet.
 *
 * @throws {UsageError} when they cannot be read.
 */
export function wordsSoFar(line: string): Word[] {
  const { words, rest } = closedWords(line);
  if (rest === line.length) {
    const isAtEnd = words.length > 0 && !/\s$/.test(line);
    return isAtEnd ? words : [...words, { text: "", start: line.length, quoted: false }];
  }
  const text = line.slice(rest + 1);
  // What an escape means shows at its end.
  const whole = text.replace(/\\(?:u(?:\{[0-9a-fA-F]*)?)?$/, "");
  return [...words, {
    text: line[rest] === '"' ? unescape(whole) : text,
    start: rest,
    quoted: true,
  }];
}

/** `text` as a word that means it: as it is, or in double quotes, so also what would be an option. */
export function quoteWord(text: string): string {
  if (/^(?!--)[^\s"'#][^\s]*$/.test(text) && escapeInQuotes(text).length === text.length) {
    return text;
  }
  return `"${escapeInQuotes(text)}"`;
}

/** The words in front of the first one whose quote is not closed, and where that starts, or the end. */
function closedWords(line: string): { words: Word[]; rest: number } {
  const words: Word[] = [];
  for (let at = 0;;) {
    while (at < line.length && /\s/.test(line[at])) at++;
    if (at === line.length) return { words, rest: at };
    const start = at;
    const quote = line[at];
    if (quote !== '"' && quote !== "'") {
      while (at < line.length && !/\s/.test(line[at])) at++;
      words.push({ text: line.slice(start, at), start, quoted: false });
      continue;
    }
    const pattern = quote === '"' ? /"((?:[^"\\]|\\.)*)"(?=\s|$)/ys : /'([^']*)'(?=\s|$)/ys;
    pattern.lastIndex = at;
    const match = pattern.exec(line);
    if (match === null) return { words, rest: start };
    at = pattern.lastIndex;
    const text = quote === '"' ? unescape(match[1]) : match[1];
    words.push({ text, start, quoted: true });
  }
}

function unescape(text: string): string {
  return text.replace(/\\(u\{([0-9a-fA-F]{1,6})\}|.)/gs, (found, escape, hex) => {
    if (hex !== undefined) {
      const code = parseInt(hex, 16);
      if (code <= 0x10ffff && (code < 0xd800 || code > 0xdfff)) return String.fromCodePoint(code);
    } else if (escape === '"' || escape === "\\") return escape;
    else if (escape in escapes) return escapes[escape];
    throw new UsageError(
      `Cannot read the line: found ${found}, allowed are \\" \\\\ \\n \\t \\r \\0 \\u{hex}`,
    );
  });
}

/** The escapes of what acts on a terminal are those of double quotes too. */
function escapeInQuotes(text: string): string {
  return escapeControl(text.replace(/["\\]/g, "\\$&"));
}
