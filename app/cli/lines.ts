/**
 * Lines out of a stream of bytes.
 *
 * @module
 */

import { UsageError } from "./usage_error.ts";

/** A line of text; `undefined` is one that is not valid UTF-8, and would be altered in being read. */
export type Line = string | undefined;

const lineFeed = 0x0a;
const byteOrderMark = "\ufeff";

/**
 * The lines of `chunks`, without their line breaks, nor a byte order mark before the first; a last
 * line needs no line break. However the bytes are cut, the same lines come.
 *
 * Of a line of more than `charsMax` characters only so much is kept that it can be refused.
 */
export async function* readLines(
  chunks: AsyncIterable<Uint8Array>,
  charsMax: number,
): AsyncGenerator<Line> {
  let isFirst = true;
  for await (const line of readMarkedLines(chunks, charsMax)) {
    yield isFirst && line?.startsWith(byteOrderMark) ? line.slice(1) : line;
    isFirst = false;
  }
}

/** The text of a line. @throws {UsageError} when it is none. */
export function textOf(line: Line): string {
  if (line !== undefined) return line;
  throw new UsageError("Cannot read the line: it is not valid UTF-8");
}

async function* readMarkedLines(
  chunks: AsyncIterable<Uint8Array>,
  charsMax: number,
): AsyncGenerator<Line> {
  const beginning = new LineBeginning(charsMax);
  for await (const chunk of chunks) {
    const first = chunk.indexOf(lineFeed);
    const last = chunk.lastIndexOf(lineFeed);
    beginning.push(first < 0 ? chunk : chunk.subarray(0, first));
    if (first < 0) continue;
    yield beginning.take();
    if (first < last) yield* linesOf(chunk.subarray(first + 1, last));
    beginning.push(chunk.subarray(last + 1));
  }
  if (beginning.byteLength > 0) yield beginning.take();
}

/** What has come of a line whose end has not. */
class LineBeginning {
  byteLength = 0;
  #pieces: Uint8Array[] = [];
  #charsMax: number;
  #bytesMax: number;

  constructor(charsMax: number) {
    // Room for one character too many, and a carriage return; none takes more than three bytes.
    this.#charsMax = charsMax + 2;
    this.#bytesMax = 3 * this.#charsMax;
  }

  push(bytes: Uint8Array): void {
    const piece = bytes.subarray(0, this.#bytesMax - this.byteLength);
    if (piece.length === 0) return;
    this.#pieces.push(piece);
    this.byteLength += piece.length;
  }

  /** The line, which has ended; the next one begins. */
  take(): Line {
    const [only = new Uint8Array(0)] = this.#pieces;
    const bytes = this.#pieces.length <= 1 ? only : concat(this.#pieces, this.byteLength);
    // It may be cut within a character, but is too long anyway.
    const isCut = this.byteLength === this.#bytesMax;
    this.#pieces = [];
    this.byteLength = 0;
    return (isCut ? lenient.decode(bytes) : lineOf(bytes))?.slice(0, this.#charsMax);
  }
}

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const lenient = new TextDecoder("utf-8", { ignoreBOM: true });

/** The lines of `bytes`, which end where one does: all at once when all are text. */
function* linesOf(bytes: Uint8Array): Generator<Line> {
  const text = decode(bytes);
  if (text !== undefined) return yield* text.split("\n").map(withoutReturn);
  for (let start = 0, end; start <= bytes.length; start = end + 1) {
    end = bytes.indexOf(lineFeed, start);
    if (end < 0) end = bytes.length;
    yield lineOf(bytes.subarray(start, end));
  }
}

function lineOf(bytes: Uint8Array): Line {
  const text = decode(bytes);
  return text === undefined ? undefined : withoutReturn(text);
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return strict.decode(bytes);
  } catch {
    return undefined;
  }
}

function withoutReturn(line: string): string {
  return line.endsWith("\r") ? line.slice(0, -1) : line;
}

function concat(pieces: readonly Uint8Array[], byteLength: number): Uint8Array {
  const bytes = new Uint8Array(byteLength);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}
