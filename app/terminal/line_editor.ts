/** Lines from a person or a pipe, and text that is shown meanwhile. */
export interface LineEditor {
  /**
   * Shows `prompt` and waits for a line. One at a time; what is typed before it is asked for is kept.
   *
   * @returns the line, or `undefined` at the end of input.
   */
  readLine(prompt: string): Promise<string | undefined>;
  /** Changes the prompt of the line being typed; what is typed of it stays. */
  setPrompt(prompt: string): void;
  /**
   * Writes lines, each with its line break, above the one being typed: that and the cursor stay.
   * Meanwhile nothing else may write to the terminal.
   */
  print(lines: string): void;
  /** Ends it, and what waits for a line; the terminal is as it was before. */
  close(): void;
}

/** What a line editor knows of the lines that it reads. */
export interface LineEditorOptions {
  /**
   * What may stand at the cursor, given the line up to there. Its signal aborts when the answer comes
   * too late to be of use.
   */
  complete?(typed: string, signal: AbortSignal): Promise<Completion>;
  /** What to show, dimly, behind the line being typed: which words may follow. */
  hint?(line: string): string;
  /**
   * Called at Ctrl-C, which has dropped the line. With `wasTyping` false there was nothing to drop:
   * the person wants to stop what is going on.
   */
  onInterrupt?(wasTyping: boolean): void;
  /** Where lines are kept for the next time; by default for this time only. */
  history?: History;
}

/** Candidates for the word at the cursor. */
export interface Completion {
  /** The part of the line, up to the cursor, that a candidate takes the place of. */
  replaces: string;
  candidates: readonly string[];
  /** Whether there are more, which what these have in common need not fit. */
  isPart?: boolean;
}

/** Earlier lines, and where a line is kept for later. */
export interface History {
  /** The newest last. */
  load(): readonly string[];
  add(line: string): void;
  /** Nothing is added any more. */
  close(): void;
}
