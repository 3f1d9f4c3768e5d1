/**
 * Signals that ask the program to stop.
 *
 * @module
 */

import { withoutEcho } from "./signal_echo.ts";

/** A signal that asks the program to stop: Ctrl-C, a system, a terminal that is gone, Ctrl-\\. */
export type StopSignal = "SIGINT" | "SIGTERM" | "SIGHUP" | "SIGQUIT";

/** The exit code of a process that a signal ended, as shells tell it: 128 and the signal's number. */
export function exitCodeOfSignal(signal: StopSignal): number {
  return 128 + numbers[signal];
}

const numbers: Readonly<Record<StopSignal, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGTERM: 15,
};

/** Those that the operating system has: Windows ends a process without the others. */
const stopSignals: readonly StopSignal[] = Deno.build.os === "windows"
  ? ["SIGINT", "SIGHUP"]
  : ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"];

/** Only the last one is called. */
const handlers: ((signal: StopSignal) => void)[] = [];
let isListening = false;

/**
 * Calls `handler` on each signal that asks for a stop, instead of ending and of the handler before; the
 * function returned stops that.
 *
 * Until the first call the system ends the process by itself, and only it can do so while the program
 * waits in a write to a pipe that nobody reads. So only a program that has something to end in order
 * calls this.
 */
export function onStopSignal(handler: (signal: StopSignal) => void): () => void {
  catchStopSignals();
  handlers.push(handler);
  return () => void handlers.splice(handlers.indexOf(handler), 1);
}

/** From now on the program ends by itself where nothing handles a signal: its unload listeners are called. */
export function catchStopSignals(): void {
  if (isListening) return;
  isListening = true;
  const stop = withoutEcho<StopSignal>(
    (signal) => (handlers.at(-1) ?? exitBy)(signal),
    () => performance.now(),
  );
  for (const signal of stopSignals) Deno.addSignalListener(signal, () => stop(signal));
}

function exitBy(signal: StopSignal): void {
  Deno.exit(exitCodeOfSignal(signal));
}
