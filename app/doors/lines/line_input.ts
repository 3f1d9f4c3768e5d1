import { doorLimits } from "../../../limits.ts";

const [backspace, lineFeed, carriageReturn, erase] = [0x08, 0x0a, 0x0d, 0x7f];

/** A line as it was typed; `undefined`: it is not UTF-8. */
export type TypedText = string | undefined;

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const lenient = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * Cuts what comes from a client into lines, which end with a line feed, a carriage return, or both. However
 * the bytes are split, the same lines come. Of a line longer than `lineBytesMax` only so much is kept
 * that it can be refused.
 */
export class LineInput {
  #bytes: number[] = [];
  #isCut = false;
  /** A line ended with a carriage return: a line feed or a null behind it belongs to that. */
  #isBehindReturn = false;

  /** Takes bytes, and returns the lines that end in them. */
  push(bytes: Uint8Array): TypedText[] {
    const lines: TypedText[] = [];
    for (const byte of bytes) {
      const isSecondHalf = this.#isBehindReturn && (byte === lineFeed || byte === 0);
      this.#isBehindReturn = byte === carriageReturn;
      if (isSecondHalf) continue;
      if (byte === lineFeed || byte === carriageReturn) lines.push(this.#take());
      else if (byte === backspace || byte === erase) this.#erase();
      else if (byte !== 0) this.#keep(byte);
    }
    return lines;
  }

  #keep(byte: number): void {
    if (this.#bytes.length < doorLimits.lineBytesMax) this.#bytes.push(byte);
    else this.#isCut = true;
  }

  /** Takes the last character away, of however many bytes. */
  #erase(): void {
    while (isContinuation(this.#bytes.at(-1))) this.#bytes.pop();
    this.#bytes.pop();
  }

  #take(): TypedText {
    const bytes = Uint8Array.from(this.#bytes);
    const isCut = this.#isCut;
    this.#bytes = [];
    this.#isCut = false;
    // A line that was cut ends in the midst of a character, and is refused for its length anyway.
    if (isCut) return lenient.decode(bytes);
    try {
      return strict.decode(bytes);
    } catch {
      return undefined;
    }
  }
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}
