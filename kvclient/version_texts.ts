/** A version begins with so many bytes that tell when; those that follow say by whom, as many other versions do. */
const orderBytes = 10;

/** The character that stands for no end: the text has all bytes. Each end has one of those before it. */
const spelledOut = 0xffff;

/**
 * Versions as short texts, which take less memory than arrays: a character that stands for all that follows the
 * first ten bytes, and one for each of these. When there are more ends than characters, those that come then are
 * spelled out: whoever makes some up costs memory, and no more.
 */
export class VersionTexts {
  /** What follows the first bytes, a character for each byte, and which of the ends that is. */
  #ends: string[] = [];
  #numbers = new Map<string, number>();
  #heldBytes = 0;
  /** The end that was seen last: mostly it is that of the next version too. */
  #lastEnd = new Uint8Array();
  #lastNumber = -1;
  /** The characters of a text, reused. */
  #codes: number[] = [];

  /** Bytes that it takes beside the texts. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** The text of a version; no server of this program makes one longer than is read. */
  of(told: Uint8Array): string {
    const version = told.subarray(0, versionBytesMax);
    const number = this.#numberOf(version);
    const count = number === spelledOut ? version.length : Math.min(version.length, orderBytes);
    const codes = this.#codes;
    codes.length = 1 + count;
    codes[0] = number;
    for (let i = 0; i < count; i++) codes[1 + i] = version[i];
    return String.fromCharCode(...codes);
  }

  /** The version of a text. */
  bytesOf(text: string): Uint8Array {
    return Uint8Array.from(this.#spelled(text), (character) => character.charCodeAt(0));
  }

  /** Whether the version of one text is less than that of another one, bytewise. */
  isLess(a: string, b: string): boolean {
    return this.#spelled(a) < this.#spelled(b);
  }

  /** All bytes of a version, a character for each. */
  #spelled(text: string): string {
    const number = text.charCodeAt(0);
    return text.slice(1) + (number === spelledOut ? "" : this.#ends[number]);
  }

  #numberOf(version: Uint8Array): number {
    const length = Math.max(0, version.length - orderBytes);
    if (this.#lastNumber >= 0 && this.#isLastEnd(version, length)) return this.#lastNumber;
    this.#lastEnd = version.slice(orderBytes);
    return this.#lastNumber = this.#find(String.fromCharCode(...this.#lastEnd));
  }

  #isLastEnd(version: Uint8Array, length: number): boolean {
    const end = this.#lastEnd;
    if (length !== end.length) return false;
    for (let i = 0; i < length; i++) if (version[orderBytes + i] !== end[i]) return false;
    return true;
  }

  #find(end: string): number {
    const found = this.#numbers.get(end);
    if (found !== undefined) return found;
    const number = this.#ends.length;
    if (number === spelledOut) return spelledOut;
    this.#ends.push(end);
    this.#numbers.set(end, number);
    this.#heldBytes += endBytes + end.length;
    return number;
  }
}

/** No version is longer. */
const versionBytesMax = 1_024;

/** What an end is charged for beside its bytes. */
const endBytes = 16;
