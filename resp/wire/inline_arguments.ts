/** What `splitInline` returns for a line in which a quote is not closed, or not followed by a space. */
export const unbalanced = Symbol("unbalanced");

/** The words of a line, one behind the other. */
export interface InlineWords {
  readonly bytes: Uint8Array;
  /** Where each of them ends; it begins where the one before it ends. */
  readonly ends: readonly number[];
}

const backslash = 0x5c;
const doubleQuote = 0x22;
const singleQuote = 0x27;
const letterX = 0x78;

/** What a letter stands for behind a backslash in double quotes. */
const escapes = new Map([["n", "\n"], ["r", "\r"], ["t", "\t"], ["b", "\b"], ["a", "\x07"]].map(
  ([letter, meant]) => [letter.charCodeAt(0), meant.charCodeAt(0)],
));

/**
 * Splits the line `bytes[start..end)` into words as Redis does: in double quotes `\n`, `\r`, `\t`, `\b`,
 * `\a` and `\xHH` stand for a byte, and a backslash for the character behind it; in single quotes only
 * `\'` does.
 */
export function splitInline(
  bytes: Uint8Array,
  start: number,
  end: number,
): InlineWords | typeof unbalanced {
  const words = new Uint8Array(end - start);
  const ends: number[] = [];
  let length = 0;
  for (let at = start;;) {
    while (at < end && isSpace(bytes[at])) at++;
    if (at === end) return { bytes: words.subarray(0, length), ends };
    while (at < end && !endsWord(bytes[at])) {
      const quote = bytes[at];
      if (quote !== doubleQuote && quote !== singleQuote) {
        words[length++] = bytes[at++];
        continue;
      }
      for (at++; at < end && bytes[at] !== quote;) {
        if (bytes[at] !== backslash || at + 1 === end) words[length++] = bytes[at++];
        else if (quote === singleQuote) {
          if (bytes[at + 1] === singleQuote) at++;
          words[length++] = bytes[at++];
        } else if (isHexEscape(bytes, at, end)) {
          words[length++] = parseInt(String.fromCharCode(bytes[at + 2], bytes[at + 3]), 16);
          at += 4;
        } else {
          words[length++] = escapes.get(bytes[at + 1]) ?? bytes[at + 1];
          at += 2;
        }
      }
      if (at === end) return unbalanced;
      at++;
      if (at < end && !isSpace(bytes[at])) return unbalanced;
      break;
    }
    ends.push(length);
  }
}

function isHexEscape(bytes: Uint8Array, at: number, end: number): boolean {
  return at + 3 < end && bytes[at + 1] === letterX && isHex(bytes[at + 2]) && isHex(bytes[at + 3]);
}

/** Fewer characters end a word than stand between two. */
function endsWord(byte: number): boolean {
  return isSpace(byte) && byte !== 0x0b && byte !== 0x0c;
}

/** As C's `isspace` in its own locale. */
function isSpace(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
}

function isHex(byte: number): boolean {
  return (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x46) ||
    (byte >= 0x61 && byte <= 0x66);
}
