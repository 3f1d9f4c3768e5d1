import type { Clock, Limited, Timers } from "./environment.ts";
import type { ByteStream, Dialer } from "./transport.ts";

/**
 * Connects to `address`, until `dialTimeoutMs` are over or `signal` aborts: what comes of the
 * attempt later is closed. A process that stood still over the end of that time checks once more,
 * because the answer may have come meanwhile.
 *
 * @throws {Error} when nobody answers there; the signal's reason.
 */
export function dial(
  dialer: Dialer,
  address: string,
  environment: Clock & Timers & Limited,
  signal: AbortSignal,
): Promise<ByteStream> {
  const attempt = new AbortController();
  const connected = dialer.connect(address, attempt.signal);
  return new Promise((resolve, reject) => {
    const settle = () => {
      cancel();
      signal.removeEventListener("abort", onAbort);
    };
    const giveUp = (reason: unknown) => {
      settle();
      reject(reason);
      attempt.abort(reason);
      connected.then((stream) => stream.close(), () => {});
    };
    const onAbort = () => giveUp(signal.reason);
    const { dialTimeoutMs, standstillMs } = environment.limits;
    let cancel = () => {};
    const giveUpAfter = (delayMs: number) => {
      const dueMs = environment.monotonicMs() + delayMs;
      cancel = environment.after(delayMs, () => {
        const stoodStill = environment.monotonicMs() - dueMs > standstillMs;
        if (stoodStill) giveUpAfter(standstillMs);
        else giveUp(new Error(`no connection within ${dialTimeoutMs} ms`));
      });
    };
    giveUpAfter(dialTimeoutMs);
    signal.addEventListener("abort", onAbort);
    connected.then(resolve, reject).finally(settle);
    if (signal.aborted) onAbort();
  });
}
