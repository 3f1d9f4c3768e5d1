import type { Environment } from "./environment.ts";
import type { Yielding } from "./event_loop.ts";
import { ProcessRoom } from "./process_room.ts";
import { TimeSlices } from "./time_slices.ts";

/** An environment that holds a timer until it is closed. */
export interface AwakeEnvironment extends Environment {
  /** Called, once every `standstillMs`, with how late the timer is by which standstills are noticed. */
  onLate: (lateMs: number) => void;
  /** Ends that timer. */
  close(): void;
}

/**
 * `environment` with a monotonic clock, and timers that go by it, which leave out the time in which the
 * process stood still: it was suspended, or its container paused, or its machine asleep. By another
 * clock everybody else would seem to have been silent for so long, and every deadline would be over
 * before what came meanwhile is read.
 *
 * A timer reads the clock every `standstillMs`. So a longer gap than twice that, between two readings,
 * is time in which nothing ran here, and counts as `standstillMs` only.
 *
 * @param limits default: those of `environment`
 * @param memory default: that of `environment`
 */
export function awakeEnvironment(
  environment: Environment,
  limits = environment.limits,
  memory = environment.memory,
): AwakeEnvironment {
  let lastMs = environment.monotonicMs();
  let leftOutMs = 0;
  const monotonicMs = () => {
    const nowMs = environment.monotonicMs();
    const gapMs = nowMs - lastMs;
    if (gapMs > 2 * limits.standstillMs) leftOutMs += gapMs - limits.standstillMs;
    lastMs = nowMs;
    return nowMs - leftOutMs;
  };
  let dueMs = lastMs + limits.standstillMs;
  const read = () => {
    monotonicMs();
    awake.onLate(Math.max(0, lastMs - dueMs));
    dueMs = lastMs + limits.standstillMs;
    cancel = environment.after(limits.standstillMs, read);
  };
  let cancel = environment.after(limits.standstillMs, read);
  const yielding: Yielding = {
    yieldToEvents: (fn) => environment.yieldToEvents(fn),
    isYieldQuick: () => environment.isYieldQuick?.() ?? true,
    keepYielding: () => environment.keepYielding?.() ?? (() => {}),
  };
  const after = (delayMs: number, fn: () => void) => environment.after(delayMs, fn);
  const awake: AwakeEnvironment = {
    onLate: () => {},
    limits,
    memory,
    slices: new TimeSlices({ ...yielding, limits, monotonicMs, after }),
    connections: new ProcessRoom(),
    now: () => environment.now(),
    monotonicMs,
    after(delayMs, fn) {
      if (delayMs < 1) return environment.after(delayMs, fn);
      const dueMs = monotonicMs() + delayMs;
      const onTime = () => {
        const restMs = dueMs - monotonicMs();
        if (restMs < 1) fn();
        else cancelWait = environment.after(restMs, onTime);
      };
      let cancelWait = environment.after(delayMs, onTime);
      return () => cancelWait();
    },
    soon: (fn) => environment.soon(fn),
    ...yielding,
    fraction: () => environment.fraction(),
    hex64: () => environment.hex64(),
    close: () => cancel(),
  };
  return awake;
}
