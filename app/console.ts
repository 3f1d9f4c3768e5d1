import { lineCharsMax } from "../limits.ts";
import { type Line, readLines } from "./lines.ts";
import { keepOnly, type Permission } from "./permissions.ts";
import { withoutEcho } from "./signal_echo.ts";
import { expectStdin, readStdin } from "./stdin.ts";
import { processTerminal, type TerminalDevice } from "./terminal/terminal_device.ts";

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
  /** @throws {UsageError} when nobody gives any input: stdin is closed, or the null device. */
  expectInput?(): Promise<void>;
  /** The bytes of stdin. */
  input(): AsyncIterable<Uint8Array>;
  /** The lines of stdin, without their ends; of one past `lineCharsMax` more than that, not all. */
  lines(): AsyncIterable<Line>;
  /**
   * Calls `handler` on SIGINT, SIGTERM and SIGHUP, instead of ending and of the handler before; the function
   * returned stops that.
   */
  onStopSignal(handler: (signal: StopSignal) => void): () => void;
  /** Gives up all permissions of the process but these, for good. */
  keepOnly?(permissions: readonly Permission[]): void;
  /** Ends the process now. */
  exit(code: number): void;
}

/** A signal that asks the program to stop. */
export type StopSignal = "SIGINT" | "SIGTERM" | "SIGHUP";

/** Nobody reads stdout any more. */
export class BrokenPipeError extends Error {
  static {
    this.prototype.name = "BrokenPipeError";
  }
}

/** The process's own. */
export const processConsole: Console = {
  stdinIsTerminal: Deno.stdin.isTerminal(),
  stdoutIsTerminal: Deno.stdout.isTerminal(),
  stderrIsTerminal: Deno.stderr.isTerminal(),
  terminal: Deno.stdin.isTerminal() && Deno.stdout.isTerminal()
    ? processTerminal((text) => writeAll(Deno.stdout, text))
    : undefined,
  env: (name) => Deno.env.get(name),
  out(text) {
    try {
      writeAll(Deno.stdout, text);
    } catch (cause) {
      if (cause instanceof BrokenPipeError) throw cause;
      throw new Error(`Cannot write to stdout: ${(cause as Error).message}`, { cause });
    }
  },
  err(text) {
    try {
      writeAll(Deno.stderr, text);
    } catch {
      // Nobody reads it, or its disk is full: what is to be done goes on without being told.
    }
  },
  expectInput: expectStdin,
  input: readStdin,
  lines: () => readLines(readStdin(), lineCharsMax),
  onStopSignal(handler) {
    if (stopHandlers.length === 0) listenForStopSignals();
    stopHandlers.push(handler);
    return () => void stopHandlers.splice(stopHandlers.indexOf(handler), 1);
  },
  keepOnly,
  exit: (code) => Deno.exit(code),
};

/** Only the last one is called. */
const stopHandlers: ((signal: StopSignal) => void)[] = [];

/** Those that the operating system has: Windows ends a process without a SIGTERM. */
const stopSignals: readonly StopSignal[] = Deno.build.os === "windows"
  ? ["SIGINT", "SIGHUP"]
  : ["SIGINT", "SIGTERM", "SIGHUP"];

function listenForStopSignals(): void {
  const stop = withoutEcho<StopSignal>(
    (signal) => stopHandlers.at(-1)?.(signal),
    () => performance.now(),
  );
  for (const signal of stopSignals) Deno.addSignalListener(signal, () => stop(signal));
}

const encoder = new TextEncoder();

/** @throws {BrokenPipeError} when the reader is gone. */
function writeAll(stream: { writeSync(bytes: Uint8Array): number }, text: string): void {
  let bytes = encoder.encode(text);
  while (bytes.length > 0) {
    try {
      bytes = bytes.subarray(stream.writeSync(bytes));
    } catch (error) {
      if (error instanceof Deno.errors.BrokenPipe) throw new BrokenPipeError();
      if (!(error instanceof Deno.errors.WouldBlock)) throw error;
      // A parent made the pipe non-blocking, and it is full: give the reader a moment.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}
