import { doorLimits } from "../../../limits.ts";
import { endsLine, eraseLast, erases, LineEnds } from "./typed_bytes.ts";

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
  readonly #ends = new LineEnds();

  /** Takes bytes, and returns the lines that end in them. */
  push(bytes: Uint8Array): TypedText[] {
    const lines: TypedText[] = [];
    for (const byte of bytes) {
      if (this.#ends.isSecondHalf(byte)) continue;
      if (endsLine(byte)) lines.push(this.#take());
      else if (erases(byte)) eraseLast(this.#bytes);
      else if (byte !== 0) this.#keep(byte);
    }
    return lines;
  }

  #keep(byte: number): void {
    if (this.#bytes.length < doorLimits.lineBytesMax) this.#bytes.push(byte);
    else this.#isCut = true;
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
