import { assertGreater } from "../../deps.ts";
import { simulate, type SimulationResult } from "./simulation.ts";

/** Two worlds in three have two sessions, the others five; some are longer, some have five players, or groups and keepers. */
export function simulateSeed(seed: number, using = simulate): Promise<SimulationResult> {
  if (seed % 200 === 0) return using(seed, { sessions: 5, moves: 25, players: 5 });
  if (seed % 200 === 100) return using(seed, { sessions: 5, moves: 25 });
  if (seed % 25 === 7) {
    return using(seed, { sessions: 8, moves: 6, players: 5, isSocial: true });
  }
  // So much is bought that it is folded.
  if (seed % 200 === 50) return using(seed, { sessions: 3, moves: 50, players: 1 });
  if (seed % 9 === 0) return using(seed, { sessions: 5, moves: 4, players: 5 });
  return seed % 3 === 0
    ? using(seed, { sessions: 5, moves: 3 })
    : using(seed, { sessions: 2, moves: 6 });
}

/**
 * Simulates the worlds of seeds 1 to `seeds`.
 *
 * @throws {Error} when the scheme does not hold in one, or too little happened for it to matter.
 */
export async function simulateWorlds(seeds: number): Promise<void> {
  const sum = { failures: 0, voided: 0, promotions: 0 };
  let folded = 0;
  let refused = 0;
  for (let seed = 1; seed <= seeds; seed++) {
    const result = await simulateSeed(seed).catch((cause) => {
      throw new Error(`seed ${seed}: ${cause.message}`, { cause });
    });
    sum.failures += result.failures;
    sum.voided += result.voided;
    sum.promotions += result.promotions;
    folded += result.folded;
    refused += result.refused;
  }
  // What is to be lived with must also have happened.
  for (const happened of Object.values(sum)) assertGreater(happened, seeds / 10);
  assertGreater(folded, seeds / 250);
  assertGreater(refused, seeds / 50);
}
