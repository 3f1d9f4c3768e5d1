/** The lines that a process prints, as they come. */
export class PrintedLines {
  readonly #output: ReadableStreamDefaultReader<string>;
  #text = "";

  /** @param process whose output is piped */
  constructor(process: Deno.ChildProcess) {
    this.#output = process.stdout.pipeThrough(new TextDecoderStream()).getReader();
  }

  /** The next one, without its end. @throws when the process has ended instead. */
  async next(): Promise<string> {
    let end: number;
    while ((end = this.#text.indexOf("\n")) < 0) {
      const { value, done } = await this.#output.read();
      if (done) throw new Error(`A process has ended after ${JSON.stringify(this.#text)}`);
      this.#text += value;
    }
    const line = this.#text.slice(0, end);
    this.#text = this.#text.slice(end + 1);
    return line;
  }

  /** Reads to the end of the output. */
  async drain(): Promise<void> {
    while (!(await this.#output.read()).done);
  }

  /** Reads no more. */
  cancel(): Promise<void> {
    return this.#output.cancel();
  }
}
