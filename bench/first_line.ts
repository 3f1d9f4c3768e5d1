/** What a child process prints, a piece at a time. */
export type ChildOutput = ReadableStreamDefaultReader<string>;

/**
 * Waits for the line by which a child process says that it is ready.
 *
 * @throws {Error} when it ends before.
 */
export async function firstLine(
  child: Deno.ChildProcess,
): Promise<{ line: string; output: ChildOutput }> {
  const output = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let line = "";
  while (!line.includes("\n")) {
    const { value, done } = await output.read();
    if (done) throw new Error(`A process ended before it was ready: ${(await child.status).code}`);
    line += value;
  }
  return { line, output };
}
