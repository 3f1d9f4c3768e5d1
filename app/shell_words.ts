import { UsageError } from "./usage_error.ts";

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
  const words: Word[] = [];
  for (let at = 0;;) {
    while (at < line.length && /\s/.test(line[at])) at++;
    if (at === line.length) return words;
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
    if (match === null) {
      throw new UsageError(
        `Cannot read the line: a ${quote} is not closed, or something follows it`,
      );
    }
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
