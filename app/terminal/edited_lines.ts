import { loadReadline } from "../../deps.ts";
import { appLimits } from "../../limits.ts";
import { escapeControl } from "../../rpc/mod.ts";
import { KeyQueue, type Keys } from "./key_queue.ts";
import { commonStart, inColumns } from "./candidates.ts";
import type { Completion, LineEditor, LineEditorOptions } from "./line_editor.ts";
import type { TerminalDevice } from "../cli/terminal_device.ts";

/** Node's editor, with what is known of the place where it draws: rows above that of the cursor. */
type Readline = ReturnType<Awaited<ReturnType<typeof loadReadline>>["createInterface"]> & {
  prevRows: number;
  closed: boolean;
};

const interrupt = "\x03";
const suspension = "\x1a";
const tab = "\t";

/** Controls that Node's editor would put into the line. */
// deno-lint-ignore no-control-regex -- these are what it is for
const meaningless = /[\x00\x1c-\x1e\x80-\x9f]/g;

// deno-lint-ignore no-control-regex -- likewise
const leadingText = /^[^\x00-\x1f\x7f]*/;

// deno-lint-ignore no-control-regex -- likewise
const unfinishedKey = /\x1b(?:[[O][0-9;]*)?$/;

// deno-lint-ignore no-control-regex -- likewise
const controlsButTab = /[\x00-\x08\x0a-\x1f\x7f-\x9f]/g;

/**
 * Edits lines on a terminal.
 *
 * Node's editor does the drawing of one line and knows the keys. It is given keys only while a line
 * is asked for: those pressed before wait in a queue. So what it draws never mixes with what is
 * printed, and pasted lines are answered one by one.
 */
export async function editLines(
  terminal: TerminalDevice,
  options: LineEditorOptions,
): Promise<LineEditor> {
  return new EditedLines(await loadReadline(), terminal, options);
}

class EditedLines implements LineEditor {
  #terminal: TerminalDevice;
  #options: LineEditorOptions;
  #readline: Readline;
  #feed: (keys: string) => void;
  #keys = new KeyQueue();
  /** The beginning of a key that is not whole yet. */
  #unfinished = "";
  /** Called when the queue has room again. */
  #onRoom: (() => void) | undefined;
  /** Settles the line that is asked for. */
  #answer: ((line: string | undefined) => void) | undefined;
  #isCompleting = false;
  /** The cursor is where a line begins, and no prompt is drawn yet. */
  #isAtStart = false;
  #isClosed = false;
  #releases: (() => void)[];

  constructor(
    { createInterface, Readable, Writable }: Awaited<ReturnType<typeof loadReadline>>,
    terminal: TerminalDevice,
    options: LineEditorOptions,
  ) {
    this.#terminal = terminal;
    this.#options = options;
    const input = new Readable({ read() {} });
    const output = new Writable({
      decodeStrings: false,
      write(text, _encoding, done) {
        terminal.write(text);
        done();
      },
    });
    Object.defineProperty(output, "columns", { get: () => terminal.columns() });
    this.#readline = createInterface({
      input,
      output,
      terminal: true,
      history: [...options.history?.load() ?? []].reverse(),
      historySize: appLimits.historyLinesMax,
      removeHistoryDuplicates: true,
    }) as Readline;
    this.#feed = (keys) => void input.emit("data", new TextEncoder().encode(keys));
    this.#readline.on("line", (line) => this.#accept(line));
    this.#readline.on("SIGINT", () => this.#interrupt());
    this.#readline.on("SIGTSTP", () => this.#suspend());
    this.#readline.on("close", () => this.close());
    terminal.setRaw(true);
    this.#releases = [
      terminal.onKeys((keys) => this.#take(keys)),
      terminal.onResume(() => this.#resume()),
      terminal.onResize(() => this.#resize(() => output.emit("resize"))),
      () => terminal.setRaw(false),
    ];
  }

  readLine(prompt: string): Promise<string | undefined> {
    if (this.#isClosed) return Promise.resolve(undefined);
    const { promise, resolve } = Promise.withResolvers<string | undefined>();
    this.#answer = resolve;
    this.#readline.setPrompt(prompt);
    this.#readline.prompt();
    this.#useKeys();
    return promise;
  }

  setPrompt(prompt: string): void {
    if (this.#isClosed) return;
    this.#readline.setPrompt(prompt);
    if (this.#answer !== undefined) this.#draw();
  }

  print(lines: string): void {
    if (this.#answer === undefined || this.#isClosed) return this.#terminal.write(lines);
    this.#erase();
    this.#terminal.write(lines);
    this.#draw();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (this.#answer !== undefined && !this.#isAtStart) this.#endLine();
    for (const release of this.#releases) release();
    this.#readline.close();
    this.#options.history?.close();
    this.#answer?.(undefined);
    this.#answer = undefined;
    this.#onRoom?.();
  }

  // ---- keys ---------------------------------------------------------------------------------

  /** Takes keys from the terminal; past the bound of those that wait, no more until some are used. */
  #take(bytes: Uint8Array | null): Promise<void> | void {
    if (bytes === null) return this.close();
    this.#keys.add(bytes);
    // Whoever interrupts what is going on does not want what was typed before it either.
    if (this.#answer === undefined && this.#keys.dropThrough(interrupt)) {
      this.#options.onInterrupt?.(false);
    }
    if (this.#answer === undefined && this.#keys.dropThrough(suspension)) this.#suspend();
    this.#useKeys();
    if (this.#isClosed || this.#keys.length <= appLimits.typeAheadCharsMax) return;
    return new Promise((resolve) => this.#onRoom = resolve);
  }

  #useKeys(): void {
    while (this.#answer !== undefined && !this.#isCompleting && !this.#isClosed) {
      const keys = this.#keys.take();
      if (keys === undefined) break;
      this.#use(keys);
    }
    if (this.#keys.length <= appLimits.typeAheadCharsMax) this.#onRoom?.();
  }

  #use({ text, isPasted }: Keys): void {
    this.#hideHint();
    if (isPasted) {
      const [line] = /^[^\r\n]*/.exec(text)!;
      this.#insert(line.replace(controlsButTab, ""));
      this.#press(text.slice(line.length));
    } else if (text === tab) {
      this.#complete();
    } else {
      // What begins as text is drawn as one piece, unless it ends a key that came in two.
      const keys = text.replace(meaningless, "");
      const [plain] = this.#unfinished === "" ? leadingText.exec(keys)! : [""];
      this.#insert(plain);
      this.#press(keys.slice(plain.length));
    }
    this.#showHint();
  }

  #press(keys: string): void {
    if (keys === "") return;
    this.#feed(keys);
    this.#unfinished = unfinishedKey.exec(this.#unfinished + keys)?.[0] ?? "";
  }

  #insert(text: string): void {
    if (text === "") return;
    this.#readline.write(text);
    // Node's editor does not notice that it may have come into another row.
    this.#readline.prevRows = this.#readline.getCursorPos().rows;
  }

  // ---- what happens to a line ---------------------------------------------------------------

  #accept(line: string): void {
    // Enter where nothing is asked leaves no empty line behind.
    if (line === "" && this.#readline.getPrompt() === "") this.#terminal.write("\x1b[A");
    this.#options.history?.add(line);
    const answer = this.#answer;
    this.#answer = undefined;
    answer?.(line);
  }

  /** As in other shells: what was typed stays on the screen, and counts no more. */
  #interrupt(): void {
    const wasTyping = this.#readline.line !== "";
    this.#leaveLine("^C");
    this.#isAtStart = true;
    this.#options.onInterrupt?.(wasTyping);
    this.#isAtStart = false;
    if (!this.#isClosed) this.#readline.prompt();
  }

  /** What was typed stays on the screen, and comes again below what the shell shows meanwhile. */
  #suspend(): void {
    if (this.#answer !== undefined) {
      const { line, cursor } = this.#readline;
      this.#leaveLine("^Z");
      Object.assign(this.#readline, { line, cursor });
    }
    this.#terminal.suspend();
  }

  #resume(): void {
    if (this.#answer === undefined) return;
    this.#terminal.write("\r");
    this.#readline.prevRows = 0;
    this.#draw();
  }

  // ---- completion ---------------------------------------------------------------------------

  /** Puts the candidate at the cursor, or what all have in common; else shows them above the line. */
  async #complete(): Promise<void> {
    const { line, cursor } = this.#readline;
    this.#isCompleting = true;
    const { replaces, candidates, isPart } = await this.#candidates(line.slice(0, cursor));
    this.#isCompleting = false;
    if (this.#isClosed) return;
    // The only one is the word that was meant: the next may begin.
    const word = candidates.length === 1 ? `${candidates[0]} ` : commonStart(candidates);
    if (!isPart && word.length > replaces.length) {
      const before = line.slice(0, cursor - replaces.length) + word;
      Object.assign(this.#readline, { line: before + line.slice(cursor), cursor: before.length });
      this.#draw();
    } else if (candidates.length > 1) {
      const columns = this.#terminal.columns();
      this.print(inColumns(candidates.map(escapeControl), columns, isPart));
    }
    this.#useKeys();
  }

  /** None when they do not come in time, or cannot be found. */
  async #candidates(typed: string): Promise<Completion> {
    const nothing: Completion = { replaces: "", candidates: [] };
    const late = new AbortController();
    const { promise: end, resolve } = Promise.withResolvers<Completion>();
    const timer = setTimeout(() => {
      late.abort();
      resolve(nothing);
    }, appLimits.completionTimeoutMs);
    const find = async () => await this.#options.complete?.(typed, late.signal) ?? nothing;
    return await Promise.race([find(), end]).catch(() => nothing).finally(() =>
      clearTimeout(timer)
    );
  }

  // ---- drawing ------------------------------------------------------------------------------

  /** At Ctrl-D, when Node's editor is closed already, the line is empty. */
  #endLine(): void {
    if (this.#readline.closed) this.#terminal.write("\r\n");
    else this.#leaveLine("");
  }

  /** Leaves the line behind, `mark` at its end, and begins an empty one below it. */
  #leaveLine(mark: string): void {
    const { line, cursor } = this.#readline;
    if (cursor < line.length) {
      Object.assign(this.#readline, { cursor: line.length });
      this.#redraw();
    }
    this.#terminal.write(`${mark}\r\n`);
    Object.assign(this.#readline, { line: "", cursor: 0, prevRows: 0 });
  }

  /** Erases the line; the next one is drawn where it began. */
  #erase(): void {
    const { rows } = this.#readline.getCursorPos();
    this.#terminal.write(`${rows > 0 ? `\x1b[${rows}A` : ""}\r\x1b[J`);
    this.#readline.prevRows = 0;
  }

  #draw(): void {
    this.#redraw();
    this.#showHint();
  }

  /** Draws prompt and line anew, without a hint; the cursor stays where it is in the line. */
  #redraw(): void {
    this.#readline.prompt(true);
  }

  /** A terminal that changes its width breaks the line anew: it ends in another row. */
  #resize(redraw: () => void): void {
    if (this.#answer === undefined) return;
    this.#readline.prevRows = this.#readline.getCursorPos().rows;
    redraw();
    this.#showHint();
  }

  /** Behind the line, if there is room in its row and the cursor is at its end. */
  #showHint(): void {
    const { line, cursor } = this.#readline;
    if (this.#answer === undefined || this.#isCompleting || cursor < line.length) return;
    const hint = escapeControl(this.#options.hint?.(line) ?? "");
    const room = this.#terminal.columns() - this.#readline.getCursorPos().cols - 1;
    if (hint === "" || hint.length > room) return;
    this.#terminal.write(`\x1b[2m${hint}\x1b[22m\x1b[${hint.length}D`);
  }

  #hideHint(): void {
    const { line, cursor } = this.#readline;
    if (this.#options.hint !== undefined && cursor === line.length) this.#terminal.write("\x1b[K");
  }
}
