/** A process that answers each line on its input with a line on its output. */
export class Lines {
  #process: Deno.ChildProcess;
  #input: WritableStreamDefaultWriter<Uint8Array>;
  #output: ReadableStreamDefaultReader<string>;
  #text = "";
  /** Resolves when all that was asked is answered. */
  #answered: Promise<unknown> = Promise.resolve();

  /** @param process whose input and output are piped */
  constructor(process: Deno.ChildProcess) {
    this.#process = process;
    this.#input = process.stdin.getWriter();
    this.#output = process.stdout.pipeThrough(new TextDecoderStream()).getReader();
  }

  /** Asks something; one question after the other. @returns the answer. */
  ask(line: string): Promise<string> {
    const answer = this.#answered.catch(() => {}).then(async () => {
      await this.#input.write(new TextEncoder().encode(`${line}\n`));
      return await this.next();
    });
    this.#answered = answer;
    return answer;
  }

  /** The next line of its output. */
  async next(): Promise<string> {
    for (;;) {
      const end = this.#text.indexOf("\n");
      if (end >= 0) {
        const line = this.#text.slice(0, end);
        this.#text = this.#text.slice(end + 1);
        return line;
      }
      const { value, done } = await this.#output.read();
      if (done) throw new Error("A process has ended instead of answering");
      this.#text += value;
    }
  }

  /** Ends its input, and waits for its end. */
  async close(): Promise<void> {
    await this.#input.close().catch(() => {});
    while (!(await this.#output.read()).done);
    await this.#process.status;
  }
}
