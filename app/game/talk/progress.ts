/**
 * How an attempt, or many of them, is coming on: as data, and as a bar of text.
 *
 * @module
 */

import { grouped } from "../../cli/numbers.ts";

/** An attempt of several. */
export interface Attempting {
  readonly what: "mining" | "solving";
  /** Those that were made before it. */
  readonly done: number;
  /** How many there are to be. */
  readonly attempts: number;
}

/** An attempt that goes on, for who draws it without being told of each step. */
export interface Progress {
  readonly what: Attempting["what"];
  /** The shares of all attempts that are done at its beginning and at its end. */
  readonly from: number;
  readonly to: number;
  /** How long it takes. */
  readonly ms: number;
}

const barChars = 20;

/** An attempt of which a share is done, as text. */
export function attemptBar({ what, done, attempts }: Attempting, share: number): string {
  if (attempts === 1) return `${what} ${bar(share)}`;
  const many = `${grouped(done + 1)} of ${grouped(attempts)}`;
  return `${what} ${bar((done + share) / attempts)} ${many}`;
}

/** An attempt that takes `ms`. */
export function progressOf({ what, done, attempts }: Attempting, ms: number): Progress {
  return { what, from: done / attempts, to: (done + 1) / attempts, ms };
}

function bar(share: number): string {
  const full = Math.round(share * barChars);
  return `[${"#".repeat(full)}${".".repeat(barChars - full)}]`;
}
