/**
 * The outside world as the parts see it: clock, timers, randomness, bounds, and (in `transport.ts`)
 * the network. Each comes in through a constructor; the real ones are here, the simulated ones in
 * `tests/support/`.
 *
 * @module
 */

import { defaultLimits, type Limits } from "../limits.ts";
import { EventLoop, type Yielding } from "./event_loop.ts";
import { MemoryAccount } from "./memory_account.ts";
import { ProcessRoom } from "./process_room.ts";
import { TimeSlices } from "./time_slices.ts";

/** Reads time. */
export interface Clock {
  /** Wall clock: milliseconds since the epoch, an integer; may jump either way. */
  now(): number;
  /** Milliseconds since some fixed moment; never goes back. */
  monotonicMs(): number;
}

/** Runs functions later. */
export interface Timers extends Yielding {
  /** Runs `fn` once after `delayMs`; the function returned cancels it. */
  after(delayMs: number, fn: () => void): () => void;
  /** Runs `fn` when the code that runs now has returned, before any socket or timer. */
  soon(fn: () => void): void;
}

/** Draws at random. */
export interface Random {
  /** An evenly distributed number in [0, 1). */
  fraction(): number;
  /** 64 random bits as 16 hexadecimal digits. */
  hex64(): string;
}

/** Says how much everything may take. */
export interface Limited {
  /** The bounds. They do not change. */
  readonly limits: Limits;
}

/** Says what memory is charged to. */
export interface Accounted {
  /** What is charged for all that comes in on this thread. */
  readonly memory: MemoryAccount;
}

/** Says in what order the connections of a thread are heard. */
export interface Sliced {
  /** The slices of time in which what they have read is handled. */
  readonly slices: TimeSlices;
}

/** Says what connections there are. */
export interface Connected {
  /** The connections to all ports of this thread. */
  readonly connections: ProcessRoom;
}

/** Clock, timers, randomness, bounds, memory, slices of time and connections in one. */
export interface Environment extends Clock, Timers, Random, Limited, Accounted, Sliced, Connected {}

/** The longest delay that the platform's timers keep; a longer one would be over at once. */
const timerMsMax = 2 ** 31 - 1;

const eventLoop = new EventLoop((fn) => after(0, fn));

const machine: Clock & Timers & Limited = {
  limits: defaultLimits,
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  after,
  soon: (fn) => queueMicrotask(fn),
  yieldToEvents: (fn) => eventLoop.onTurn(fn),
  isYieldQuick: () => eventLoop.isQuick,
  keepYielding: () => eventLoop.keep(),
};

/**
 * Runs `fn` once after `delayMs`, however long that is; the function returned cancels it. Deno 2.4 runs a
 * timer that is due even if it has been cleared since the event loop last came around.
 */
function after(delayMs: number, fn: () => void): () => void {
  let timer: ReturnType<typeof setTimeout>;
  let isCancelled = false;
  const wait = (restMs: number) => {
    timer = setTimeout(() => {
      if (isCancelled) return;
      if (restMs > timerMsMax) wait(restMs - timerMsMax);
      else fn();
    }, Math.min(restMs, timerMsMax));
  };
  wait(delayMs);
  return () => {
    isCancelled = true;
    clearTimeout(timer);
  };
}

/** The machine's own clock, timers and randomness, the default bounds, and memory without one. */
export const realEnvironment: Environment = {
  ...machine,
  memory: new MemoryAccount(),
  slices: new TimeSlices(machine),
  connections: new ProcessRoom(),
  fraction: () => Math.random(),
  hex64() {
    const bytes = crypto.getRandomValues(new Uint8Array(8));
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  },
};
