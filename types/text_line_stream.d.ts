/** The type of Deno's own line splitter; the npm edition of Deno's std ships none. */

export class TextLineStream extends TransformStream<string, string> {
  constructor(options?: { allowCR?: boolean });
}
