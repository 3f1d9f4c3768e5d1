/** What a pattern may match. */
const asterisk = 0x2a;
const question = 0x3f;
const open = 0x5b;
const close = 0x5d;
const caret = 0x5e;
const backslash = 0x5c;
const dash = 0x2d;

/**
 * A pattern of Redis: `?` stands for any byte, `*` for any bytes, `[ab]`, `[a-z]` and `[^a]` for one byte
 * of some, a backslash for the byte behind it.
 *
 * What a match costs is at most the product of both lengths, because of the `*`s only the last one is
 * tried again: the bytes that an earlier one took never need to be more.
 */
export class Glob {
  /** Bytes that all that match begin with. */
  readonly prefix: Uint8Array;
  /** Steps of all matches so far, for a bound of the work. */
  steps = 0;
  #pattern: Uint8Array;
  /** Whether everything matches. */
  #isAll: boolean;

  /** @param pattern bytes of its own */
  constructor(pattern: Uint8Array) {
    this.#pattern = pattern;
    this.#isAll = pattern.length > 0 && pattern.every((byte) => byte === asterisk);
    const plain = pattern.findIndex((byte) =>
      byte === asterisk || byte === question || byte === open || byte === backslash
    );
    this.prefix = plain < 0 ? pattern : pattern.subarray(0, plain);
  }

  /** Whether `bytes[start..end)` match. */
  matches(bytes: Uint8Array, start: number, end: number): boolean {
    const pattern = this.#pattern;
    // In Redis an asterisk stands for nothing only behind or before something.
    if (start === end) return pattern.length === 0 || (this.#isAll && pattern.length === 1);
    if (this.#isAll) return true;
    let at = start;
    let p = 0;
    /** Where to go on behind the last asterisk, which took the bytes up to `taken`. */
    let behind = -1;
    let taken = 0;
    while (true) {
      this.steps++;
      if (p < pattern.length && pattern[p] === asterisk) {
        behind = ++p;
        taken = at;
        if (p === pattern.length) return true;
        continue;
      }
      if (at === end) {
        if (p === pattern.length) return true;
      } else if (p < pattern.length) {
        const next = this.#matchOne(p, bytes[at]);
        if (next >= 0) {
          p = next;
          at++;
          continue;
        }
      }
      if (behind < 0 || taken === end) return false;
      p = behind;
      at = ++taken;
    }
  }

  /** Matches one byte. @returns where the pattern goes on; below 0 when it does not match. */
  #matchOne(p: number, byte: number): number {
    const pattern = this.#pattern;
    switch (pattern[p]) {
      case question:
        return p + 1;
      case open:
        return this.#matchClass(p + 1, byte);
      case backslash:
        if (p + 1 < pattern.length) p++;
    }
    return pattern[p] === byte ? p + 1 : -1;
  }

  /** As `#matchOne`, of a class whose bracket stands before `p`. One that is not closed ends with the pattern. */
  #matchClass(p: number, byte: number): number {
    const pattern = this.#pattern;
    const isNegated = pattern[p] === caret;
    if (isNegated) p++;
    let isMatched = false;
    for (;; p++) {
      this.steps++;
      if (p >= pattern.length) break;
      if (pattern[p] === backslash && pattern.length - p >= 2) {
        if (pattern[++p] === byte) isMatched = true;
      } else if (pattern[p] === close) {
        p++;
        break;
      } else if (pattern.length - p >= 3 && pattern[p + 1] === dash) {
        const low = Math.min(pattern[p], pattern[p + 2]);
        const high = Math.max(pattern[p], pattern[p + 2]);
        if (byte >= low && byte <= high) isMatched = true;
        p += 2;
      } else if (pattern[p] === byte) isMatched = true;
    }
    return isMatched !== isNegated ? p : -1;
  }
}
