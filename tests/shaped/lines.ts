import { PrintedLines } from "../support/app/printed_lines.ts";

/** A process that answers each line on its input with a line on its output. */
export class Lines {
  #process: Deno.ChildProcess;
  #input: WritableStreamDefaultWriter<Uint8Array>;
  #output: PrintedLines;
  /** Resolves when all that was asked is answered. */
  #answered: Promise<unknown> = Promise.resolve();

  /** @param process whose input and output are piped */
  constructor(process: Deno.ChildProcess) {
    this.#process = process;
    this.#input = process.stdin.getWriter();
    this.#output = new PrintedLines(process);
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
  next(): Promise<string> {
    return this.#output.next();
  }

  /** Ends its input, and waits for its end. */
  async close(): Promise<void> {
    await this.#input.close().catch(() => {});
    await this.#output.drain();
    await this.#process.status;
  }
}
