import { pause as pauseOf, realEnvironment } from "../../rpc/mod.ts";

/** Lets `ms` pass, or less when `signal` aborts. It never rejects. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return pauseOf(realEnvironment, ms, signal);
}
