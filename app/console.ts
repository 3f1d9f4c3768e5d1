import { lineCharsMax } from "../limits.ts";
import { type Line, readLines } from "./lines.ts";
import { BrokenPipeError, chunksOf, writeToStderr, writeToStdout } from "./standard_streams.ts";
import { processTerminal, type TerminalDevice } from "./terminal/terminal_device.ts";

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
  /** Writes to stdout: results, and nothing else. @throws {BrokenPipeError} when nobody reads them. */
  out(text: string): void;
  /** Writes to stderr: everything that is not a result. Never throws. */
  err(text: string): void;
  /** The bytes of stdin. */
  input(): AsyncIterable<Uint8Array>;
  /** The lines of stdin, without their ends; of one past `lineCharsMax` more than that, not all. */
  lines(): AsyncIterable<Line>;
  /**
   * Calls `handler` on each signal that asks for a stop, instead of ending and of the handler before;
   * the function returned stops that.
   */
  onStopSignal(handler: (signal: StopSignal) => void): () => void;
  /** Ends the process now. */
  exit(code: number): void;
}

/** Signals that ask the program to stop: Ctrl-C, a system, a terminal that is gone, Ctrl-\\. */
export const stopSignals = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"] as const;

/** A signal that asks the program to stop. */
export type StopSignal = typeof stopSignals[number];

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
  input: () => chunksOf(Deno.stdin),
  lines: () => readLines(chunksOf(Deno.stdin), lineCharsMax),
  onStopSignal(handler) {
    if (stopHandlers.length === 0) listenForStopSignals();
    stopHandlers.push(handler);
    return () => void stopHandlers.splice(stopHandlers.indexOf(handler), 1);
  },
  exit: (code) => Deno.exit(code),
};

/** Only the last one is called. */
const stopHandlers: ((signal: StopSignal) => void)[] = [];

function listenForStopSignals(): void {
  for (const signal of stopSignals) {
    // Windows has no others.
    if (Deno.build.os === "windows" && signal !== "SIGINT" && signal !== "SIGHUP") continue;
    Deno.addSignalListener(signal, () => stopHandlers.at(-1)?.(signal));
  }
}
