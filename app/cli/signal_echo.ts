import { appLimits } from "../../limits.ts";

/**
 * Passes signals on, but not the echo of one. Ctrl-C reaches every process of a terminal, and a parent
 * such as `deno task` or `npx` passes it on to the same process once more: a single key press would
 * count as two, and the second one ends a program at once.
 *
 * @param nowMs reads a clock that never goes back, in milliseconds
 */
export function withoutEcho<Signal>(
  handle: (signal: Signal) => void,
  nowMs: () => number,
): (signal: Signal) => void {
  const lastMs = new Map<Signal, number>();
  return (signal) => {
    const ms = nowMs();
    if (ms - (lastMs.get(signal) ?? -Infinity) < appLimits.signalEchoMs) return;
    lastMs.set(signal, ms);
    handle(signal);
  };
}
