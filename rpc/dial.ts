import type { Limited, Timers } from "./environment.ts";
import type { ByteStream, Dialer } from "./transport.ts";

/**
 * Connects to `address`, until `dialTimeoutMs` are over or `signal` aborts: what comes of the
 * attempt later is closed.
 *
 * @throws {Error} when nobody answers there; the signal's reason.
 */
export function dial(
  dialer: Dialer,
  address: string,
  environment: Pick<Timers, "after"> & Limited,
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
    const { dialTimeoutMs } = environment.limits;
    const cancel = environment.after(
      dialTimeoutMs,
      () => giveUp(new Error(`no connection within ${dialTimeoutMs} ms`)),
    );
    signal.addEventListener("abort", onAbort);
    connected.then(resolve, reject).finally(settle);
    if (signal.aborted) onAbort();
  });
}
