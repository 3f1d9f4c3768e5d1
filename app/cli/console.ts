import { appLimits } from "../../limits.ts";
import { type Line, readLines } from "./lines.ts";
import { keepOnly, type Permission } from "./permissions.ts";
import { BrokenPipeError, writeToStderr, writeToStdout } from "./standard_streams.ts";
import { expectStdin, readStdin } from "./stdin.ts";
import { onStopSignal, type StopSignal } from "./stop_signals.ts";
import { processTerminal, type TerminalDevice } from "./terminal_device.ts";

export { BrokenPipeError } from "./standard_streams.ts";

/** The three standard streams, the environment and the signals, as the commands see them. */
export interface Console {
  readonly stdinIsTerminal: boolean;
  readonly stdoutIsTerminal: boolean;
  readonly stderrIsTerminal: boolean;
  /** The terminal, when stdin and stdout are one that can redraw a line. */
  readonly terminal?: TerminalDevice;
  /** An environment variable. */
  env(name: string): string | undefined;
  /** Writes text or bytes to stdout: results, and nothing else. @throws {BrokenPipeError} when nobody reads them. */
  out(text: string | Uint8Array): void;
  /** Writes to stderr: everything that is not a result. Never throws. */
  err(text: string): void;
  /** @throws {UsageError} when nobody gives any input: stdin is closed, or the null device. */
  expectInput?(): void;
  /** Writes bytes to stderr, or a part of them, without keeping the program waiting. @returns how many. */
  errLater?(bytes: Uint8Array): Promise<number>;
  /** The bytes of stdin. */
  input(): AsyncIterable<Uint8Array>;
  /** The lines of stdin, without their ends; of one past `lineCharsMax` more than that, not all. */
  lines(): AsyncIterable<Line>;
  /**
   * Calls `handler` on each signal that asks for a stop, instead of ending and of the handler before;
   * the function returned stops that.
   */
  onStopSignal(handler: (signal: StopSignal) => void): () => void;
  /** Gives up all permissions of the process but these, for good. */
  keepOnly?(permissions: readonly Permission[]): void;
  /** Ends the process now. */
  exit(code: number): void;
}

/** The process's own. */
export const processConsole: Console = {
  stdinIsTerminal: Deno.stdin.isTerminal(),
  stdoutIsTerminal: Deno.stdout.isTerminal(),
  stderrIsTerminal: Deno.stderr.isTerminal(),
  terminal: Deno.stdin.isTerminal() && Deno.stdout.isTerminal()
    ? processTerminal(writeToStdout)
    : undefined,
  env: (name) => Deno.env.get(name),
  out(text) {
    try {
      writeToStdout(text);
    } catch (cause) {
      if (cause instanceof BrokenPipeError) throw cause;
      throw new Error(`Cannot write to stdout: ${(cause as Error).message}`, { cause });
    }
  },
  err(text) {
    try {
      writeToStderr(text);
    } catch {
      // Nobody reads it, or its disk is full: what is to be done goes on without being told.
    }
  },
  errLater: (bytes) => Deno.stderr.write(bytes),
  expectInput: expectStdin,
  input: readStdin,
  lines: () => readLines(readStdin(), appLimits.lineCharsMax),
  onStopSignal,
  keepOnly,
  exit: (code) => Deno.exit(code),
};
