import type { Line } from "../../../app/cli/lines.ts";
import { type Console, runCommandLine, type StopSignal } from "../../../app/mod.ts";

/** What a fake console is like; by default nothing is a terminal and the input is empty. */
export interface FakeConsoleOptions {
  input?: readonly Line[] | (() => AsyncIterable<Line>);
  /** What stdin holds, for who reads it as bytes. */
  bytes?: readonly Uint8Array[];
  env?: Readonly<Record<string, string>>;
  terminal?: boolean;
}

/** A console in memory. */
export class FakeConsole implements Console {
  /** What was printed; bytes as characters of the same numbers. */
  stdout = "";
  stderr = "";
  readonly stdinIsTerminal = false;
  readonly stdoutIsTerminal: boolean;
  readonly stderrIsTerminal: boolean;
  /** The code that `exit` was called with. */
  exitedWith: number | undefined;
  #options: FakeConsoleOptions;
  #onSignal: ((signal: StopSignal) => void) | undefined;

  constructor(options: FakeConsoleOptions = {}) {
    this.#options = options;
    this.stdoutIsTerminal = this.stderrIsTerminal = options.terminal ?? false;
  }

  env(name: string): string | undefined {
    return this.#options.env?.[name];
  }

  out(text: string | Uint8Array): void {
    this.stdout += typeof text === "string" ? text : String.fromCharCode(...text);
  }

  err(text: string): void {
    this.stderr += text;
  }

  async *input(): AsyncIterable<Uint8Array> {
    yield* this.#options.bytes ?? [];
  }

  async *lines(): AsyncIterable<Line> {
    const { input = [] } = this.#options;
    yield* typeof input === "function" ? input() : input;
  }

  onStopSignal(handler: (signal: StopSignal) => void): () => void {
    const before = this.#onSignal;
    this.#onSignal = handler;
    return () => this.#onSignal = before;
  }

  exit(code: number): void {
    this.exitedWith = code;
  }

  /** Delivers a signal, if someone listens. */
  signal(signal: StopSignal): void {
    this.#onSignal?.(signal);
  }
}

/** What a command printed, and how it ended. */
export interface CommandResult {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs a command line in this process. */
export async function runCmud(
  args: readonly string[],
  options: FakeConsoleOptions = {},
): Promise<CommandResult> {
  const console = new FakeConsole(options);
  const code = await runCommandLine(args, console);
  return { code, stdout: console.stdout, stderr: console.stderr };
}
