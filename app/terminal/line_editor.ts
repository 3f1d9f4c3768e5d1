/** Lines from a person or a pipe, and text that is shown meanwhile. */
export interface LineEditor {
  /**
   * Shows `prompt` and waits for a line; one call at a time. Text typed before the call is kept.
   *
   * @returns the line, or `undefined` at the end of input.
   */
  readLine(prompt: string): Promise<string | undefined>;
  /** Changes the prompt of the line being typed; the typed text stays. */
  setPrompt(prompt: string): void;
  /**
   * Writes lines, each with its line break, above the line being typed, which stays with its cursor.
   * Meanwhile nothing else may write to the terminal.
   */
  print(lines: string): void;
  /** Closes the editor: a pending `readLine` ends, and the terminal is restored. */
  close(): void;
}

/** The behaviour that a program gives to its line editor. */
export interface LineEditorOptions {
  /**
   * Completes the line up to the cursor. The signal aborts after `completionTimeoutMs`, because the
   * answer is then too late to be shown.
   */
  complete?(typed: string, signal: AbortSignal): Promise<Completion>;
  /** The hint behind the line being typed, shown dimly: the words that may follow. */
  hint?(line: string): string;
  /**
   * Called at Ctrl-C, which has dropped the line. `wasTyping` is false when the line was empty: Ctrl-C
   * then means to stop the running command.
   */
  onInterrupt?(wasTyping: boolean): void;
  /**
   * Called for a line that is not valid UTF-8; the next one is then read instead. By default such a
   * line is an error.
   */
  onUnreadable?(): void;
  /** The history; by default one that is kept in memory only. */
  history?: History;
}

/** Candidates for the word at the cursor. */
export interface Completion {
  /** The part of the line, up to the cursor, that a candidate replaces. */
  replaces: string;
  candidates: readonly string[];
  /** Whether there are more candidates: the common prefix of these must then not be inserted. */
  isPart?: boolean;
}

/** The history of typed lines. */
export interface History {
  /** Earlier lines, the newest last. */
  load(): readonly string[];
  add(line: string): void;
  /** Closes the history: no line is added afterwards. */
  close(): void;
}
