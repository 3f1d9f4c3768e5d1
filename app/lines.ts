/**
 * Lines out of a stream of bytes.
 *
 * @module
 */

import { UsageError } from "./usage_error.ts";

/**
 * The lines of `chunks`, without their line breaks; a last line needs none.
 *
 * Of a line of more than `charsMax` characters only so much is kept that it can be refused.
 */
export async function* readLines(
  chunks: AsyncIterable<Uint8Array>,
  charsMax: number,
): AsyncGenerator<string> {
  const decode = utf8Decoder();
  let rest = "";
  for await (const chunk of chunks) {
    const [first, ...others] = decode(chunk).split("\n");
    rest = extend(rest, first, charsMax);
    for (const next of others) {
      yield withoutReturn(rest);
      rest = extend("", next, charsMax);
    }
  }
  rest = extend(rest, decode(), charsMax);
  if (rest !== "") yield withoutReturn(rest);
}

/** What would be altered in being read is refused instead. */
function utf8Decoder(): (chunk?: Uint8Array) => string {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  return (chunk) => {
    try {
      return decoder.decode(chunk, { stream: chunk !== undefined });
    } catch (cause) {
      throw new UsageError("Cannot read the input: it is not valid UTF-8", { cause });
    }
  };
}

/** Room for one character too many, and a carriage return. */
function extend(line: string, more: string, charsMax: number): string {
  return (line + more).slice(0, charsMax + 2);
}

function withoutReturn(line: string): string {
  return line.endsWith("\r") ? line.slice(0, -1) : line;
}
