/**
 * Bars that show how an attempt, or many of them, is coming on.
 *
 * @module
 */

import { grouped } from "../../cli/numbers.ts";

const barChars = 20;

/** The bar of the `done`-th of so many attempts at mining, counted from 0. */
export function miningBar(done: number, attempts: number): (share: number) => string {
  return barOf("mining", done, attempts);
}

/** The bar of the `done`-th of so many attempts at solving. */
export function solvingBar(done: number, attempts: number): (share: number) => string {
  return barOf("solving", done, attempts);
}

function barOf(what: string, done: number, attempts: number): (share: number) => string {
  if (attempts === 1) return (share) => `${what} ${bar(share)}`;
  const many = `${grouped(done + 1)} of ${grouped(attempts)}`;
  return (share) => `${what} ${bar((done + share) / attempts)} ${many}`;
}

function bar(share: number): string {
  const full = Math.round(share * barChars);
  return `[${"#".repeat(full)}${".".repeat(barChars - full)}]`;
}
