import type { Console } from "../cli/console.ts";
import { exitCodeOfSignal, type StopSignal } from "../cli/stop_signals.ts";

/**
 * The first signal is for an orderly stop; a second one ends the process at once.
 *
 * @param onHangUp called on each SIGHUP instead
 */
export function stopSignal(console: Console, onHangUp?: () => void): Promise<StopSignal> {
  return new Promise((resolve) => {
    let stopping = false;
    console.onStopSignal((signal) => {
      if (signal === "SIGHUP" && onHangUp !== undefined && !stopping) return onHangUp();
      if (stopping) console.exit(exitCodeOfSignal(signal));
      stopping = true;
      resolve(signal);
    });
  });
}
