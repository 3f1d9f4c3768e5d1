/**
 * Bars that show how an attempt, or many of them, is coming on.
 *
 * @module
 */

import { grouped } from "../../cli/numbers.ts";

const barChars = 20;

/** The bar of the `done`-th of so many attempts at mining, counted from 0. */
export function miningBar(done: number, attempts: number): (share: number) => string {
  if (attempts === 1) return (share) => `mining ${bar(share)}`;
  const many = `${grouped(done + 1)} of ${grouped(attempts)}`;
  return (share) => `mining ${bar((done + share) / attempts)} ${many}`;
}

/** The bar of an attempt at solving. */
export function solvingBar(share: number): string {
  return `solving ${bar(share)}`;
}

function bar(share: number): string {
  const full = Math.round(share * barChars);
  return `[${"#".repeat(full)}${".".repeat(barChars - full)}]`;
}
