/**
 * Randomness from a seed.
 *
 * @module
 */

import type { Random } from "../../rpc/environment.ts";

/** A small generator (Mulberry32, two draws for 53 bits) that gives the same numbers for a seed. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const word = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  const hex = () => word().toString(16).padStart(8, "0");
  return {
    fraction: () => (word() * 0x200000 + (word() >>> 11)) / 0x20000000000000,
    hex64: () => hex() + hex(),
  };
}
