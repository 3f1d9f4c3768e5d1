/**
 * A world without real time and without chance: its clocks move when it is told to, and what it
 * draws follows from one seed. The same seed and the same steps give the same run, every time.
 *
 * ```ts
 * import { SimulatedWorld } from "./simulated_environment.ts";
 *
 * const world = new SimulatedWorld({ seed: 7 });
 * const environment = world.environment({ clockSkewMs: -5000 });
 * let ran = false;
 * environment.after(60_000, () => ran = true);
 * await world.advance(60_000);
 * if (!ran) throw new Error("a minute has passed");
 * ```
 *
 * @module
 */

import { defaultLimits, type Limits } from "../../limits.ts";
import { type Environment, MemoryAccount, ProcessRoom, TimeSlices } from "../../rpc/mod.ts";
import { Prng } from "./prng.ts";
import { TimerQueue } from "./timer_queue.ts";

/** Wall clocks start here, whatever their skew: Sep 2001, where the milliseconds have 13 digits. */
export const epochMs = 1_000_000_000_000;

/** `run` and `complete` give up after so much virtual time: timers that renew themselves never end. */
const runMsMax = 3_600_000;

/** So many steps at one moment are taken for a loop that lets no time pass. */
const stepsPerMomentMax = 1_000_000;

/**
 * One virtual timeline that any number of environments share, one for each simulated machine.
 *
 * What runs is what is due: first all that was asked for `soon` and every promise that can settle,
 * then the next timer, and so on. Code that runs takes no time, unless it says so with `spend`.
 */
export class SimulatedWorld {
  readonly seed: number;
  /** Draws for the test itself and for the network; machines have generators of their own. */
  readonly random: Prng;
  #nowMs = 0;
  #timers = new TimerQueue();
  #soon: (() => void)[] = [];
  #stepsAtMoment = 0;
  #environments: SimulatedEnvironment[] = [];

  constructor({ seed = 1 }: { seed?: number } = {}) {
    this.seed = seed;
    this.random = new Prng(seed);
  }

  /** Virtual milliseconds since the world began. */
  get nowMs(): number {
    return this.#nowMs;
  }

  /** Timers of all machines that wait; what is on its way through a network is none. */
  get pendingTimers(): number {
    return this.#environments.reduce((sum, { pendingTimers }) => sum + pendingTimers, 0);
  }

  /** Another machine. @param options.clockSkewMs how far its wall clock is ahead of the true time */
  environment(
    { clockSkewMs = 0, limits = defaultLimits }: { clockSkewMs?: number; limits?: Limits } = {},
  ): SimulatedEnvironment {
    const environment = new SimulatedEnvironment(this, this.random.fork(), clockSkewMs, limits);
    this.#environments.push(environment);
    return environment;
  }

