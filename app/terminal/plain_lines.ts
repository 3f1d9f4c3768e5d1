import type { Console } from "../cli/console.ts";
import { type Line, textOf } from "../cli/lines.ts";
import { exitCodeOfSignal } from "../cli/stop_signals.ts";
import type { LineEditor, LineEditorOptions } from "./line_editor.ts";

/**
 * Lines from a pipe, where no prompt is shown; or from a terminal that does the editing itself, which
 * suits those that cannot redraw a line, and people who have what is written read to them.
 */
export class PlainLines implements LineEditor {
  #console: Console;
  #lines: AsyncIterator<Line>;
  #onUnreadable: LineEditorOptions["onUnreadable"];
  #isTerminal: boolean;
  #prompt = "";
  #isReading = false;
  /** The cursor is where a line begins, and no prompt is there. */
  #isAtStart = false;
  #isClosed = false;
  #end = Promise.withResolvers<undefined>();
  #release: () => void = () => {};

  constructor(console: Console, options: LineEditorOptions) {
    this.#console = console;
    this.#onUnreadable = options.onUnreadable;
    this.#isTerminal = console.stdinIsTerminal && console.stdoutIsTerminal;
    this.#lines = console.lines()[Symbol.asyncIterator]();
    if (!this.#isTerminal) return;
    const releaseResume = console.terminal?.onResume(() => {
      // The terminal has dropped what was typed, and the shell has written since.
      if (this.#isReading && !this.#isClosed) console.out(this.#prompt);
    });
    const releaseStop = console.onStopSignal((signal) => {
      if (signal !== "SIGINT") return console.exit(exitCodeOfSignal(signal));
      // The terminal has dropped what was typed.
      console.out("\n");
      this.#isAtStart = true;
      options.onInterrupt?.(false);
      if (!this.#isReading || this.#isClosed) return;
      this.#isAtStart = false;
      console.out(this.#prompt);
    });
    this.#release = () => {
      releaseStop();
      releaseResume?.();
    };
  }

  async readLine(prompt: string): Promise<string | undefined> {
    this.#prompt = prompt;
    this.#isReading = true;
    this.#isAtStart = false;
    if (this.#isTerminal) this.#console.out(prompt);
    const line = await Promise.race([this.#nextText(), this.#end.promise]);
    this.#isReading = false;
    // The end of input leaves the cursor behind the prompt.
    if (line === undefined && this.#isTerminal && !this.#isAtStart) this.#console.out("\n");
    return line;
  }

  setPrompt(prompt: string): void {
    const before = this.#prompt;
    if (prompt === before) return;
    this.#prompt = prompt;
    if (!this.#isReading || !this.#isTerminal) return;
    // Without a prompt the cursor is at the beginning of a line.
    this.#console.out(before === "" ? prompt : `\n${prompt}`);
  }

  print(lines: string): void {
    const isBehindPrompt = this.#isReading && this.#isTerminal && this.#prompt !== "";
    this.#console.out(isBehindPrompt ? `\n${lines}${this.#prompt}` : lines);
  }

  close(): void {
    this.#isClosed = true;
    this.#release();
    this.#end.resolve(undefined);
  }

  async #nextText(): Promise<string | undefined> {
    for (;;) {
      const { done, value } = await this.#lines.next();
      if (done) return undefined;
      if (value !== undefined || this.#onUnreadable === undefined) return textOf(value);
      this.#onUnreadable();
    }
  }
}
