/**
 * What is the same in all that clients send, be it lines or keys: where a line ends, and what erases.
 *
 * @module
 */

const [backspace, lineFeed, carriageReturn, erase] = [0x08, 0x0a, 0x0d, 0x7f];

/** Whether a byte ends a line. */
export function endsLine(byte: number): boolean {
  return byte === lineFeed || byte === carriageReturn;
}

/** Whether a byte erases the character before it. */
export function erases(byte: number): boolean {
  return byte === backspace || byte === erase;
}

/** Takes the last character away, of however many bytes in UTF-8. */
export function eraseLast(bytes: number[]): void {
  while (((bytes.at(-1) ?? 0) & 0xc0) === 0x80) bytes.pop();
  bytes.pop();
}

/** Tells which bytes only complete the end of a line, however what comes is split. */
export class LineEnds {
  #isBehindReturn = false;

  /** Whether the next byte is a line feed, or a null, that belongs to the carriage return before it. */
  isSecondHalf(byte: number): boolean {
    const isSecondHalf = this.#isBehindReturn && (byte === lineFeed || byte === 0);
    this.#isBehindReturn = byte === carriageReturn;
    return isSecondHalf;
  }
}