  /** Lets so much time pass; what is due within it runs, each at its moment. */
  async advance(durationMs: number): Promise<void> {
    const endMs = this.#nowMs + durationMs;
    await this.#settle();
    while (await this.#step(endMs));
    this.#nowMs = Math.max(this.#nowMs, endMs);
  }

  /** As `advance`, for code that awaits nothing: many times faster, since no promise is waited for. */
  advanceSync(durationMs: number): void {
    const endMs = this.#nowMs + durationMs;
    this.#runSoon();
    while (this.#takeStep(endMs)) this.#runSoon();
    this.#nowMs = Math.max(this.#nowMs, endMs);
  }

  /** Lets time pass until no timer waits. @throws {Error} when that is not within an hour. */
  async run(): Promise<void> {
    const endMs = this.#nowMs + runMsMax;
    await this.#settle();
    while (await this.#step(endMs));
    if (this.#timers.size > 0) throw new Error(`Cannot run to the end: busy for ${runMsMax} ms`);
  }

  /** Lets time pass until `promise` settles. @throws {Error} when it does not within an hour. */
  async complete<T>(promise: PromiseLike<T>): Promise<T> {
    const endMs = this.#nowMs + runMsMax;
    let settled = false;
    const onSettled = () => void (settled = true);
    promise.then(onSettled, onSettled);
    await this.#settle();
    while (!settled && await this.#step(endMs));
    if (!settled) throw new Error(`Cannot complete: still open after ${this.#nowMs} ms`);
    return promise;
  }

  /** Called by code that runs: it takes so long. What becomes due meanwhile waits for its end. */
  spend(durationMs: number): void {
    this.#nowMs += durationMs;
    this.#stepsAtMoment = 0;
  }

  /** Runs `fn` after `delayMs`; the function returned cancels it. */
  after(delayMs: number, fn: () => void): () => void {
    return this.#timers.add(this.#nowMs + Math.max(0, delayMs), fn);
  }

  /** Runs `fn` when the code that runs now has returned, before any timer. */
  soon(fn: () => void): void {
    this.#soon.push(fn);
  }

  /** Runs the next timer that is due by `endMs`. @returns whether there was one. */
  async #step(endMs: number): Promise<boolean> {
    if (!this.#takeStep(endMs)) return false;
    await this.#settle();
    return true;
  }

  #takeStep(endMs: number): boolean {
    const nextMs = this.#timers.nextMs();
    if (nextMs > endMs) return false;
    if (nextMs > this.#nowMs) this.spend(nextMs - this.#nowMs);
    this.#timers.take()!();
    return true;
  }

  #runSoon(): void {
    for (let fn = this.#soon.shift(); fn !== undefined; fn = this.#soon.shift()) {
      this.#countStep();
      fn();
    }
  }

  /** Runs all that can run without time passing: what is due soon, and the reactions of promises. */
  async #settle(): Promise<void> {
    do {
      this.#runSoon();
      this.#countStep();
      await eventLoopTurn();
    } while (this.#soon.length > 0);
  }

  #countStep(): void {
    if (++this.#stepsAtMoment <= stepsPerMomentMax) return;
    throw new Error(`Cannot go on: ${stepsPerMomentMax} steps, and no time passes`);
  }
}

/** A machine's clock, timers and randomness on the timeline of a world. */
export class SimulatedEnvironment implements Environment {
  /** How far the wall clock is ahead of the true time; may be set at any moment. */
  clockSkewMs: number;
  readonly limits: Limits;
  readonly memory = new MemoryAccount();
  readonly connections = new ProcessRoom();
  /** May be replaced before it is used. */
  slices: TimeSlices;
  /** Timers of this machine that wait, those of `yieldToEvents` included. */
  pendingTimers = 0;
  #world: SimulatedWorld;
  #random: Prng;
  #monotonicOriginMs: number;

  /** Made by `SimulatedWorld.environment`. */
  constructor(world: SimulatedWorld, random: Prng, clockSkewMs: number, limits: Limits) {
    this.limits = limits;
    this.slices = new TimeSlices(this);
    this.#world = world;
    this.#random = random;
    this.clockSkewMs = clockSkewMs;
    // The monotonic clocks of two machines have nothing in common.
    this.#monotonicOriginMs = random.below(1_000_000);
  }

  now(): number {
    return Math.floor(epochMs + this.#world.nowMs + this.clockSkewMs);
  }

  monotonicMs(): number {
    return this.#monotonicOriginMs + this.#world.nowMs;
  }

  after(delayMs: number, fn: () => void): () => void {
    this.pendingTimers++;
    let waits = true;
    const cancel = this.#world.after(delayMs, () => {
      waits = false;
      this.pendingTimers--;
      fn();
    });
    return () => {
      if (!waits) return;
      waits = false;
      this.pendingTimers--;
      cancel();
    };
  }

  soon(fn: () => void): void {
    this.#world.soon(fn);
  }

  /** Behind all that is due at this moment, before all that will be asked for later. */
  yieldToEvents(fn: () => void): () => void {
    return this.after(0, fn);
  }

  fraction(): number {
    return this.#random.fraction();
  }

  hex64(): string {
    return this.#random.hex64();
  }
}

/**
 * Resolves when the real event loop has come around: every promise that could react has reacted.
 *
 * By a message to oneself, because a timer takes a millisecond. It comes around the event loop only
 * if somebody waits for it already: a message that is there before the port has begun to listen is
 * handed over at once, ahead of promises.
 */
async function eventLoopTurn(): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  const arrival = new Promise((resolve) => port1.onmessage = resolve);
  for (let i = 0; i < microtasksUntilPortListens; i++) await null;
  port2.postMessage(null);
  await arrival;
  port1.close();
  port2.close();
}

/** More than any Deno needs, seen was 1; the test of `soon` notices when it is not enough. */
const microtasksUntilPortListens = 4;
