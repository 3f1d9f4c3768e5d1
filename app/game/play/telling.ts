/**
 * How much is told of many attempts in a row: each of them, or now and then what they came to.
 *
 * @module
 */

import { spokenEvery } from "../world/bounds.ts";
import type { PlayerContext } from "./player_context.ts";

/**
 * One word is said of so many of `attempts`; `Infinity` if of none. A screen reader speaks so long that
 * nobody would hear anything else while a line is said of each.
 */
export function toldEvery({ talk, isBrief }: PlayerContext, attempts: number): number {
  if (attempts > 1 && isBrief) return Infinity;
  return talk.manner === "spoken" && attempts > spokenEvery ? spokenEvery : 1;
}

/** Adds up the steps that are taken, until they are told. */
export class HitTally {
  readonly #every: number;
  readonly #tell: (steps: number, remaining: number) => void;
  #hits = 0;
  #steps = 0;
  #remaining = 0;

  /** @param every of so many hits one word is said, with `tell` */
  constructor(every: number, tell: (steps: number, remaining: number) => void) {
    this.#every = every;
    this.#tell = tell;
  }

  /** Whether nothing is told of single attempts. */
  get isSilent(): boolean {
    return this.#every === Infinity;
  }

  /** Counts a hit of so many steps, after which so many remain. */
  add(steps: number, remaining: number): void {
    this.#steps += steps;
    this.#remaining = remaining;
    if (++this.#hits % this.#every === 0) this.flush();
  }

  /** Tells what was not told yet, if anything. */
  flush(): void {
    if (this.#steps > 0) this.#tell(this.#steps, this.#remaining);
    this.#steps = 0;
  }
}
