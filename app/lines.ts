/**
 * Lines out of a stream of bytes.
 *
 * @module
 */

/**
 * The lines of `chunks`, without their line breaks; a last line needs none.
 *
 * Of a line of more than `charsMax` characters only so much is kept that it can be refused.
 */
export async function* readLines(
  chunks: AsyncIterable<Uint8Array>,
  charsMax: number,
): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of chunks) {
    const [first, ...others] = decoder.decode(chunk, { stream: true }).split("\n");
    rest = extend(rest, first, charsMax);
    for (const next of others) {
      yield withoutReturn(rest);
      rest = extend("", next, charsMax);
    }
  }
  rest = extend(rest, decoder.decode(), charsMax);
  if (rest !== "") yield withoutReturn(rest);
}

/** Room for one character too many, and a carriage return. */
function extend(line: string, more: string, charsMax: number): string {
  return (line + more).slice(0, charsMax + 2);
}

function withoutReturn(line: string): string {
  return line.endsWith("\r") ? line.slice(0, -1) : line;
}
